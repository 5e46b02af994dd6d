"""How much of a meter a plan allows in a month of UTC. Pure."""

import math
from collections.abc import Mapping
from datetime import datetime

from shared.catalogue import (
    Entitlements,
    catalogue,
    upgrade_for_limit,
    upgrade_for_seats,
)
from shared.kit.instants import format_instant
from shared.kit.months import month_ends
from shared.kit.plans import Meter, Plan
from shared.quotas.plans import SMALLEST
from shared.quotas.refusals import QuotaExhausted

# How a refusal calls what is counted.
_UNITS: Mapping[Meter, str] = {
    "executions": "runs",
    "tokens": "tokens of models",
    "api_calls": "calls",
    "storage": "bytes of files",
}


def way_up(plan: Plan) -> str:
    """How a tenant with the plan gets a larger one, as a refusal says it."""
    if plan == SMALLEST:
        return "an admin buys it by POST /v1/billing/checkout"
    return "an admin changes to it by PUT /v1/subscription"


def check_quota(
    entitled: Entitlements | None, meter: Meter, used: int, more: int, at: datetime
) -> None:
    """Raises QuotaExhausted where `more` would pass what the plan allows of the meter in the month,
    and the plan stops there. Of None nothing is limited."""
    limit = entitled.limits.get(meter) if entitled is not None else None
    if entitled is None or limit is None or used + more <= limit or not entitled.stops(meter):
        return
    raise exhausted(entitled, meter, limit, used, more, at)


def exhausted(
    entitled: Entitlements, meter: Meter, limit: int, used: int, more: int, at: datetime
) -> QuotaExhausted:
    """The refusal of `more` of the meter."""
    plans, upgrade_to = catalogue().plans, upgrade_for_limit(entitled.plan, meter)
    units, resets_at, left = _UNITS[meter], month_ends(at), max(limit - used, 0)
    said = f"the plan {plans[entitled.plan].name} allows {limit} {units} a month, "
    said += f"of which {left} are left" if left else "which are used"
    if left and more > 1:
        said += f"; this may need {more}"
    said += f"; the next month begins at {format_instant(resets_at)}"
    if entitled.lapsed:
        said += f". Free holds because {entitled.lapsed}"
    elif upgrade_to is not None:
        allowed = plans[upgrade_to].limits.get(meter)
        allows = f"allows {allowed}" if allowed is not None else "has no limit"
        said += f". The plan {plans[upgrade_to].name} {allows}: {way_up(entitled.plan)}"
    return QuotaExhausted(
        said,
        meter=meter,
        limit=limit,
        resets_at=resets_at,
        retry_after=math.ceil((resets_at - at).total_seconds()),
        upgrade_to=upgrade_to,
    )


def check_seats(entitled: Entitlements, seats: int | None, people: int) -> None:
    """Raises QuotaExhausted where as many people belong to the tenant as it has seats."""
    if seats is None or people < seats:
        return
    upgrade_to = upgrade_for_seats(entitled.plan)
    plan = catalogue().plans[entitled.plan]
    said = f"the tenant has {seats} seats, and {people} people: remove somebody"
    more = plan.is_paid and (plan.most_seats is None or seats < plan.most_seats)
    if entitled.lapsed:
        said += f". Free holds because {entitled.lapsed}"
    elif more:
        said += ", or an admin buys more by PUT /v1/subscription"
    elif upgrade_to is not None:
        said += f". The plan {catalogue().plans[upgrade_to].name} has more: {way_up(entitled.plan)}"
    raise QuotaExhausted(
        said,
        meter="seats",
        limit=seats,
        resets_at=None,
        retry_after=None,
        upgrade_to=None if more else upgrade_to,
    )
