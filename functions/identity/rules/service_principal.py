"""A service: a program of one tenant, which an admin makes together with its first key.

It has a place in the tenant as people have, with roles of its own, and signs in nowhere: its keys
are all that it has."""

from collections.abc import Collection
from datetime import datetime

from events.members import MemberJoined
from functions.identity.rules.api_key import ApiKey, KeyBody, new_key
from functions.identity.rules.roles import OF_PROGRAMS, scopes_of
from functions.identity.rules.tenant import Member
from shared.kit.callers import Actor
from shared.kit.errors import FieldError, Forbidden, Invalid
from shared.kit.roles import TENANT_ADMIN
from shared.kit.transitions import Transition

PREFIX = "service"

Step = Transition[Member] | Transition[ApiKey]


def is_service(principal_id: str) -> bool:
    """Whether a principal with that id is a service."""
    return principal_id.startswith(f"{PREFIX}_")


def check_admin(actor: Actor) -> None:
    """Raises Forbidden for actors that are not the tenant's admins: others make keys for
    themselves."""
    if TENANT_ADMIN not in actor.roles:
        raise Forbidden("making or rotating a key of a service needs the role tenant_admin")


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
) -> list[Step]:
    """A new service, and its first key, made with a token that has the scopes `given`. Raises
    Invalid for scopes that services with these roles never have, and for a life of more than a
    year; Forbidden for scopes that the token does not have."""
    roles = tuple(sorted(set(body.roles)))
    service = Member(principal_id=principal_id, kind="service", roles=roles, joined_at=at)
    return [Transition(service, MemberJoined), *add_key(key_id, body, secret, service, given, at)]


def add_key(
    key_id: str,
    body: KeyBody,
    secret: str,
    service: Member | None,
    given: Collection[str],
    at: datetime,
) -> list[Step]:
    """Another key of a service, made with a token that has the scopes `given`. Raises Invalid for a
    principal that is no service here, Forbidden for scopes that the token does not have."""
    if service is None or not service.is_here or service.kind != "service":
        detail = "is no service of this tenant; people make their keys themselves"
        raise Invalid(FieldError("principal_id", detail))
    allowed = scopes_of(service.roles) & OF_PROGRAMS
    return [new_key(key_id, body, secret, service.principal_id, allowed, given, at)]
