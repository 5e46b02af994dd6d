"""For how long at most a tenant's files are kept that no approval cites, and which go. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from events.artifacts import LONGEST_DAYS, ArtifactRetentionChanged, ArtifactRetentionState
from functions.artifacts.rules.uploads import expired
from shared.artifacts.artifact import Artifact
from shared.kit.instants import Instant
from shared.kit.retention import KeptDays
from shared.kit.transitions import Transition

Steps = tuple[Transition[Any], ...]

RETENTION_DUE = "assent.artifact_retention.due.v1"
LEAST_DAYS = 30
# One commit ends at most so many.
MOST_TOGETHER = 50
SOON, A_DAY = timedelta(minutes=1), timedelta(days=1)


class Retention(KeptDays, ArtifactRetentionState):
    """For how long at most, as `artifacts` stores it, and when somebody looks next whether the time
    of some files is over."""

    days: int = LONGEST_DAYS
    set_by: str | None = None
    due_at: Instant


def next_timer(retention: Retention) -> tuple[str, datetime]:
    """When somebody looks next."""
    return RETENTION_DUE, retention.due_at


def begin(at: datetime) -> Retention:
    """The setting of a tenant that set nothing: each file's own time ends it."""
    return Retention(due_at=at + A_DAY)


def set_days(known: Retention | None, days: int, by: str, at: datetime) -> Steps:
    """Files are kept for so many days at most from now on or, where that is shorter, from a week
    later. No change where it is so already."""
    retention = known or begin(at)
    if retention.days == days:
        return ()
    changed = retention.but(set_by=by, **retention.set_to(days, at))
    due_at = min(retention.due_at, changed.longer_until or at)
    return (Transition(changed.but(due_at=due_at), ArtifactRetentionChanged),)


def look(
    retention: Retention, over: Sequence[Artifact], oldest: datetime | None, at: datetime
) -> Steps:
    """What somebody found who looked: the files that go, and since when the oldest of those that
    stay is stored."""
    if len(over) == MOST_TOGETHER:
        due_at = at + SOON
    else:
        ends = (oldest or at) + timedelta(days=retention.days_at(at))
        due_at = max(at + A_DAY, ends)
        if retention.longer_until is not None and retention.longer_until > at:
            due_at = min(due_at, retention.longer_until)
    gone = [step for each in over for step in expired(each, at)]
    return (*gone, Transition(retention.but(due_at=due_at)))


def postponed(retention: Retention, at: datetime) -> Steps:
    """Nothing ends while the tenant is suspended or closing."""
    return (Transition(retention.but(due_at=at + A_DAY)),)
