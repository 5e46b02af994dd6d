"""Access tokens for sessions, devices and keys."""

from dataclasses import dataclass, replace
from datetime import datetime

from functions.identity.aggregates import (
    CLIENT_GRANTS,
    DEVICE_GRANTS,
    IMPERSONATIONS,
    KEYS,
    MEMBERS,
    PRINCIPALS,
    RUN,
    SESSIONS,
    SUPPORT_ACCESS,
    TENANTS,
    WORKSPACES,
)
from functions.identity.rules import api_key, client_grant, device_grant
from functions.identity.rules import session as sessions
from functions.identity.rules.access import Grant, check_workspace, in_tenant, without_tenant
from functions.identity.rules.api_key import WrittenKey
from functions.identity.rules.client_grant import PresentedCode, check_client
from functions.identity.rules.impersonation import ACCESS_ID, continues
from functions.identity.rules.refusals import GrantRefused
from functions.identity.rules.secrets import NumberedToken, client_grant_of, grant_of
from functions.identity.rules.session import Session, renew
from functions.identity.service.paces import refuse_haste
from functions.identity.service.platform import (
    ITSELF,
    access_token,
    digest_keys,
    on_platform,
)
from functions.identity.service.sessions import save_ended, session_of
from functions.identity.settings import settings
from shared.aggregates import Command
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.ids import derive_id
from shared.kit.models import Model


@dataclass(frozen=True)
class Tokens:
    """An access token with its scope and the seconds that it lasts, and the session's newest token,
    where it has a session."""

    access: str
    scope: str
    seconds: int
    refresh: str | None = None


class _Renewed(Model):
    """`session` is None where the presented token was copied, and `copied_from` whose it was."""

    session: Session | None
    copied_from: str | None = None


async def renew_session(
    text: str,
    tenant_id: str,
    scope: str,
    at: datetime,
    *,
    client_id: str = "",
    resource: str = "",
    workspace_id: str = "",
) -> Tokens:
    """An access token, and the session's next token. `tenant_id` chooses a tenant, or none by
    `_platform`; without it, it is the one chosen last, or the principal's only one. `workspace_id`
    narrows this token to one of its workspaces. A client's session has the tenant that the person
    let it into, and its tokens are taken from that client only. One commit.

    Raises GrantRefused for a token that is not the newest, which ends the session where it is older
    than thirty seconds, and for a tenant or a scope that the principal does not have; and
    Unavailable."""
    signed = await session_of(text, at)
    if signed is None:
        raise GrantRefused("invalid_grant", "there is no such session: sign in", "unverified")
    check_client(signed.session, client_id, resource, tenant_id)
    grant = await _granted(signed.session, tenant_id, scope, at, workspace_id)
    number = signed.token.number

    async def use_case(work: Command) -> _Renewed:
        session = await work.get(SESSIONS, signed.session.session_id)
        renewal = renew(session, number, work.at, grant.tenant_id)
        await work.save(*renewal.steps)
        if renewal.is_copied:
            await save_ended(work, session)
        copied_from = session.principal_id if renewal.is_copied else None
        return _Renewed(session=renewal.session, copied_from=copied_from)

    caller = on_platform(ITSELF, at)
    about = (SESSIONS, signed.session.session_id)
    renewed = await RUN.command(caller, use_case, _Renewed, about=about)
    if renewed.session is None:
        raise _over(renewed.copied_from)
    return await _tokens(grant, renewed.session, at)


