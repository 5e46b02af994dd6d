"""An API key: acts as a member, with some of that member's scopes.

A person's key acts as the person, without a role. It has no name of its own among principals, so
whoever decides about what a key requested decides about a request of its maker. A service's key
acts as the service, with the service's roles (`service_principal.py`)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from events.api_keys import ApiKeyCreated, ApiKeyRevoked, ApiKeyRotated, ApiKeyState
from functions.identity.rules.access import Grant
from functions.identity.rules.control import revoke as revoke_tokens
from functions.identity.rules.refusals import GrantRefused
from functions.identity.rules.roles import (
    OF_KEYS,
    OF_KEYS_IN_WORKSPACES,
    OF_SERVICES,
    ServiceRole,
    scopes_of,
)
from functions.identity.rules.secrets import digest_of, same
from functions.identity.rules.tenant import Member, Name, Tenant
from functions.identity.rules.workspace import Workspace, is_in_use
from shared.kit.api_keys import PREFIX
from shared.kit.control import STOPPED, Control
from shared.kit.errors import FieldError, Forbidden, Invalid, VersionConflict
from shared.kit.ids import Id, is_id
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.tier_limits import LEAST_OF_A_KEY, MOST_OF_A_KEY
from shared.kit.transitions import Transition
from shared.kit.wording import one_of

LONGEST_LIFE = timedelta(days=366)
# How long the earlier secret is taken after a rotation.
OVERLAP = timedelta(hours=24)

PerMinute = Annotated[int, Field(ge=LEAST_OF_A_KEY, le=MOST_OF_A_KEY, strict=True)]
ScopeName = Annotated[str, StringConstraints(max_length=50)]


class KeyBody(Model):
    """What a member says of a new key. With `roles` it is the key of a new service that has them,
    with `principal_id` another key of that service; with neither it is the member's own.
    `agent_id`: the service runs that agent elsewhere, and calls tools with its rights."""

    name: Name
    scopes: Annotated[tuple[ScopeName, ...], Field(min_length=1, max_length=20)]
    expires_at: Instant
    requests_per_minute: PerMinute | None = None
    roles: Annotated[tuple[ServiceRole, ...], Field(max_length=5)] = ()
    principal_id: Id | None = None
    agent_id: Id | None = None


class ApiKey(ApiKeyState):
    """The fields that events publish, its name, and the digests of its secrets: of the newest, and
    of the one before until `earlier_until`."""

    name: str
    secret_digest: str
    earlier_digest: str | None = None
    earlier_until: Instant | None = None


Step = Transition[ApiKey]


@dataclass(frozen=True)
class WrittenKey:
    """The parts of a key's text: where it is found, in one read, and its secret."""

    tenant_id: str
    key_id: str
    secret: str

    @property
    def text(self) -> str:
        """What its owner keeps."""
        return f"{PREFIX}{self.tenant_id}.{self.key_id}.{self.secret}"

    @classmethod
    def read(cls, text: str) -> "WrittenKey | None":
        """The parts of a text that may be a key, or None."""
        parts = text.removeprefix(PREFIX).split(".")
        if not text.startswith(PREFIX) or len(text) > 200 or len(parts) != 3:
            return None
        key = cls(*parts)
        return key if is_id("ten", key.tenant_id) and is_id("key", key.key_id) else None


def make(
    key_id: str,
    body: KeyBody,
    secret: str,
    member: Member | None,
    given: Collection[str],
    at: datetime,
    workspace_id: str | None = None,
) -> Step:
    """A new key, made with a token that has the scopes `given` and may be for a workspace, whose
    the key is then. Raises Forbidden for members who make none, and for scopes that the token does
    not have; Invalid for scopes that the member does not have there, and for a life of none or of
    more than a year."""
    if member is None or not member.is_here:
        raise Forbidden("only members of the tenant make keys: a key acts as its maker")
    if body.agent_id is not None:
        told = "is for keys of services: send roles with service_runtime too, or principal_id"
        raise Invalid(FieldError("agent_id", told))
    allowed = allowed_to(member, workspace_id)
    return new_key(key_id, body, secret, member.principal_id, allowed, given, at)


def new_key(
    key_id: str,
    body: KeyBody,
    secret: str,
    principal_id: str,
    allowed: frozenset[str],
    given: Collection[str],
    at: datetime,
) -> Step:
    """A new key of a principal that may have the scopes `allowed`, made with a token that has the
    scopes `given`. Raises Invalid for scopes that are not allowed, and for a life of none or of
    more than a year; Forbidden for scopes that the token does not have."""
    if beyond := sorted(set(body.scopes) - allowed):
        known = "is not yours to give" if beyond[0] in OF_KEYS else "is no scope of a key"
        detail = f"{beyond[0][:50]!a} {known}; give {one_of(allowed)}"
        raise Invalid(FieldError("scopes", detail))
    check_within(body.scopes, given)
    if not at < body.expires_at <= at + LONGEST_LIFE:
        raise Invalid(FieldError("expires_at", "must be later than now, by at most 366 days"))
    key = ApiKey(
        key_id=key_id,
        name=body.name,
        principal_id=principal_id,
        scopes=tuple(sorted(set(body.scopes))),
        created_at=at,
        expires_at=body.expires_at,
        requests_per_minute=body.requests_per_minute,
        agent_id=body.agent_id,
        secret_digest=digest_of(secret),
    )
    return Transition(key, ApiKeyCreated)


