"""Whether a tenant is open and a credential still good: no call reads it, and each function knows
it within twenty seconds."""

from fastapi import Request

from shared.kit.bookkeeping import RefusalReason
from shared.kit.callers import Caller
from shared.kit.control import NO_STANDING, Control, Standing
from shared.kit.errors import AssentError, TenantClosed, TenantClosing, TenantSuspended
from shared.kit.instants import format_instant
from shared.kit.roles import TENANT_ADMIN
from shared.runtime.control import controls
from shared.runtime.credential_refusals import report_refusal


async def standing_of(request: Request, tenant_id: str, session_id: str | None) -> Standing:
    """What is known of the tenant of a token; nothing where the app has no store. Raises
    Unavailable."""
    if getattr(request.app.state, "outbox", None) is None:
        return NO_STANDING
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
    reason, refusal = _stopped(control)
    await report_refusal(request, reason, caller.tenant_id, caller.principal)
    raise refusal


def _stopped(control: Control) -> tuple[RefusalReason, AssentError]:
    if control.status == "closed":
        detail = "it is closed for good; sign another tenant up with POST /v1/tenants"
        return "tenant_closed", TenantClosed(detail)
    if control.status == "closing":
        until = f" until {format_instant(control.closes_at)}" if control.closes_at else ""
        detail = f"its admins may read and export, and resume it{until}: POST /v1/tenants/ID/resume"
        return "tenant_closing", TenantClosing(detail)
    detail = "its admins may read and export; ask an admin of the platform to resume it"
    return "tenant_suspended", TenantSuspended(detail)