async def redeem_device_code(code: str, tenant_id: str, at: datetime) -> Tokens:
    """The tokens of a device that a person allowed. One commit. Raises GrantRefused, with
    `slow_down` for a device that does not wait between its questions, and Unavailable."""
    user_code = grant_of(code, await digest_keys())
    if user_code is None:
        raise GrantRefused("invalid_grant", "no device waits with that code", "unverified")
    caller = on_platform(ITSELF, at)

    async def use_case(work: Command) -> Session:
        found = await work.find(DEVICE_GRANTS, user_code)
        if found is not None and found.is_waiting(work.at):
            refuse_haste(user_code, work.at)
        grant = device_grant.check_redeemable(found, work.at)
        assert grant.decided_by is not None
        assert grant.decided_at is not None
        session_id = derive_id("ses", grant.decided_at, grant.grant_id)
        if grant.redeemed_at is not None:
            return await work.get(SESSIONS, session_id)
        session = sessions.start(
            session_id,
            grant.decided_by,
            work.at,
            client="device",
            provider="device",
            device=grant.client_name,
            scope=grant.scope,
        )
        await work.save(session, device_grant.redeem(grant, session_id, work.at))
        return session.state

    session = await RUN.command(caller, use_case, Session)
    if session.is_over(at) or session.number:
        raise _over(None)
    grant = await _granted(session, tenant_id, "", at)
    return await _tokens(grant, session, at)


async def redeem_authorization_code(code: str, presented: PresentedCode, at: datetime) -> Tokens:
    """The tokens of a client that a person let in. One commit. A code that is presented again ends
    the session that it gave: somebody has a copy. Raises GrantRefused, Unavailable."""
    grant_id = client_grant_of(code, await digest_keys())
    if grant_id is None:
        raise GrantRefused("invalid_grant", "there is no such code", "unverified")
    caller = on_platform(ITSELF, at)

    async def use_case(work: Command) -> _Renewed:
        grant = await work.find(CLIENT_GRANTS, grant_id)
        if grant is None or grant.session_id is None:
            started, redeemed = client_grant.redeem(grant, presented, work.at)
            await work.save(started, redeemed)
            return _Renewed(session=started.state)
        copied = await work.get(SESSIONS, grant.session_id)
        if await work.save(*sessions.end(copied, "reused", work.at)):
            await save_ended(work, copied)
        return _Renewed(session=None, copied_from=grant.principal_id)

    given = await RUN.command(caller, use_case, _Renewed)
    if given.session is None:
        raise _over(given.copied_from, "code")
    return await _tokens(await _granted(given.session, "", "", at), given.session, at)


async def exchange_key(text: str, at: datetime) -> Tokens:
    """An access token for an API key: one round trip, and no commit. Raises GrantRefused,
    Unavailable."""
    written = WrittenKey.read(text)
    if written is None:
        raise GrantRefused("invalid_client", "that is no API key", "unverified")
    work = RUN.reading(written.tenant_id, at)
    key = await work.find(KEYS, written.key_id)
    member = tenant = workspace = None
    if key is not None:
        within = [(WORKSPACES, key.workspace_id)] if key.workspace_id is not None else []
        await work.prefetch((MEMBERS, key.principal_id), (TENANTS, written.tenant_id), *within)
        member = await work.find(MEMBERS, key.principal_id)
        tenant = await work.find(TENANTS, written.tenant_id)
        if key.workspace_id is not None:
            workspace = await work.find(WORKSPACES, key.workspace_id)
    grant = api_key.grant(written, key, member, tenant, at, workspace)
    return Tokens(await access_token(grant, at), grant.scope, grant.seconds(at))


