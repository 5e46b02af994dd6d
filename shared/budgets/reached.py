"""The thresholds that a quota reached which others than `runs` count: calls of the API by whoever
leases requests, files by whoever takes one. They note what was reached in a commit that they make
anyway, and `runs` tells of it, as it tells of budgets."""

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
    """In the month `period`, as `2026-11`, so many percent of a meter were reached, and when that
    was noted. It waits until it `is_told`."""

    meter: NotedMeter
    period: str
    reached: Threshold
    noted_at: Instant
    is_told: bool = False


def quota_id(quota: ReachedQuota) -> str:
    """The id of its document: each threshold of a meter has its own, so that whoever notes a lower
    one later takes nothing from a higher one."""
    return f"{quota.period}.{quota.meter}.{quota.reached}"


def next_timer(quota: ReachedQuota) -> DueTimer | None:
    """Due at once, until it is told."""
    return None if quota.is_told else (QUOTA_DUE, quota.noted_at)


REACHED_QUOTAS = Aggregate(
    noun="reached_quota",
    model=ReachedQuota,
    collection="reached_quotas",
    id_of=quota_id,
    next_timer=next_timer,
    swept=lambda _: True,
)


def note_reached(batch: Batch, meter: NotedMeter, reached: Threshold, at: datetime) -> None:
    """Notes in this commit, without reading anything, that the threshold was reached. What is noted
    again is told once: `runs` knows what it told of in the month."""
    said = ReachedQuota(meter=meter, period=month_of(at), reached=reached, noted_at=at)
    batch.put(REACHED_QUOTAS.collection, quota_id(said), REACHED_QUOTAS.fields(said, 0, None))
