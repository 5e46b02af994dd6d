"""What is reached of the calls that a tenant's plan allows in a month: noted by whoever leases
requests, and told by `runs`, as it tells of budgets."""

from events.budgets import Threshold
from shared.aggregates.aggregate import Aggregate, DueTimer
from shared.kit.instants import Instant
from shared.kit.models import Model

CALLS_DUE = "assent.call_quota.due.v1"


class CallQuota(Model):
    """Of a month, `2026-11`, the highest percentage that was reached, which was noted at that time
    and waits to be told."""

    period: str
    reached: Threshold
    noted_at: Instant
    is_told: bool = False


def next_timer(quota: CallQuota) -> DueTimer | None:
    """It is told at once."""
    return None if quota.is_told else (CALLS_DUE, quota.noted_at)


# One for each month in which 80 % were reached.
CALL_QUOTAS = Aggregate(
    noun="call_quota",
    model=CallQuota,
    collection="call_quotas",
    id_of=lambda quota: quota.period,
    next_timer=next_timer,
    swept=lambda _: True,
)
