"""The thresholds that a month's API calls reached. A process that leases requests notes them, and
`runs` tells of them, as it tells of budgets."""

from events.budgets import Threshold
from shared.aggregates.aggregate import Aggregate, DueTimer
from shared.kit.instants import Instant
from shared.kit.models import Model

CALLS_DUE = "assent.call_quota.due.v1"


class CallQuota(Model):
    """The highest threshold, in percent, that the API calls of a month (`2026-11`) have reached,
    and when it was noted. It waits until it `is_told`."""

    period: str
    reached: Threshold
    noted_at: Instant
    is_told: bool = False


def next_timer(quota: CallQuota) -> DueTimer | None:
    """Due at once, until it is told."""
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
