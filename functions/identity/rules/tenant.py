"""A tenant, its members, and who may change them."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated

from pydantic import Field, StringConstraints

from events.identity import (
    MemberJoined,
    MemberRemoved,
    MemberRolesChanged,
    MemberState,
    TenantCreated,
    TenantState,
)
from functions.identity.rules.roles import FOUNDER, MemberRole
from shared.kit.callers import Actor
from shared.kit.errors import Forbidden, VersionConflict
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.roles import GOVERNOR, TENANT_ADMIN
from shared.kit.transitions import Transition

SLUG = r"^[a-z0-9]+(-[a-z0-9]+)*$"
Slug = Annotated[str, StringConstraints(pattern=SLUG, min_length=3, max_length=40)]
Name = Annotated[str, StringConstraints(pattern=r"\S", max_length=200)]
Roles = Annotated[tuple[MemberRole, ...], Field(min_length=1, max_length=7)]
OPEN = ("trial", "active")


class TenantBody(Model):
    """What a founder says of a new tenant."""

    name: Name
    slug: Slug


class RolesBody(Model):
    """The roles that a member has from now on."""

    roles: Roles


class Tenant(TenantState):
    """The fields that events publish, and its name."""

    name: str


class SlugClaim(Model):
    """Whose a tenant's short name is, on the whole platform."""

    slug: str
    tenant_id: str
    principal_id: str
    claimed_at: Instant


class Member(MemberState):
    """A principal's place in a tenant."""

    @property
    def is_here(self) -> bool:
        return self.removed_at is None


Step = Transition[Tenant] | Transition[Member]


def found(tenant_id: str, body: TenantBody, principal: str, at: datetime) -> tuple[Step, ...]:
    """A new tenant, with its founder as its admin and its governor."""
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
    return Transition(tenant, TenantCreated), Transition(founder, MemberJoined)


def check_admin(actor: Actor, member: Member | None) -> None:
    """Raises Forbidden unless the actor is an admin of the tenant now, whatever its token says."""
    is_admin = member is not None and member.is_here and TENANT_ADMIN in member.roles
    if not is_admin or TENANT_ADMIN not in actor.roles:
        raise Forbidden("this needs the role tenant_admin, in the tenant and in the token")


def join(
    tenant: Tenant,
    member: Member | None,
    principal: str,
    roles: tuple[str, ...],
    invitation_id: str,
    at: datetime,
) -> tuple[Step, ...]:
    """The tenant with a new member. Raises VersionConflict for somebody who is one."""
    if member is not None and member.is_here:
        raise VersionConflict("you belong to this tenant already; an admin can change your roles")
    new = Member(principal_id=principal, roles=roles, joined_at=at, invitation_id=invitation_id)
    return (*_counted(tenant, new), Transition(new, MemberJoined))


def change_roles(tenant: Tenant, member: Member, roles: Iterable[str]) -> tuple[Step, ...]:
    """The member with other roles; no change where they are the same. Raises VersionConflict where
    the tenant would have no admin, or no governor."""
    newer = member.but(roles=tuple(sorted(set(roles))))
    if newer.roles == tuple(sorted(member.roles)):
        return ()
    return (*_counted(tenant, newer), Transition(newer, MemberRolesChanged))


def remove(tenant: Tenant, member: Member, at: datetime) -> tuple[Step, ...]:
    """The tenant without the member; no change where it left before. Raises VersionConflict where
    the tenant would have no admin, or no governor."""
    if not member.is_here:
        return ()
    gone = member.but(removed_at=at)
    return (*_counted(tenant, gone), Transition(gone, MemberRemoved))


def _counted(tenant: Tenant, member: Member) -> tuple[Step, ...]:
    """The tenant with the member among its admins and governors, or no more. The tenant's document
    holds both, so two changes at once cannot remove the last of them together."""
    admins = _with(tenant.admins, member, TENANT_ADMIN)
    governors = _with(tenant.governors, member, GOVERNOR)
    if not admins or not governors:
        missing = "admin" if not admins else "governor"
        raise VersionConflict(f"the tenant would have no {missing}; give somebody else that role")
    newer = tenant.but(admins=admins, governors=governors)
    return (Transition(newer),) if newer != tenant else ()


def _with(principals: tuple[str, ...], member: Member, role: str) -> tuple[str, ...]:
    others = tuple(each for each in principals if each != member.principal_id)
    has_role = member.is_here and role in member.roles
    return (*others, member.principal_id) if has_role else others
