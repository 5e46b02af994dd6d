"""A call that its server goes on with by itself, as a task, and is asked about until it ends.
Pure."""

from datetime import datetime, timedelta
from typing import NamedTuple

from functions.tools.rules.invocation import Invocation, TaskAtWork, unsure

# The most that anybody waits for a task, and what its server is asked to keep it for.
LONGEST = timedelta(hours=1)
SHORTEST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=5)
AT_WORK = "its server is at work"
LONGEST_ID = 1_000


class Poll(NamedTuple):
    """What a server is asked about a task: how it stands, or, where it `cancels`, to end it."""

    task_id: str
    cancels: bool = False


def is_at_work(call: Invocation | None) -> bool:
    """Whether its server goes on with it."""
    return call is not None and call.status == "dispatched" and call.task is not None


def begun(
    call: Invocation, task_id: str, poll_ms: int | None, ttl_ms: int | None, at: datetime
) -> Invocation:
    """The call as it is asked about from now on, until the server forgets it, or an hour at most.
    Without a name that can be kept, nobody can ask."""
    if not 0 < len(task_id) <= LONGEST_ID:
        return unsure(call, "its server gave its task no name that can be kept", at)
    lasts = LONGEST if ttl_ms is None else min(LONGEST, timedelta(milliseconds=max(ttl_ms, 0)))
    pause = min(max(timedelta(milliseconds=poll_ms or 0), SHORTEST_PAUSE), LONGEST_PAUSE)
    task = TaskAtWork(task_id=task_id, until=at + lasts, pause_seconds=pause.total_seconds())
    waits = {"task": task, "again_at": _next(task, at)}
    return call.but(status="dispatched", may_be_repeated=True, reason=AT_WORK, at=at, **waits)


def still(known: Invocation, at: datetime) -> Invocation:
    """The call, which was asked about in vain: after a time that doubles it is again, until its
    time is over."""
    task = known.task
    assert task is not None
    if at >= task.until:
        return ended(known, "its server did not end its task in time", at)
    task = task.but(polls=task.polls + 1)
    return known.but(task=task, again_at=_next(task, at))


def ended(known: Invocation, why: str, at: datetime) -> Invocation:
    """Nobody asks about it any more, and nothing says what it did."""
    return unsure(over(known), why, at)


def over(known: Invocation) -> Invocation:
    """The call without its task, which has ended."""
    return known.but(task=None, again_at=None, may_be_repeated=False)


def _next(task: TaskAtWork, at: datetime) -> datetime:
    doubled: int = 2 ** min(task.polls, 10)
    pause = timedelta(seconds=task.pause_seconds) * doubled
    return min(at + min(pause, LONGEST_PAUSE), max(task.until, at + SHORTEST_PAUSE))
