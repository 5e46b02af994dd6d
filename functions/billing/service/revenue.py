"""Keeps each tenant's revenue, and shows the platform's figures."""

import asyncio
import logging
from datetime import datetime

from functions.billing.aggregates import REVENUES, RUN
from functions.billing.kpi_views import KpisView
from functions.billing.rules.costs import UsageCounts
from functions.billing.rules.disagreements import disagreements
from functions.billing.rules.invoice import Invoice
from functions.billing.rules.low_margins import month_to_judge, note_tenant
from functions.billing.rules.revenue import Revenue, bounds_of, unknown_revenue
from functions.billing.rules.subscription import Subscription
from functions.billing.service.platform import on_platform
from functions.billing.service.usage_counts import count_usage
from shared.aggregates.command import Command
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller, check_platform_admin
from shared.kit.errors import FieldError, Invalid, VersionConflict
from shared.kit.months import month_of
from shared.storage.firestore import TenantStore

# For how many tenants one call counts the usage, and for how many at once.
MOST_TENANTS = 5_000
_AT_ONCE = 20
_LOGGER = logging.getLogger(__name__)


async def note_revenue(subscription: Subscription, invoice: Invoice | None, at: datetime) -> None:
    """Notes the subscription and the invoice in the tenant's revenue, which lies in the platform's
    own tenant; the same again changes nothing. Logs a margin that fell, which an alert counts.
    Raises Unavailable: Stripe then sends its notice again."""
    tenant_id = subscription.tenant_id
    counted = await count_usage(tenant_id, month_to_judge(at))

    async def use_case(work: Command) -> Revenue:
        known = await work.find(REVENUES, tenant_id)
        before = known or unknown_revenue(tenant_id)
        steps = note_tenant(before, subscription, invoice, counted, work.at)
        if invoice is not None:
            newer = steps[-1].state if steps else before
            steps = (*steps, *disagreements(newer, invoice))
        saved = await work.save_change(before, *steps)
        if saved.warned != before.warned:
            said = "less than 40 %% is left of what %s paid for in %s"
            fields = {"low_margin": tenant_id}
            _LOGGER.warning(said, tenant_id, saved.warned, extra={"fields": fields})
        return saved

    await RUN.command(on_platform(at), use_case, Revenue)


async def show_kpis(
    caller: Caller, month: str | None, tenant: str | None, cac_cents: int | None
) -> KpisView:
    """The platform's figures of a month, by default the one that runs. Raises Forbidden for all but
    platform admins, Invalid for what names no month that has begun, or a `tenant` that never bought
    anything, VersionConflict for more than MOST_TENANTS tenants, Unavailable."""
    check_platform_admin(caller)
    at = caller.received_at
    chosen = month or month_of(at)
    if bounds_of(chosen)[0] > at:
        raise Invalid(FieldError("month", f"has not begun: the latest is {month_of(at)}"))
    known = await _all_revenues()
    if tenant is not None and all(each.tenant_id != tenant for each in known):
        problem = f"{tenant[:40]!r} never bought anything here: leave it out to see all who did"
        raise Invalid(FieldError("tenant_id", problem))
    counted = await _count_all([each.tenant_id for each in known], chosen)
    return KpisView.of(known, counted, month=chosen, at=at, tenant=tenant, cac_cents=cac_cents)


async def _all_revenues() -> list[Revenue]:
    known = []
    async for each in TenantStore(PLATFORM_TENANT).find_all(REVENUES.collection):
        known.append(REVENUES.state_in(each.data))
        if len(known) > MOST_TENANTS:
            raise VersionConflict(f"more than {MOST_TENANTS} tenants have bought something")
    return known


async def _count_all(tenants: list[str], month: str) -> list[UsageCounts]:
    turns = asyncio.Semaphore(_AT_ONCE)

    async def count(tenant_id: str) -> UsageCounts:
        async with turns:
            return await count_usage(tenant_id, month)

    return await asyncio.gather(*map(count, tenants))
