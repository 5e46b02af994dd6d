"""The platform's budget of a month: tenants take of it before they hold or spend anything, so that
all of them together never spend more. Pure."""

from collections.abc import Callable
from typing import Any

from shared.budgets.budget import Budget
from shared.budgets.limits import has_reached
from shared.kit.models import Model
from shared.kit.transitions import Transition

# Until so many percent are taken, a tenant takes at once what it has taken before, at most a
# hundredth of the limit: whoever spends much asks seldom.
SPARES_BELOW = 80
SPARE_PART = 100

Steps = tuple[Transition[Any], ...]
# The platform's budget, and what is told of it by the function that takes of it.
Told = Callable[[Budget], Steps]


class PlatformExhausted(Exception):
    """The platform's budget allows no more in this period; its text says what to do."""


class Lease(Model):
    """What a tenant took of the platform's budget in a period, and what it had spent when it took
    of it last."""

    period: str
    tenant_id: str
    taken_usd_micros: int = 0
    spent_usd_micros: int = 0

    @property
    def id(self) -> str:
        """The id of its document."""
        return lease_id(self.period, self.tenant_id)


def lease_id(period: str, tenant_id: str) -> str:
    """The id of the document of what a tenant took in a period."""
    return f"{period}.{tenant_id}"


def take_lease(
    platform: Budget, lease: Lease, tenants: Budget, told: Told, *, is_spent: bool
) -> Steps:
    """What the platform's budget and the tenant's lease become, so that the lease covers all that
    the tenant's month holds and has spent: nothing where it does so already, because whoever took
    it died. What `is_spent` already is counted in any case. Raises PlatformExhausted where
    95 % of the platform's budget are taken, or it does not hold that much."""
    needed = tenants.used_usd_micros - lease.taken_usd_micros
    if needed <= 0:
        return ()
    if not is_spent:
        _refuse_exhausted(platform, needed)
    taken = needed + _spare(platform, lease, needed)
    spent = tenants.spent_usd_micros - lease.spent_usd_micros
    after = lease.but(
        taken_usd_micros=lease.taken_usd_micros + taken, spent_usd_micros=tenants.spent_usd_micros
    )
    counted = platform.but(
        held_usd_micros=platform.held_usd_micros + taken - spent,
        spent_usd_micros=platform.spent_usd_micros + spent,
    )
    return (Transition(after), *told(counted))


def _refuse_exhausted(platform: Budget, needed: int) -> None:
    left = platform.limit_usd_micros - platform.used_usd_micros
    if platform.state not in ("critical", "exhausted") and needed <= left:
        return
    raise PlatformExhausted(
        f"the platform's budget for {platform.period} allows no more: nothing that costs starts "
        "before its operator raises it, or the month ends; what costs nothing goes on"
    )


def _spare(platform: Budget, lease: Lease, needed: int) -> int:
    limit = platform.limit_usd_micros
    spare = min(lease.taken_usd_micros, limit // SPARE_PART)
    taken = platform.used_usd_micros + needed + spare
    return 0 if has_reached(taken, limit, SPARES_BELOW) else spare
