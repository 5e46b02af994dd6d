"""Counts what a tenant used in the month under way, for whoever asks what it would cost."""

from functions.billing.rules.order import Order
from functions.billing.rules.subscription import Subscription
from functions.billing.rules.usage_so_far import UsageSoFar, limits_by, usage_so_far
from shared.kit.callers import Caller
from shared.kit.months import month_of
from shared.usage.counting import count_log
from shared.usage.meters import BUILT_IN
from shared.usage.periods import hour_bounds
from shared.usage.sums import sums_of

# A tenant has these meters and a hundred of its own.
_MOST = 1_000


async def count_so_far(caller: Caller, known: Subscription, order: Order) -> UsageSoFar | None:
    """What the usage of the month so far would cost once the order is placed; None where it can
    cost nothing, and then nothing is counted. Counts first what the audit log has gained. Raises
    Unavailable."""
    at = caller.received_at
    limits = limits_by(known, order, at)
    if limits is None:
        return None
    is_whole = await count_log(caller.tenant_id, at)
    sums = await _sums(caller.tenant_id, month_of(at))
    return usage_so_far(limits, sums, at, is_whole=is_whole)


async def _sums(tenant_id: str, month: str) -> dict[str, int]:
    """What Assent counted of each meter in the month."""
    found = await sums_of(tenant_id, None, *hour_bounds(month), "total", _MOST)
    return {each.meter: each.quantity for each in found if each.meter in BUILT_IN}
