"""Thresholds of the quotas that are not counted by `runs`: calls of the API are counted where
requests are leased, and files where they are kept. A reached threshold is noted in the same commit,
and `runs` publishes it, as it does for budgets."""

from datetime import datetime
from typing import Literal

from events.budgets import Threshold
from shared.aggregates.aggregate import Aggregate, DueTimer
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.months import month_of
from shared.storage.batches import Batch

QUOTA_DUE = "assent.reached_quota.due.v1"

NotedMeter = Literal["api_calls", "storage"]


class ReachedQuota(Model):
    """The threshold of a meter, in percent, that a tenant `reached` in the month `period`, as
    `2026-11`. It `is_told` once `runs` has published it."""

    meter: NotedMeter
    period: str
    reached: Threshold
    noted_at: Instant
    is_told: bool = False


def quota_id(quota: ReachedQuota) -> str:
    """The id of its document. Each threshold of a meter has its own, so that a lower one that is
    noted later does not replace a higher one."""
    return f"{quota.period}.{quota.meter}.{quota.reached}"


def next_timer(quota: ReachedQuota) -> DueTimer | None:
    """Due at once, until it is published."""
    return None if quota.is_told else (QUOTA_DUE, quota.noted_at)


REACHED_QUOTAS = Aggregate(
    noun="reached_quota",
    model=ReachedQuota,
    collection="reached_quotas",
    id_of=quota_id,
    next_timer=next_timer,
    swept=lambda _: True,
)


def note_threshold(batch: Batch, meter: NotedMeter, reached: Threshold, at: datetime) -> None:
    """Notes in this commit, without a read, that the threshold was reached. A threshold that is
    noted again is still published once: `runs` keeps what it published in the month."""
    quota = ReachedQuota(meter=meter, period=month_of(at), reached=reached, noted_at=at)
    batch.put(REACHED_QUOTAS.collection, quota_id(quota), REACHED_QUOTAS.fields(quota, 0, None))
