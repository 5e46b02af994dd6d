"""The platform's health and figures."""

from functions.identity.service import figures
from functions.identity.views.figures import HealthView, MetricsView
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.routes import Router

_PLATFORM = ("manage_tenants",)
ROUTER = Router(prefix="/v1", tag="platform", read=("identity:read",), tenantless=True)


@ROUTER.get("/health")
@does(within=_PLATFORM, deed="seeing the platform's health")
async def show_health(caller: Caller) -> HealthView:
    """Shows which functions have not published in time what they committed; needs the role
    platform_admin."""
    return await figures.show_health(caller)


@ROUTER.get("/metrics")
@does(within=_PLATFORM, deed="seeing the platform's figures")
async def show_metrics(caller: Caller) -> MetricsView:
    """Shows how many tenants signed up and how many people signed in; needs the role
    platform_admin."""
    return await figures.show_metrics(caller)
