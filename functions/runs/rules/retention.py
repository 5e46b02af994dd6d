"""How long runs are kept after they ended, and which of them go."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from events.retention import (
    DEFAULT_DAYS,
    LEAST_DAYS,
    RunRetentionChanged,
    RunRetentionReached,
    RunsKept,
    RunToRemove,
)
from functions.runs.rules.run import Run
from shared.kit.instants import Instant
from shared.kit.transitions import Transition

Steps = tuple[Transition[Any], ...]

__all__ = ["DEFAULT_DAYS", "LEAST_DAYS", "MOST_DAYS", "Retention"]

RETENTION_DUE = "assent.run_retention.due.v1"
MOST_DAYS = 7 * 365 + 2
A_DAY = timedelta(days=1)
# One event names at most so many runs, and one commit removes them.
MOST_TOGETHER = 100
SOON = timedelta(minutes=10)
# Checkpoints are signed each hour.
UNTIL_COVERED = timedelta(hours=2)


class Retention(RunsKept):
    """How long a tenant's runs are kept, and when somebody looks next whether the time of some is
    over. Ended runs that those in `erasing` started go at once."""

    set_by: str | None = None
    due_at: Instant
    erasing: tuple[str, ...] = ()

    def time_is_over(self, run: Run, at: datetime) -> bool:
        """Whether the run may go: it has ended, so long ago, and is not undone half way."""
        if run.over_since is None:
            return False
        kept = timedelta(days=self.days_at(at))
        # No token of its calls is alive after that either.
        is_erased = run.started_by in self.erasing
        return run.over_since + (UNTIL_COVERED if is_erased else kept) <= at


def next_timer(retention: Retention) -> tuple[str, datetime]:
    """When somebody looks next."""
    return RETENTION_DUE, retention.due_at


def begin(at: datetime) -> Retention:
    """The setting of a tenant that starts its first run, and looks once that one's time may be
    over."""
    return Retention(due_at=at + timedelta(days=DEFAULT_DAYS))


def set_days(known: Retention | None, days: int, by: str, at: datetime) -> Steps:
    """Runs are kept for so many days from now on or, where that is shorter, from a week later; what
    is kept too long already goes then. No change where it is so already."""
    retention = known or begin(at)
    if known is not None and retention.days == days:
        return ()
    changed = retention.but(set_by=by, **retention.set_to(days, at))
    due_at = min(retention.due_at, changed.longer_until or retention.due_at)
    return (Transition(changed.but(due_at=due_at), RunRetentionChanged),)


def erase(known: Retention | None, principal: str, at: datetime) -> Steps:
    """The ended runs that the principal started go at once, and the others once they have ended."""
    retention = known or begin(at)
    erasing = tuple(dict.fromkeys((*retention.erasing, principal)))
    return (Transition(retention.but(erasing=erasing, due_at=at)),)


def going(
    retention: Retention, runs: Iterable[Run], parents: Iterable[Run], at: datetime
) -> list[Run]:
    """Those whose time is over, at most MOST_TOGETHER of them. A run that another one started goes
    with that one, and not before: whoever undoes that needs it."""
    found = {run.run_id: run for run in runs if retention.time_is_over(run, at)}
    staying = {each.run_id for each in parents} - found.keys()
    free = [run for run in found.values() if run.parent_run_id not in staying]
    return free[:MOST_TOGETHER]


def look(
    retention: Retention, runs: list[tuple[Run, int]], oldest: datetime | None, at: datetime
) -> Steps:
    """What somebody found who looked: the runs that go, each with the number of its events, and
    since when the oldest of those that stay has ended."""
    if len(runs) == MOST_TOGETHER:
        due_at = at + SOON
    elif retention.erasing:
        due_at = at + (UNTIL_COVERED if runs else A_DAY)
    else:
        over = (oldest or at) + timedelta(days=retention.days_at(at))
        due_at = max(at + A_DAY, over if not runs else at)
        if retention.longer_until is not None and retention.longer_until > at:
            due_at = min(due_at, retention.longer_until)
    looked = retention.but(due_at=due_at)
    if not runs:
        return (Transition(looked),)
    named = tuple(RunToRemove(run_id=run.run_id, events=events) for run, events in runs)
    return (Transition(looked, RunRetentionReached, {"runs": named}),)
