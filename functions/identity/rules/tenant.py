"""A tenant and its members."""

from collections.abc import Collection
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from events.members import (
    MemberJoined,
    MemberRemoved,
    MemberRolesChanged,
    MemberSignedOut,
    MemberState,
)
from events.tenants import TenantCreated, TenantRenamed, TenantState
from functions.identity.rules.control import revoke
from functions.identity.rules.roles import (
    FOUNDER,
    GIVEN,
    GIVEN_IN_WORKSPACES,
    MemberRole,
    ServiceRole,
    WorkspaceRole,
    check_kind,
)
from shared.kit.callers import Actor
from shared.kit.control import OPEN, Control
from shared.kit.errors import FieldError, Forbidden, Invalid, VersionConflict
from shared.kit.ids import Id
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.roles import DEPUTY, GOVERNOR, TENANT_ADMIN
from shared.kit.transitions import Transition

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Slug = Annotated[str, StringConstraints(pattern=SLUG, min_length=3, max_length=40)]
Name = Annotated[str, StringConstraints(pattern=r"\S", max_length=200)]
Roles = Annotated[tuple[MemberRole, ...], Field(min_length=1, max_length=7)]


class TenantBody(Model):
    """What a founder says of a new tenant."""

    name: Name
    slug: Slug


# The roles of people, of services, and of either in a workspace.
AnyRole = Literal[MemberRole, ServiceRole, WorkspaceRole]


class MemberChange(Model):
    """What changes of a member: either the roles that it has from now on, in the tenant or in one
    workspace, where there may be none (`service_runtime` is for services only); or from when until
    when it is the governors' deputy: with `deputy_until` null, no more."""

    roles: Annotated[tuple[AnyRole, ...], Field(max_length=9)] | None = None
    workspace_id: Id | None = None
    deputy_from: Instant | None = None
    deputy_until: Instant | None = None

    @model_validator(mode="after")
    def _changes_one_thing(self) -> "MemberChange":
        if (self.roles is None) != ("deputy_until" in self.model_fields_set):
            raise ValueError("send either roles or deputy_until")
        if self.workspace_id is not None and self.roles is None:
            raise ValueError("workspace_id goes with roles")
        if self.deputy_from is not None and self.deputy_until is None:
            raise ValueError("deputy_from goes with a deputy_until")
        return self


class NameBody(Model):
    """What an admin calls the tenant from now on."""

    name: Name


class Tenant(TenantState):
    """The fields that events publish, its name, the status that it has while it is open, how many
    workspaces are in use, and how many people belong to it."""

    name: str
    people: int = 1
    workspaces: int = 0
    open_as: Literal["trial", "active"] = "trial"
    closed_at: Instant | None = None


class SlugClaim(Model):
    """Whose a tenant's short name is, on the whole platform."""

    slug: str
    tenant_id: str
    principal_id: str
    claimed_at: Instant


class Member(MemberState):
    """A principal's place in a tenant. A token of an earlier `version` is refused, because the
    roles were others, and a session that began before `signed_out_at` gives none."""

    version: int = 0
    signed_out_at: Instant | None = None

    @property
    def is_here(self) -> bool:
        return self.removed_at is None

    def is_deputy_at(self, at: datetime) -> bool:
        """Whether it was named as deputy for this moment; for the last one it was not."""
        since, until = self.deputy_from, self.deputy_until
        return since is not None and until is not None and since <= at < until

    def roles_at(self, at: datetime, workspace_id: str | None = None) -> tuple[str, ...]:
        """Its roles in the tenant at this moment, which hold in each workspace, and those that it
        has in the given one."""
        named = (DEPUTY,) if self.is_deputy_at(at) else ()
        return tuple(sorted({*self.roles, *named, *self.roles_in(workspace_id)}))

    def roles_in(self, workspace_id: str | None) -> tuple[str, ...]:
        """The roles that it has in the workspace beyond those in the tenant; none for None."""
        given = {each.workspace_id: each.roles for each in self.workspaces}
        return given.get(workspace_id, ()) if workspace_id is not None else ()

    def is_service_of(self, workspace_id: str | None) -> bool:
        """Whether it is a service of that workspace or, for None, of the tenant as a whole: each is
        of one of these for ever."""
        given = self.roles if workspace_id is None else self.roles_in(workspace_id)
        return self.is_here and self.kind == "service" and bool(given)

    def takes(self, made_at: datetime) -> bool:
        """Whether a key or a client's session for this place, made then, still counts: not one of
        an earlier place of the same principal, which ended with that place."""
        return self.is_here and made_at >= self.joined_at


Step = Transition[Tenant] | Transition[Member] | Transition[Control]


def found(tenant_id: str, body: TenantBody, principal: str, at: datetime) -> tuple[Step, ...]:
    """A new tenant, with its founder as its admin and its governor, and its control document."""
    tenant = Tenant(
        tenant_id=tenant_id,
        slug=body.slug,
        name=body.name,
        tier="free",
        status="trial",
        created_by=principal,
        created_at=at,
        admins=(principal,),
        governors=(principal,),
    )
    founder = Member(principal_id=principal, roles=FOUNDER, joined_at=at)
    control = Control(status=tenant.status, tier=tenant.tier)
    return Transition(tenant, TenantCreated), Transition(founder, MemberJoined), Transition(control)