def check_within(scopes: Collection[str], given: Collection[str]) -> None:
    """Raises Forbidden where a key would have a scope that the token which asks for its secret does
    not have: the key outlives the token, and would allow its bearer more."""
    if beyond := sorted(set(scopes) - set(given)):
        detail = f"your token does not have {beyond[0]}, so it gives no key that has it"
        raise Forbidden(f"{detail}; ask with a token that has it")


def rotate(key: ApiKey, secret: str, by: str, given: Collection[str], at: datetime) -> Step:
    """The key with another secret; the earlier one is taken for a day. Raises Forbidden for all but
    its maker, and for a token whose scopes, `given`, are not all that the key has; VersionConflict
    for a key that is revoked or has expired."""
    if by != key.principal_id:
        raise Forbidden("only who made the key gets its secret; revoke it and make another")
    check_within(key.scopes, given)
    if key.revoked_at is not None or at >= key.expires_at:
        raise VersionConflict("the key is revoked or has expired; make another")
    rotated = key.but(
        rotated_at=at,
        secret_digest=digest_of(secret),
        earlier_digest=key.secret_digest,
        earlier_until=at + OVERLAP,
    )
    return Transition(rotated, ApiKeyRotated)


def revoke(
    key: ApiKey, control: Control, by: str, at: datetime
) -> tuple[Step | Transition[Control], ...]:
    """The revoked key, whose tokens are refused; no change for one that was revoked before."""
    if key.revoked_at is not None:
        return ()
    revoked = Transition(key.but(revoked_at=at, revoked_by=by), ApiKeyRevoked)
    return (revoke_tokens(control, key.key_id, at), revoked)


def grant(
    written: WrittenKey,
    key: ApiKey | None,
    member: Member | None,
    tenant: Tenant | None,
    at: datetime,
    workspace: Workspace | None = None,
) -> Grant:
    """What the key may do now, by the member's roles now; one of a `workspace` there only. Raises
    GrantRefused for a key that nobody made, and, in the log of its tenant, for one that was
    revoked, has expired, or whose member, workspace or tenant is gone; of a tenant that is not
    open, with its status as the reason."""
    if key is None or not _matches(key, written.secret, at):
        raise GrantRefused("invalid_client", "there is no such key", "unverified")
    within = key.workspace_id
    whose = {
        "tenant_id": written.tenant_id,
        "principal": key.principal_id,
        "workspace_id": within,
    }
    if key.revoked_at is not None:
        raise GrantRefused("invalid_client", "the key was revoked", "revoked", **whose)
    if at >= key.expires_at:
        raise GrantRefused("invalid_client", "the key has expired", "expired", **whose)
    if member is None or not member.takes(key.created_at):
        detail = "the place in the tenant for which the key was made has ended: make another key"
        raise GrantRefused("invalid_client", detail, "revoked", **whose)
    if tenant is None:
        raise GrantRefused("invalid_client", "there is no such tenant", "revoked", **whose)
    if stopped := STOPPED.get(tenant.status):
        raise GrantRefused("access_denied", f"the tenant is {tenant.status}", stopped, **whose)
    if within is not None and not is_in_use(workspace):
        detail = "the key is of a workspace that is out of use"
        raise GrantRefused("invalid_client", detail, "revoked", **whose)
    return Grant(
        principal=key.principal_id,
        tenant_id=written.tenant_id,
        workspace_id=within,
        roles=(*member.roles, *member.roles_in(within)) if member.kind == "service" else (),
        scope=" ".join(sorted(allowed_to(member, within).intersection(key.scopes))),
        client_id=key.key_id,
        credential_id=key.key_id,
        requests_per_minute=key.requests_per_minute,
        agent_id=key.agent_id,
        member_version=member.version,
    )


def allowed_to(member: Member, workspace_id: str | None) -> frozenset[str]:
    """The scopes that the member's keys may have, in the workspace or in the whole tenant."""
    of_persons = OF_KEYS if workspace_id is None else OF_KEYS_IN_WORKSPACES
    kept = OF_SERVICES if member.kind == "service" else of_persons
    return kept & scopes_of((*member.roles, *member.roles_in(workspace_id)))


def _matches(key: ApiKey, secret: str, at: datetime) -> bool:
    digest = digest_of(secret)
    is_newest = same(key.secret_digest, digest)
    is_earlier = same(key.earlier_digest or "", digest)
    return is_newest or (is_earlier and key.earlier_until is not None and at < key.earlier_until)
