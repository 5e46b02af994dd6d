"""The platform's budget of a month: tenants take of it before they hold or spend anything, so that
all of them together never spend more."""

from functions.runs.rules.budget import Budget, BudgetExhausted
from functions.runs.rules.charges import told
from functions.runs.rules.run import Steps
from shared.budgets.limits import has_reached
from shared.kit.models import Model
from shared.kit.transitions import Transition

# Until so many percent are taken, a tenant takes at once what it has taken before, at most a
# hundredth of the limit: whoever spends much asks seldom.
SPARES_BELOW = 80
SPARE_PART = 100


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


def take_lease(platform: Budget, lease: Lease, tenants: Budget, *, is_spent: bool) -> Steps:
    """What the platform's budget and the tenant's lease become, so that the lease covers all that
    the tenant's month holds and has spent: nothing where it does so already, because whoever took
    it died. What `is_spent` already is counted in any case. Raises BudgetExhausted where 95 % of
    the platform's budget are taken, or it does not hold that much."""
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
    # Nobody decides in the platform's own tenant: its admins are told, and set the limit.
    return (Transition(after), *told(counted, lambda _: ()))


def _refuse_exhausted(platform: Budget, needed: int) -> None:
    left = platform.limit_usd_micros - platform.used_usd_micros
    if platform.state not in ("critical", "exhausted") and needed <= left:
        return
    raise BudgetExhausted(
        f"the platform's budget for {platform.period} allows no more: nothing that costs starts "
        "before its operator raises it, or the month ends; what costs nothing goes on"
    )


def _spare(platform: Budget, lease: Lease, needed: int) -> int:
    limit = platform.limit_usd_micros
    spare = min(lease.taken_usd_micros, limit // SPARE_PART)
    taken = platform.used_usd_micros + needed + spare
    return 0 if has_reached(taken, limit, SPARES_BELOW) else spare