def is_open_to(tenant: Tenant, member: Member) -> bool:
    """Whether the member may have tokens for the tenant: its admins also while it is suspended or
    closing, so that they read and export."""
    is_stopped = tenant.status in ("suspended", "closing")
    is_open = tenant.status in OPEN or (is_stopped and TENANT_ADMIN in member.roles)
    return member.is_here and is_open


def check_current(
    actor: Actor, member: Member | None, at: datetime, workspace_id: str | None = None
) -> None:
    """Raises Forbidden where the actor's token, which may be for a workspace, has a role that the
    member does not have there now: policies decided by the token."""
    held = member.roles_at(at, workspace_id) if member is not None and member.is_here else ()
    if gone := sorted((actor.roles & (GIVEN | GIVEN_IN_WORKSPACES)) - set(held)):
        raise Forbidden(f"you no longer have the role {gone[0]} in this tenant; get a new token")


def check_provisioner(member: Member | None) -> None:
    """Raises Forbidden unless the member is an admin now: its key, which has no role, keeps the
    tenant's directory only as long."""
    if member is None or not member.is_here or TENANT_ADMIN not in member.roles:
        raise Forbidden("only a key of somebody who is tenant_admin now keeps the directory")


def join(
    tenant: Tenant,
    member: Member | None,
    principal: str,
    roles: tuple[str, ...],
    invitation_id: str | None,
    at: datetime,
) -> tuple[Step, ...]:
    """The tenant with a new member; of somebody who was one before, everything that ended then
    stays ended. Raises VersionConflict for somebody who is one."""
    if member is not None and member.is_here:
        raise VersionConflict("you belong to this tenant already; an admin can change your roles")
    new = Member(
        principal_id=principal,
        roles=roles,
        joined_at=at,
        invitation_id=invitation_id,
        version=member.version + 1 if member is not None else 0,
        signed_out_at=member.removed_at if member is not None else None,
    )
    one_more = tenant.but(people=tenant.people + 1)
    return (Transition(_led(one_more, new)), Transition(new, MemberJoined))


def change_roles(
    tenant: Tenant, control: Control, member: Member, roles: Collection[str], at: datetime
) -> tuple[Step, ...]:
    """The member with other roles, whose earlier tokens are refused; no change where they are the
    same. Raises VersionConflict where the tenant would have no admin, or no governor, and Invalid
    for roles of another kind of member, and for a service of a workspace."""
    check_kind(member.kind, roles)
    if member.kind == "service" and not member.is_service_of(None):
        detail = "send it: the service belongs to a workspace, and has roles only there"
        raise Invalid(FieldError("workspace_id", detail))
    newer = member.but(roles=tuple(sorted(set(roles))), version=member.version + 1)
    if newer.roles == tuple(sorted(member.roles)):
        return ()
    changed = Transition(newer, MemberRolesChanged)
    return (*_counted(tenant, newer), without_tokens(control, newer, at), changed)


def sign_out(control: Control, member: Member, at: datetime) -> tuple[Step, ...]:
    """The member, who signs in again for this tenant: what it was issued before is refused."""
    if not member.is_here:
        return ()
    newer = member.but(signed_out_at=at, version=member.version + 1)
    return (without_tokens(control, newer, at), Transition(newer, MemberSignedOut))


def rename(tenant: Tenant, name: str) -> tuple[Step, ...]:
    """The tenant with another name; no change where it is the same."""
    if name == tenant.name:
        return ()
    return (Transition(tenant.but(name=name), TenantRenamed),)


def remove(tenant: Tenant, control: Control, member: Member, at: datetime) -> tuple[Step, ...]:
    """The tenant without the member, whose tokens are refused; no change where it left before.
    Raises VersionConflict where the tenant would have no admin, or no governor."""
    if not member.is_here:
        return ()
    gone = member.but(removed_at=at, version=member.version + 1)
    removed = Transition(gone, MemberRemoved)
    if member.kind == "human":
        tenant = tenant.but(people=max(tenant.people - 1, 0))
        return (Transition(_led(tenant, gone)), without_tokens(control, gone, at), removed)
    return (*_counted(tenant, gone), without_tokens(control, gone, at), removed)


def without_tokens(control: Control, member: Member, at: datetime) -> Transition[Control]:
    """The member's tokens of earlier versions are refused."""
    return revoke(control, member.principal_id, at, member.version)


def _counted(tenant: Tenant, member: Member) -> tuple[Step, ...]:
    newer = _led(tenant, member)
    return (Transition(newer),) if newer != tenant else ()


def _led(tenant: Tenant, member: Member) -> Tenant:
    """The tenant with the member among its admins and governors, or no more. The tenant's document
    holds both, so two changes at once cannot remove the last of them together."""
    admins = _with(tenant.admins, member, TENANT_ADMIN)
    governors = _with(tenant.governors, member, GOVERNOR)
    if not admins or not governors:
        missing = "admin" if not admins else "governor"
        raise VersionConflict(f"the tenant would have no {missing}; give somebody else that role")
    return tenant.but(admins=admins, governors=governors)


def _with(principals: tuple[str, ...], member: Member, role: str) -> tuple[str, ...]:
    others = tuple(each for each in principals if each != member.principal_id)
    has_role = member.is_here and role in member.roles
    return (*others, member.principal_id) if has_role else others
