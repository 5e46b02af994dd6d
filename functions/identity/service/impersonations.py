"""Support that acts as a member: a session of its own, which the member and the tenant see and end.

The tenant's record is committed first, and announces it; the session with the platform follows. A
crash in between leaves a record without a session, which opens nothing."""

from datetime import datetime

from functions.identity.aggregates import (
    IMPERSONATIONS,
    MEMBERS,
    RUN,
    SESSIONS,
    SUPPORT_ACCESS,
    TENANTS,
)
from functions.identity.rules import impersonation as rules
from functions.identity.rules import session as sessions
from functions.identity.rules.control import revoke
from functions.identity.rules.impersonation import (
    ACCESS_ID,
    Impersonation,
    ImpersonationBody,
)
from functions.identity.rules.secrets import NumberedToken
from functions.identity.rules.session import Session
from functions.identity.service.platform import digest_keys, on_platform
from functions.identity.service.sessions import end_support_session
from functions.identity.service.tenants import administered, control_of
from functions.identity.service.tokens import renew_session
from functions.identity.views.impersonations import (
    ImpersonationPage,
    ImpersonationView,
    NewImpersonation,
    SupportAccessView,
)
from shared.aggregates import Command
from shared.aggregates.command import not_found
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.kit.ids import new_id
from shared.kit.models import part_of
from shared.storage.idempotency import IdempotencyKey
from shared.storage.subject_keys import opened

_MOST_AT_ONCE = 100


async def begin(caller: Caller, body: ImpersonationBody) -> NewImpersonation:
    """The impersonation with its tokens, which only read. Two commits, and one for the tokens.
    Raises ImpersonationRefused. An idempotency key would have to keep tokens, so the call takes
    none."""
    at, session_id = caller.received_at, new_id(SESSIONS.prefix, caller.received_at)
    tenant_id = body.tenant_id
    rules.check_may_start(caller)
    if not TENANTS.may_be_id(tenant_id):
        raise rules.unknown_member()
    actor = Caller.acting(caller.principal, tenant_id, at)

    async def record(work: Command) -> Impersonation:
        things = ((TENANTS, tenant_id), (MEMBERS, body.principal), (SUPPORT_ACCESS, ACCESS_ID))
        await work.prefetch(*things)
        tenant = await work.find(TENANTS, tenant_id)
        member = await work.find(MEMBERS, body.principal)
        access = await work.find(SUPPORT_ACCESS, ACCESS_ID)
        saved = await work.save(*rules.start(session_id, body, caller, tenant, member, access))
        work.rely_on(MEMBERS, body.principal)
        work.rely_on(SUPPORT_ACCESS, ACCESS_ID)
        begun: Impersonation = saved[-1]
        return begun

    begun = await RUN.command(actor, record, Impersonation)
    await _start_session(begun, tenant_id, at)
    text = NumberedToken(session_id, 0).written(await digest_keys())
    tokens = await renew_session(text, "", "", at)
    assert tokens.refresh is not None, "every session has one"
    return part_of(
        NewImpersonation,
        begun,
        # The route opens what is sealed in the caller's tenant: this was, in the member's.
        reason=body.reason,
        tenant_id=tenant_id,
        access_token=tokens.access,
        refresh_token=tokens.refresh,
        scope=tokens.scope,
        expires_in=tokens.seconds,
    )


async def end(caller: Caller, session_id: str) -> ImpersonationView:
    """The impersonation that is over: it gives no token any more. Raises NotFound, Forbidden."""
    at = caller.received_at
    session = None
    if SESSIONS.may_be_id(session_id):
        session = await RUN.reading(PLATFORM_TENANT, at).find(SESSIONS, session_id)
    if session is None or not rules.is_known_to(caller, session):
        raise await not_found(RUN.outbox, caller, IMPERSONATIONS, session_id)
    rules.check_may_end(session, caller)
    await end_support_session(session, at)
    ended = await note_end(session, caller.principal, at)
    assert session.tenant_id is not None, "support acts in one tenant"
    # Who acts has no token for the tenant in which it is sealed.
    return ended.but(reason=await opened(session.tenant_id, ended.reason))


async def note_end(session: Session, by: str, at: datetime) -> ImpersonationView:
    """Lets the tenant know that a session of support is over. Raises Unavailable."""
    assert session.tenant_id is not None, "support acts in one tenant"
    return await RUN.change(
        Caller.acting(by, session.tenant_id, at),
        IMPERSONATIONS,
        session.session_id,
        lambda known: rules.end(known, by, at),
        ImpersonationView,
    )


async def list_impersonations(caller: Caller, limit: int, cursor: str | None) -> ImpersonationPage:
    """Who acted as members of the tenant, newest first."""
    page = await RUN.page(
        caller, IMPERSONATIONS, order_by=("started_at",), limit=limit, cursor=cursor
    )
    return page.shown(ImpersonationPage, ImpersonationView.of)


async def show_access(caller: Caller) -> SupportAccessView:
    """Whether support may act as members of the tenant."""
    return SupportAccessView.of(await RUN.find(caller, SUPPORT_ACCESS, ACCESS_ID))


async def allow(caller: Caller, key: IdempotencyKey, allowed: bool) -> SupportAccessView:
    """What the tenant says from now on; where it forbids support, every impersonation under way
    ends. Raises Forbidden where the caller lost a role of its token; who may is the route's
    question."""

    async def use_case(work: Command) -> SupportAccessView:
        await administered(work)
        known = await work.find(SUPPORT_ACCESS, ACCESS_ID)
        steps = rules.allow(known, allowed, caller.principal, work.at)
        said = await work.save_change(known, *steps)
        if not allowed:
            await _revoke_all(work)
        return SupportAccessView.of(said)

    answer = await RUN.command(caller, use_case, SupportAccessView, key=key)
    if not allowed:
        await _end_all(caller)
    return answer


async def _revoke_all(work: Command) -> None:
    """Adds to the commit that no function takes a token of support any more."""
    known = await work.query(
        IMPERSONATIONS, order_by="started_at", descending=True, limit=_MOST_AT_ONCE
    )
    for each in known:
        if rules.continues(each, None, work.at):
            await work.save(revoke(await control_of(work), each.session_id, work.at))


async def _end_all(caller: Caller) -> None:
    """Those that began within half an hour: earlier ones are over."""
    page = await RUN.page(
        caller, IMPERSONATIONS, order_by=("started_at",), limit=_MOST_AT_ONCE, cursor=None
    )
    for each in page.items:
        if rules.continues(each, None, caller.received_at):
            await end(caller, each.session_id)


async def _start_session(begun: Impersonation, tenant_id: str, at: datetime) -> None:
    caller = on_platform(begun.impersonator, at)

    async def use_case(work: Command) -> Session:
        step = sessions.start_support(
            begun.session_id, begun.principal_id, begun.impersonator, tenant_id, at, rules.LIFE
        )
        await work.save(step)
        return step.state

    await RUN.command(caller, use_case, Session)
