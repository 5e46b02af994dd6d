"""Whether a tenant is open and a credential still good: no call reads it, and each function knows
it within twenty seconds."""

from datetime import datetime

from fastapi import Request

from shared.kit.callers import Caller
from shared.kit.control import NOTHING_KNOWN, STOPPED, KnownTenant, StoppedReason
from shared.kit.errors import AssentError, TenantClosed, TenantClosing, TenantSuspended
from shared.kit.instants import format_instant
from shared.kit.roles import TENANT_ADMIN
from shared.runtime.control import controls
from shared.runtime.credential_refusals import report_refused_caller


async def known_tenant(request: Request, tenant_id: str, session_id: str | None) -> KnownTenant:
    """What is known of the tenant of a token; nothing where the app has no store. Raises
    Unavailable."""
    if getattr(request.app.state, "outbox", None) is None:
        return NOTHING_KNOWN
    return await controls().of(tenant_id, session_id)


async def require_open(request: Request, caller: Caller, *, in_stopped: bool = False) -> None:
    """Refuses every call in a tenant that is not open. Until it is closed, its admins may read, and
    make the calls that are allowed `in_stopped` tenants. Raises TenantSuspended, TenantClosing or
    TenantClosed, each with the way back."""
    control = caller.control
    if control.is_open:
        return
    is_admins = in_stopped or request.method in ("GET", "HEAD")
    if is_admins and TENANT_ADMIN in caller.roles and control.status != "closed":
        return
    reason = STOPPED[control.status]
    await report_refused_caller(request, reason, caller)
    raise stopped(reason, control.closes_at)


def stopped(reason: StoppedReason, closes_at: datetime | None = None) -> AssentError:
    """What a call in a tenant that is not open is refused with: it says the way back."""
    match reason:
        case "tenant_closed":
            return TenantClosed("it is closed for good; sign another tenant up: POST /v1/tenants")
        case "tenant_closing":
            until = f" until {format_instant(closes_at)}" if closes_at else ""
            back = f"resume it{until}: POST /v1/tenants/ID/resume"
            return TenantClosing(f"its admins may read and export, and {back}")
        case "tenant_suspended":
            detail = "its admins may read and export; ask an admin of the platform to resume it"
            return TenantSuspended(detail)
