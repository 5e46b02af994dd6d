"""Access tokens: what one says of its bearer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from functions.identity.rules.refusals import GrantRefused
from functions.identity.rules.roles import OWN, chosen, scopes_of
from functions.identity.rules.session import Session
from functions.identity.rules.tenant import OPEN, Member, Tenant

LIFE = timedelta(minutes=15)
# RFC 9068; the same for all audiences of ours.
TYPE = "at+jwt"


@dataclass(frozen=True)
class Grant:
    """Whom a token is for, and what it allows. Without a tenant it opens the principal's own things
    only."""

    principal: str
    tenant_id: str | None
    roles: tuple[str, ...]
    scope: str
    client_id: str
    session_id: str | None = None


def in_tenant(
    tenant_id: str,
    tenant: Tenant | None,
    member: Member | None,
    *,
    scope: str,
    session: Session,
) -> Grant:
    """What a token allows in a tenant, by the member's roles now and within what its session may
    have. Raises GrantRefused for a tenant that the principal does not belong to or that is not
    open, in the same words, and for a scope beyond what is allowed."""
    is_open = tenant is not None and tenant.status in OPEN
    if not is_open or member is None or not member.is_here:
        detail = "you belong to no open tenant of that id; leave tenant out, and see GET /v1/me"
        raise GrantRefused("access_denied", detail)
    allowed = _within(session, scopes_of(member.roles) | OWN)
    return Grant(
        principal=session.principal_id,
        tenant_id=tenant_id,
        roles=tuple(sorted(member.roles)),
        scope=chosen(scope, allowed),
        client_id=session.client,
        session_id=session.session_id,
    )


def without_tenant(session: Session, scope: str) -> Grant:
    """What a token allows before a tenant is chosen: of what was asked for, the principal's own
    things."""
    allowed = _within(session, OWN)
    asked = allowed.intersection(scope.split()) if scope else allowed
    return Grant(
        principal=session.principal_id,
        tenant_id=None,
        roles=(),
        scope=" ".join(sorted(asked)),
        client_id=session.client,
        session_id=session.session_id,
    )


def _within(session: Session, scopes: frozenset[str]) -> frozenset[str]:
    return scopes.intersection(session.scope.split()) if session.scope else scopes


def claims_of(
    grant: Grant, *, issuer: str, audience: str, token_id: str, at: datetime
) -> Mapping[str, Any]:
    """The claims of a token for fifteen minutes (RFC 9068)."""
    moment = int(at.timestamp())
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": audience,
        "sub": grant.principal,
        "client_id": grant.client_id,
        "scope": grant.scope,
        "roles": list(grant.roles),
        "iat": moment,
        "nbf": moment,
        "exp": moment + int(LIFE.total_seconds()),
        "jti": token_id,
    }
    if grant.tenant_id is not None:
        claims["tenant"] = grant.tenant_id
    if grant.session_id is not None:
        claims["sid"] = grant.session_id
    return claims
