"""Whether a tenant is open: suspended by the platform, closed by its own admins, or neither.

Both may last at once, and whoever ends one leaves the other."""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import StringConstraints

from events.tenants import (
    TenantClosed,
    TenantClosingRequested,
    TenantResumed,
    TenantState,
    TenantSuspended,
)
from functions.identity.rules.tenant import Tenant
from shared.kit.callers import Actor
from shared.kit.control import Control, Suspension, TenantStatus
from shared.kit.errors import Forbidden, VersionConflict
from shared.kit.models import Model
from shared.kit.roles import PLATFORM_ADMIN
from shared.kit.transitions import Transition

CLOSING_DUE = "assent.tenant_closing.due.v1"
# In which an admin may think again, and export.
CLOSING = timedelta(days=30)
MOST_SUSPENSIONS = 20

Step = Transition[Tenant] | Transition[Control]


class SuspensionBody(Model):
    """Why a tenant is suspended."""

    reason: Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"\S")]


def closing_timer(tenant: Tenant) -> tuple[str, datetime] | None:
    """When the tenant is closed for good, while it closes."""
    closes = tenant.closed_at is None and tenant.closes_at is not None
    return (CLOSING_DUE, tenant.closes_at) if closes and tenant.closes_at else None


def check_platform_admin(actor: Actor) -> None:
    """Raises Forbidden for everybody but platform admins, whose token is for no tenant."""
    if PLATFORM_ADMIN not in actor.roles:
        raise Forbidden(
            "this needs the role platform_admin: get a token with tenant=_platform, as somebody"
            " whom the platform's configuration names"
        )


def suspend(tenant: Tenant, control: Control, reason: str, at: datetime) -> tuple[Step, ...]:
    """The suspended tenant; no change for one that is suspended. Raises VersionConflict for a
    closed one."""
    _refuse_closed(tenant)
    if tenant.suspended_at is not None:
        return ()
    return _changed(tenant, control, TenantSuspended, at, {"reason": reason}, suspended_at=at)


def lift(tenant: Tenant, control: Control, at: datetime) -> tuple[Step, ...]:
    """The tenant that is suspended no more, or, where it was not, closes no more; no change for one
    that is open. Raises VersionConflict for a closed one."""
    _refuse_closed(tenant)
    if tenant.suspended_at is not None:
        return _changed(tenant, control, TenantResumed, at, suspended_at=None)
    return stay(tenant, control, at)


def close(tenant: Tenant, control: Control, at: datetime) -> tuple[Step, ...]:
    """The tenant that closes in thirty days; no change for one that closes. Raises VersionConflict
    for a closed one."""
    _refuse_closed(tenant)
    if tenant.closes_at is not None:
        return ()
    return _changed(tenant, control, TenantClosingRequested, at, closes_at=at + CLOSING)


def stay(tenant: Tenant, control: Control, at: datetime) -> tuple[Step, ...]:
    """The tenant that closes no more; a suspension lasts. No change for one that is open. Raises
    VersionConflict for one that is suspended and does not close, and for a closed one, also where
    its timer has not fired yet."""
    _refuse_closed(tenant)
    if tenant.closes_at is None and tenant.suspended_at is not None:
        raise VersionConflict("the tenant is suspended: only an admin of the platform resumes it")
    if tenant.closes_at is None:
        return ()
    if at >= tenant.closes_at:
        raise VersionConflict("its thirty days are over: it is closed; sign another tenant up")
    return _changed(tenant, control, TenantResumed, at, closes_at=None)


def end(tenant: Tenant, control: Control, at: datetime) -> tuple[Step, ...]:
    """The closed tenant; nothing before its time."""
    if tenant.closed_at is not None or tenant.closes_at is None or at < tenant.closes_at:
        return ()
    return _changed(tenant, control, TenantClosed, at, closed_at=at)


def _refuse_closed(tenant: Tenant) -> None:
    if tenant.closed_at is not None:
        raise VersionConflict("the tenant is closed for good; sign another one up")


def _changed(
    tenant: Tenant,
    control: Control,
    event: type[TenantState],
    at: datetime,
    says: dict[str, str] | None = None,
    **fields: datetime | None,
) -> tuple[Step, ...]:
    stamped = tenant.but(**fields)
    newer = stamped.but(status=_status(stamped))
    suspensions = _suspensions(control, newer.status in ("trial", "active"), at)
    said = control.but(status=newer.status, suspensions=suspensions, closes_at=newer.closes_at)
    return Transition(newer, event, says or {}), Transition(said)


def _status(tenant: Tenant) -> TenantStatus:
    if tenant.closed_at is not None:
        return "closed"
    if tenant.suspended_at is not None:
        return "suspended"
    return "closing" if tenant.closes_at is not None else tenant.open_as


def _suspensions(control: Control, opens: bool, at: datetime) -> tuple[Suspension, ...]:
    known = control.suspensions
    if control.is_open and not opens:
        known = (*known, Suspension(at=at))
    elif opens and known and known[-1].until is None:
        known = (*known[:-1], known[-1].but(until=at))
    if len(known) > MOST_SUSPENSIONS:
        # As one, the two oldest give back the time between them too, which is never too little.
        known = (Suspension(at=known[0].at, until=known[1].until), *known[2:])
    return known
