"""Support acts as a member of a tenant: for half an hour, to read, where the tenant allows it."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import StrictBool, StringConstraints

from events.impersonations import (
    ImpersonationEnded,
    ImpersonationStarted,
    ImpersonationState,
    SupportAccessChanged,
    SupportAccessState,
)
from functions.identity.rules.refusals import ImpersonationRefused
from functions.identity.rules.session import Session
from functions.identity.rules.tenant import Member, Tenant
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.kit.control import OPEN
from shared.kit.errors import Forbidden
from shared.kit.ids import Id
from shared.kit.models import Model
from shared.kit.roles import PLATFORM_ADMIN, TENANT_ADMIN
from shared.kit.transitions import Transition

LIFE = timedelta(minutes=30)
# There is one of each tenant.
ACCESS_ID = "support_access"


class ImpersonationBody(Model):
    """As whom support acts, and why: the member and the tenant's audit read it."""

    tenant_id: Id
    principal: Annotated[str, StringConstraints(max_length=128)]
    reason: Annotated[str, StringConstraints(pattern=r"\S", min_length=10, max_length=500)]


class SupportAccessBody(Model):
    """Whether support may act as members of the tenant."""

    allowed: StrictBool


class Impersonation(ImpersonationState):
    """A session of support. Its id is that of the session."""


class SupportAccess(SupportAccessState):
    """What the tenant says of support; without it, support is allowed."""


def start(
    session_id: str,
    body: ImpersonationBody,
    caller: Caller,
    tenant: Tenant | None,
    member: Member | None,
    access: SupportAccess | None,
) -> tuple[Transition[Impersonation], ...]:
    """The impersonation that begins. Raises ImpersonationRefused for everybody but platform admins,
    for an impersonator, in a tenant that is not open or forbids it, and of nobody's place there."""
    check_may_start(caller)
    if access is not None and not access.allowed:
        detail = "the tenant does not let support act as its members; ask its admin"
        raise ImpersonationRefused("support_forbidden", detail)
    is_open = tenant is not None and tenant.status in OPEN
    if not is_open or member is None or not member.is_here:
        raise unknown_member()
    at = caller.received_at
    begun = Impersonation(
        session_id=session_id,
        principal_id=member.principal_id,
        impersonator=caller.principal,
        reason=body.reason,
        started_at=at,
        expires_at=at + LIFE,
    )
    return (Transition(begun, ImpersonationStarted),)


def check_may_start(caller: Caller) -> None:
    """Raises ImpersonationRefused for everybody but platform admins, and for an impersonator."""
    if caller.impersonator is not None:
        raise ImpersonationRefused("impersonated", "you act as somebody already: end that first")
    if caller.tenant_id != PLATFORM_TENANT or PLATFORM_ADMIN not in caller.roles:
        detail = "this needs the role platform_admin, in a token for no tenant"
        raise ImpersonationRefused("not_permitted", detail)


def unknown_member() -> ImpersonationRefused:
    """The refusal for a tenant or a member that does not exist, or that nobody may act as."""
    detail = "there is no such member of an open tenant; see its audit for their id"
    return ImpersonationRefused("not_permitted", detail)


def end(known: Impersonation, by: str, at: datetime) -> tuple[Transition[Impersonation], ...]:
    """The impersonation that is over; no change for one that is."""
    if known.ended_at is not None:
        return ()
    return (Transition(known.but(ended_at=at, ended_by=by), ImpersonationEnded),)


def is_known_to(caller: Caller, session: Session) -> bool:
    """Whether the session is an impersonation of which the caller may know: who acts, whom they act
    as, and everybody in the tenant."""
    if session.impersonator is None or session.tenant_id is None:
        return False
    return _is_theirs(session, caller) or caller.tenant_id == session.tenant_id


def check_may_end(session: Session, caller: Caller) -> None:
    """Raises Forbidden for everybody in the tenant but who acts, whom they act as, and admins."""
    if not _is_theirs(session, caller) and TENANT_ADMIN not in caller.roles:
        raise Forbidden("only who acts, whom they act as, and an admin of the tenant may end this")


def _is_theirs(session: Session, caller: Caller) -> bool:
    return caller.principal in (session.impersonator, session.principal_id)


def continues(known: Impersonation | None, access: SupportAccess | None, at: datetime) -> bool:
    """Whether the impersonation still gives tokens."""
    is_allowed = access is None or access.allowed
    return is_allowed and known is not None and known.ended_at is None and at < known.expires_at


def allow(
    known: SupportAccess | None, allowed: bool, by: str, at: datetime
) -> tuple[Transition[SupportAccess], ...]:
    """What the tenant says of support from now on; no change where it said so before."""
    if (known is None or known.allowed) == allowed:
        return ()
    said = SupportAccess(allowed=allowed, changed_by=by, changed_at=at)
    return (Transition(said, SupportAccessChanged),)
