"""The platform's health and figures, from what is indexed and counted anyway."""

import asyncio
from datetime import datetime

from events.registry import published_types
from functions.identity.aggregates import PRINCIPALS, SLUGS
from functions.identity.rules.suspension import check_platform_admin
from functions.identity.service.suspension import on_platform_only
from functions.identity.views.figures import FunctionHealth, HealthView, MetricsView
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.messaging.backlog import late_events
from shared.storage.firestore import TenantStore


async def show_health(caller: Caller) -> HealthView:
    """Which functions have events that they committed and could not publish in time. Raises
    Forbidden for all but platform admins, Unavailable."""
    check_platform_admin(on_platform_only(caller))
    functions = sorted(published_types())
    found = await asyncio.gather(*(_health(each, caller.received_at) for each in functions))
    status = "late" if any(each.late_events for each in found) else "ok"
    return HealthView(status=status, functions=tuple(found))


async def show_metrics(caller: Caller) -> MetricsView:
    """How many tenants signed up, and how many people signed in. Raises Forbidden for all but
    platform admins, Unavailable."""
    check_platform_admin(on_platform_only(caller))
    store = TenantStore(PLATFORM_TENANT)
    return MetricsView(
        tenants=await store.count(SLUGS.collection),
        principals=await store.count(PRINCIPALS.collection),
    )


async def _health(function: str, now: datetime) -> FunctionHealth:
    late = await late_events(function, now)
    return FunctionHealth(
        function=function, late_events=len(late), late_since=min(late, default=None)
    )
