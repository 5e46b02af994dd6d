"""A service: a program of one tenant, which an admin makes together with its first key.

It has a place in the tenant as people have, with roles of its own, and signs in nowhere: its keys
are all that it has."""

from collections.abc import Collection
from datetime import datetime

from events.members import MemberJoined, WorkspaceRoles
from functions.identity.rules.api_key import ApiKey, KeyBody, allowed_to, new_key
from functions.identity.rules.tenant import Member
from shared.kit.callers import Actor
from shared.kit.errors import FieldError, Forbidden, Invalid
from shared.kit.roles import SERVICE_RUNTIME as RUNTIME
from shared.kit.roles import TENANT_ADMIN, WORKSPACE_ADMIN
from shared.kit.transitions import Transition

PREFIX = "service"

Step = Transition[Member] | Transition[ApiKey]


def is_service(principal_id: str) -> bool:
    """Whether a principal with that id is a service."""
    return principal_id.startswith(f"{PREFIX}_")


def check_admin(actor: Actor) -> None:
    """Raises Forbidden for actors that are admins neither of the tenant nor, in a token for it, of
    the workspace: others make keys for themselves."""
    if actor.roles.isdisjoint((TENANT_ADMIN, WORKSPACE_ADMIN)):
        detail = "needs the role tenant_admin, or workspace_admin in a token for its workspace"
        raise Forbidden(f"making or rotating a key of a service {detail}")


def concerns_service(body: KeyBody) -> bool:
    """Whether the key is to be a service's. Raises Invalid for a body that speaks of two."""
    if body.roles and body.principal_id is not None:
        detail = "leave out roles: the service has its own, which PATCH /v1/members changes"
        raise Invalid(FieldError("roles", detail))
    return bool(body.roles) or body.principal_id is not None


def make(
    principal_id: str,
    key_id: str,
    body: KeyBody,
    secret: str,
    given: Collection[str],
    at: datetime,
    workspace_id: str | None = None,
) -> list[Step]:
    """A new service of the workspace or, for None, of the tenant, and its first key, made with a
    token that has the scopes `given`. Raises Invalid for scopes that services with these roles
    never have, and for a life of more than a year; Forbidden for scopes that the token does not
    have."""
    roles = tuple(sorted(set(body.roles)))
    places = (WorkspaceRoles(workspace_id=workspace_id, roles=roles),) if workspace_id else ()
    service = Member(
        principal_id=principal_id,
        kind="service",
        roles=() if workspace_id else roles,
        workspaces=places,
        joined_at=at,
    )
    key = add_key(key_id, body, secret, service, given, at, workspace_id)
    return [Transition(service, MemberJoined), *key]


def add_key(
    key_id: str,
    body: KeyBody,
    secret: str,
    service: Member | None,
    given: Collection[str],
    at: datetime,
    workspace_id: str | None = None,
) -> list[Step]:
    """Another key of a service of the workspace or, for None, of the tenant, made with a token that
    has the scopes `given`. Raises Invalid for a principal that is no service there, Forbidden for
    scopes that the token does not have."""
    if service is None or not service.is_service_of(workspace_id):
        where = "of this tenant" if workspace_id is None else "of the workspace of your token"
        detail = f"is no service {where}; people make their keys themselves"
        raise Invalid(FieldError("principal_id", detail))
    if body.agent_id is not None and not _runs_agents(service, workspace_id):
        raise Invalid(FieldError("agent_id", f"is for keys of a service with the role {RUNTIME}"))
    allowed = allowed_to(service, workspace_id)
    return [new_key(key_id, body, secret, service.principal_id, allowed, given, at)]


def _runs_agents(service: Member, workspace_id: str | None) -> bool:
    return RUNTIME in (*service.roles, *service.roles_in(workspace_id))