async def _granted(
    session: Session, tenant_id: str, scope: str, at: datetime, workspace_id: str = ""
) -> Grant:
    """What the session's principal may do in the tenant. A tenant that was not asked for and is no
    longer open to it is left out, unless it is the one at whose issuer the principal signed in:
    without its place there it is nobody. Raises GrantRefused, Unavailable."""
    if session.is_over(at):
        raise _over(None)
    is_client = session.client == "client"
    if workspace_id and (is_client or session.impersonator is not None):
        detail = "tokens of clients and of support are for no workspace: leave workspace out"
        raise GrantRefused("invalid_request", detail)
    if is_client:
        audience = _audience_of(session)
        within = session.agent_workspace_id or ""
        grant = await _in_tenant(session, session.tenant_id or "", scope, at, within)
        return replace(grant, audience=audience)
    id = tenant_id or session.tenant_id or await _only_tenant(session.principal_id, at)
    try:
        if session.impersonator is not None:
            return await _as_support(session, tenant_id, scope, at)
        if id and id != PLATFORM_TENANT:
            return await _in_tenant(session, id, scope, at, workspace_id)
    except GrantRefused as refusal:
        is_asked_for = bool(tenant_id or workspace_id or session.impersonator)
        is_at_home = TENANTS.may_be_id(session.provider)
        if is_asked_for or is_at_home or refusal.error != "access_denied":
            raise
    if workspace_id:
        raise GrantRefused("invalid_request", "a workspace is one of a tenant: send tenant too")
    is_browser = session.client == "browser"
    roles = settings().roles_on_platform(session.principal_id) if is_browser else ()
    return without_tenant(session, scope, roles)


async def _as_support(session: Session, tenant_id: str, scope: str, at: datetime) -> Grant:
    """What support may read as the principal, in the one tenant of its session. Raises GrantRefused
    where it was ended, or the tenant forbids it since."""
    own = session.tenant_id or ""
    if tenant_id not in ("", own):
        raise GrantRefused("access_denied", "support acts in one tenant; leave tenant out")
    work = RUN.reading(own, at)
    await work.prefetch((IMPERSONATIONS, session.session_id), (SUPPORT_ACCESS, ACCESS_ID))
    known = await work.find(IMPERSONATIONS, session.session_id)
    if not continues(known, await work.find(SUPPORT_ACCESS, ACCESS_ID), at):
        raise _over(None)
    return await _in_tenant(session, own, scope, at)


async def _in_tenant(
    session: Session, tenant_id: str, scope: str, at: datetime, workspace_id: str = ""
) -> Grant:
    tenant = member = workspace = None
    if TENANTS.may_be_id(tenant_id):
        work = RUN.reading(tenant_id, at)
        await work.prefetch((TENANTS, tenant_id), (MEMBERS, session.principal_id))
        tenant = await work.find(TENANTS, tenant_id)
        member = await work.find(MEMBERS, session.principal_id)
        if workspace_id and member is not None and member.is_here:
            is_id = WORKSPACES.may_be_id(workspace_id)
            workspace = await work.find(WORKSPACES, workspace_id) if is_id else None
            check_workspace(workspace)
    return in_tenant(
        tenant_id, tenant, member, scope=scope, session=session, at=at, workspace=workspace
    )


def _audience_of(session: Session) -> str | None:
    resources = settings().resources
    resource = resources.get(session.resource or "")
    if resource is None:
        raise GrantRefused("invalid_target", "there is no such resource any more: begin again")
    if resource.acts_as_agent and session.agent_id is None:
        detail = "the person chose no agent for the program: begin again"
        raise GrantRefused("invalid_grant", detail)
    return resource.audience


async def _only_tenant(principal_id: str, at: datetime) -> str | None:
    principal = await RUN.reading(PLATFORM_TENANT, at).find(PRINCIPALS, principal_id)
    tenants = principal.tenants if principal is not None else ()
    return tenants[0] if len(tenants) == 1 else None


async def _tokens(grant: Grant, session: Session, at: datetime) -> Tokens:
    newest = NumberedToken(session.session_id, session.number).written(await digest_keys())
    return Tokens(await access_token(grant, at), grant.scope, grant.seconds(at), newest)


def _over(copied_from: str | None, presented: str = "token") -> GrantRefused:
    if copied_from is None:
        return GrantRefused("invalid_grant", "the session has ended: sign in", "revoked")
    detail = f"the {presented} was used before, so somebody has a copy: its session has ended"
    return GrantRefused("invalid_grant", f"{detail}, sign in", "replayed")
