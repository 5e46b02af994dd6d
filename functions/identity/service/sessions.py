"""Sessions: who one belongs to, its list, and its end."""

from dataclasses import dataclass
from datetime import datetime

from events.sessions import EndedBecause
from functions.identity.aggregates import ENDED, PRINCIPALS, RUN, SEATS, SESSIONS
from functions.identity.rules.control import end_session
from functions.identity.rules.secrets import NumberedToken
from functions.identity.rules.session import PlatformSeat, Session, admits, end, start
from functions.identity.service.platform import digest_keys, on_platform
from functions.identity.settings import settings
from functions.identity.views.sessions import SessionPage, SessionView
from shared.aggregates import Command, Transition, UnitOfWork
from shared.aggregates.command import not_found
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.kit.control import EndedSessions, place_of_ended
from shared.kit.ids import new_id
from shared.kit.models import Model


@dataclass(frozen=True)
class Signed:
    """A session, and the token of it that was presented."""

    session: Session
    token: NumberedToken


class StartedSession(Model):
    """What a sign-in answers with."""

    session_id: str


async def start_in_browser(
    work: Command,
    principal_id: str,
    provider: str,
    device: str,
    *,
    session_id: str = "",
    passkey_id: str | None = None,
) -> StartedSession:
    """Adds to the commit a session of somebody who has just proved who they are, at a provider or
    with a passkey. A platform admin's earlier session ends. Raises Unavailable."""
    started = start(
        session_id or new_id("ses", work.at),
        principal_id,
        work.at,
        client="browser",
        provider=provider,
        device=device,
        passkey_id=passkey_id,
    )
    await work.save(started)
    if settings().roles_on_platform(principal_id):
        await take_seat(work, started.state)
    return StartedSession(session_id=started.state.session_id)


async def session_of(text: str, at: datetime) -> Signed | None:
    """The session that a token belongs to, whatever its number, or None for text that is no token
    of ours. One read. Raises Unavailable."""
    token = NumberedToken.read(text, await digest_keys())
    if token is None:
        return None
    session = await RUN.reading(PLATFORM_TENANT, at).find(SESSIONS, token.id)
    return Signed(session, token) if session is not None else None


async def signed_in(cookie: str, at: datetime) -> Session | None:
    """The session of a browser's cookie, or None where nobody is signed in: a token of a device or
    a client opens no page, or it could allow itself more. Raises Unavailable."""
    signed = await session_of(cookie, at) if cookie else None
    if signed is None or signed.session.client != "browser":
        return None
    return signed.session if admits(signed.session, signed.token.number, at) else None


async def sign_out(text: str, at: datetime) -> None:
    """Ends the session that the token belongs to; nothing happens for any other text. Raises
    Unavailable."""
    signed = await session_of(text, at)
    if signed is None:
        return
    caller = on_platform(signed.session.principal_id, at)
    await _end(caller, signed.session.session_id, "signed_out")


async def end_sessions(principal_id: str, at: datetime) -> None:
    """Ends every session of a principal who lost their place. Raises Unavailable."""
    caller, cursor = on_platform(principal_id, at), None
    while True:
        page = await RUN.page(
            caller,
            SESSIONS,
            where=(("principal_id", "==", principal_id),),
            order_by=("started_at",),
            limit=100,
            cursor=cursor,
        )
        for session in page.items:
            if not session.is_over(at):
                await _end(caller, session.session_id, "removed")
        cursor = page.next_cursor
        if cursor is None:
            return


async def list_sessions(caller: Caller, limit: int, cursor: str | None) -> SessionPage:
    """The caller's own sessions, newest first, also those that ended. To support that acts as the
    caller, and with a token for a workspace, only those that were last used for the token's
    tenant: a page may then have fewer than `limit`."""
    page = await RUN.page(
        on_platform(caller.principal, caller.received_at),
        SESSIONS,
        where=(("principal_id", "==", caller.principal),),
        order_by=("started_at",),
        limit=limit,
        cursor=cursor,
    )
    is_narrow = caller.impersonator is not None or caller.workspace_id is not None
    seen = [each for each in page.items if not is_narrow or each.tenant_id == caller.tenant_id]
    return page._replace(items=seen).shown(SessionPage, SessionView.of)


async def revoke_session(caller: Caller, session_id: str) -> SessionView:
    """The ended session. Raises NotFound for one that is not the caller's."""
    return await _end(on_platform(caller.principal, caller.received_at), session_id, "revoked")


async def end_support_session(session: Session, at: datetime) -> None:
    """Ends a session in which support acts as its principal, whoever of those who may asked."""
    await _end(on_platform(session.principal_id, at), session.session_id, "revoked")


async def save_ended(work: UnitOfWork, session: Session) -> None:
    """Adds to the commit that no function takes the session's tokens any more: those for no tenant
    and those for each tenant of its principal. Raises Unavailable."""
    principal = await work.find(PRINCIPALS, session.principal_id)
    work.rely_on(PRINCIPALS, session.principal_id)
    tenants = {PLATFORM_TENANT, *(principal.tenants if principal is not None else ())}
    if session.tenant_id is not None:
        tenants.add(session.tenant_id)
    places = [place_of_ended(each, session.session_id) for each in sorted(tenants)]
    known = await work.find_all(ENDED, places)
    for place, found in zip(places, known, strict=True):
        ended = found or EndedSessions(place=place)
        await work.save(end_session(ended, session.session_id, work.at))


async def take_seat(work: UnitOfWork, session: Session) -> None:
    """Makes this the only session of a platform admin: ends the one before in the same commit.
    Raises Unavailable."""
    seat = await work.find(SEATS, session.principal_id)
    before = await work.find(SESSIONS, seat.session_id) if seat is not None else None
    if before is not None and before.session_id != session.session_id:
        ended = await work.save(*end(before, "replaced", work.at))
        if ended:
            await save_ended(work, before)
    taken = PlatformSeat(principal_id=session.principal_id, session_id=session.session_id)
    await work.save(Transition(taken))


async def _end(caller: Caller, session_id: str, because: EndedBecause) -> SessionView:
    """The ended session of the caller. Raises NotFound for one that is another's."""

    async def use_case(work: Command) -> SessionView:
        session = await work.get(SESSIONS, session_id)
        if session.principal_id != caller.principal:
            raise await not_found(RUN.outbox, caller, SESSIONS, session_id)
        saved = await work.save(*end(session, because, work.at))
        if saved:
            await save_ended(work, session)
        return SessionView.of(saved[-1] if saved else session)

    about = (SESSIONS, session_id)
    return await RUN.command(caller, use_case, SessionView, about=about)
