"""Access tokens: what one says of its bearer."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from functions.identity.rules.refusals import GrantRefused
from functions.identity.rules.roles import (
    OF_AGENTS_ELSEWHERE,
    OF_PROGRAMS,
    OWN,
    chosen,
    lets_act,
    scopes_of,
)
from functions.identity.rules.session import Session
from functions.identity.rules.tenant import Member, Tenant, is_open_to
from functions.identity.rules.workspace import Workspace, is_in_use

LIFE = timedelta(minutes=15)
# RFC 9068; the same for all audiences of ours.
TYPE = "at+jwt"
# How the scopes end that change nothing.
READS = ":read"


@dataclass(frozen=True)
class Grant:
    """Whom a token is for, and what it allows. Without a tenant it opens the principal's own things
    only; without an audience it is for Assent's own functions."""

    principal: str
    tenant_id: str | None
    roles: tuple[str, ...]
    scope: str
    client_id: str
    # Its session or its key, whose end ends it.
    credential_id: str
    member_version: int = 0
    audience: str | None = None
    workspace_id: str | None = None
    impersonator: str | None = None
    requests_per_minute: int | None = None
    # Whose rights to tools it carries.
    agent_id: str | None = None
    # When its bearer signed in with a browser, and whether by passkey.
    signed_in_at: datetime | None = None
    by_passkey: bool = False
    # When the time of a deputy ends.
    ends_at: datetime | None = None

    def seconds(self, at: datetime) -> int:
        """How long its token lasts: fifteen minutes, and no longer than a role with dates."""
        left = LIFE if self.ends_at is None else min(LIFE, self.ends_at - at)
        return int(left.total_seconds())


def in_tenant(
    tenant_id: str,
    tenant: Tenant | None,
    member: Member | None,
    *,
    scope: str,
    session: Session,
    at: datetime,
    workspace: Workspace | None = None,
) -> Grant:
    """What a token allows in a tenant, by the member's roles now and by those in the workspace that
    it is for, within what its session may have. A client's token has no role: a program of somebody
    else's never decides; one that acts as an agent has that agent, and nothing that the member may
    do. Support that acts as a member only reads. Raises GrantRefused for a tenant
    that the principal does not belong to or that is closed, in the same words, for one that is
    suspended or closing except to its admins, who may read and export, for an agent that the member
    may let nobody act as any more, and for a scope beyond what is allowed."""
    if tenant is None or member is None or not is_open_to(tenant, member):
        detail = "you belong to no open tenant of that id; leave tenant out, and see GET /v1/me"
        raise GrantRefused("access_denied", detail)
    if member.signed_out_at is not None and session.started_at <= member.signed_out_at:
        detail = "an admin of the tenant ended your earlier sessions for it: sign in again"
        raise GrantRefused("access_denied", detail)
    if session.tenant_bound and not member.takes(session.started_at):
        detail = "you left the tenant since you let the program in: let it in again"
        raise GrantRefused("access_denied", detail)
    workspace_id = workspace.workspace_id if workspace else None
    roles = member.roles_at(at, workspace_id)
    is_client = session.client == "client"
    allowed = _of_client(session, roles) if is_client else _within(session, scopes_of(roles) | OWN)
    if session.impersonator is not None:
        allowed = frozenset(each for each in allowed if each.endswith(READS))
    return Grant(
        principal=session.principal_id,
        impersonator=session.impersonator,
        tenant_id=tenant_id,
        roles=() if is_client else roles,
        scope=chosen(scope, allowed),
        client_id=session.client_id or session.client,
        credential_id=session.session_id,
        member_version=member.version,
        workspace_id=workspace_id,
        agent_id=session.agent_id,
        signed_in_at=session.started_at if session.client == "browser" else None,
        by_passkey=session.passkey_id is not None,
        ends_at=member.deputy_until if member.is_deputy_at(at) else None,
    )


def check_workspace(workspace: Workspace | None) -> None:
    """Raises GrantRefused for no workspace, or one out of use: no token is for it."""
    if not is_in_use(workspace):
        detail = (
            "there is no such workspace in use; leave workspace out, and see GET /v1/workspaces"
        )
        raise GrantRefused("access_denied", detail)


def without_tenant(session: Session, scope: str, roles: tuple[str, ...] = ()) -> Grant:
    """What a token allows before a tenant is chosen: of what was asked for, the principal's own
    things. `roles` are those that somebody has on the whole platform."""
    allowed = _within(session, OWN)
    asked = allowed.intersection(scope.split()) if scope else allowed
    return Grant(
        principal=session.principal_id,
        tenant_id=None,
        roles=roles,
        scope=" ".join(sorted(asked)),
        client_id=session.client,
        credential_id=session.session_id,
    )


def _of_client(session: Session, roles: Collection[str]) -> frozenset[str]:
    if session.agent_id is None:
        return _within(session, scopes_of(roles)) & OF_PROGRAMS
    if not lets_act(roles):
        detail = f"only who may start runs lets a program act as {session.agent_id}: ask for a role"
        raise GrantRefused("access_denied", detail)
    return _within(session, OF_AGENTS_ELSEWHERE)


def _within(session: Session, scopes: frozenset[str]) -> frozenset[str]:
    return scopes.intersection(session.scope.split()) if session.scope else scopes


def claims_of(
    grant: Grant, *, issuer: str, audience: str, token_id: str, at: datetime
) -> Mapping[str, Any]:
    """The claims of a token (RFC 9068)."""
    moment = int(at.timestamp())
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": grant.audience or audience,
        "sub": grant.principal,
        "client_id": grant.client_id,
        "scope": grant.scope,
        "roles": list(grant.roles),
        "iat": moment,
        "nbf": moment,
        "exp": moment + grant.seconds(at),
        "jti": token_id,
        "sid": grant.credential_id,
    }
    if grant.impersonator is not None:
        claims["act"] = {"sub": grant.impersonator}
    if grant.tenant_id is not None:
        claims |= {"tenant": grant.tenant_id, "member_version": grant.member_version}
    if grant.workspace_id is not None:
        claims["workspace"] = grant.workspace_id
    if grant.requests_per_minute is not None:
        claims["requests_per_minute"] = grant.requests_per_minute
    if grant.agent_id is not None:
        claims["agent"] = grant.agent_id
    if grant.signed_in_at is not None:
        claims["auth_time"] = int(grant.signed_in_at.timestamp())
        claims |= {"amr": ["pop"]} if grant.by_passkey else {}
    return claims
