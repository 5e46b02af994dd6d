"""A run is paused, resumed, cancelled, or tried again after it failed."""

from datetime import datetime

from events.runs import Failure, RunCancelled, RunPaused, RunWentOn, Waiting
from functions.runs.rules.overrun import accept
from functions.runs.rules.run import Run, Steps, Stop
from shared.kit.errors import VersionConflict
from shared.kit.transitions import Transition

PAUSED = Failure(code="paused", detail="somebody paused it")


def pause(run: Run, by: str, at: datetime) -> Steps:
    """The run rests: at once where it waits, else once it knows what became of what it has begun.
    Raises VersionConflict for one that has ended."""
    _refuse_ended(run)
    if run.status == "paused" or run.stop is not None:
        return ()
    if run.may_have_begun:
        return _asked_to("pause", run, by, at)
    paused = run.but(status="paused", failure=PAUSED, due_at=None)
    return (Transition(paused, RunPaused, {"receipts": ()}),)


def cancel(run: Run, by: str, at: datetime) -> Steps:
    """The run ends: at once where it waits or rests, else once it knows what became of what it has
    begun. An approval that it waits for is given up. Raises VersionConflict for one that has
    ended."""
    if run.status == "cancelled" or (run.stop is not None and run.stop.kind == "cancel"):
        return ()
    if run.has_ended and run.status != "failed":
        raise VersionConflict(f"the run is {run.status}: nothing of it is left to cancel")
    if run.may_have_begun:
        return _asked_to("cancel", woken(run, at), by, at)
    asked = run.asked
    if asked is not None and asked.invocation_id is not None:
        # Its call has begun: first, what becomes of that without an answer.
        waiting = Waiting(kind="time", step=asked.step, until=at)
        asking = run.but(status="running", waiting=waiting, due_at=at, tries=1)
        return _asked_to("cancel", asking, by, at)
    ended = run.but(status="cancelled", ended_at=at, **run.at_rest)
    said = {
        "receipts": (),
        "cancelled_by": by,
        "ends": asked.approval_id if asked is not None else None,
    }
    return (Transition(ended, RunCancelled, said),)


def woken(run: Run, at: datetime) -> Run:
    """The run, which asks now what became of a call where it waits to do so, since its server may
    be at work for long, or was not allowed to."""
    if run.rests_in_doubt:
        waiting = Waiting(kind="time", until=at)
        return run.but(status="running", waiting=waiting, due_at=at)
    if run.waiting is None or run.waiting.kind != "time":
        return run
    return run.but(waiting=run.waiting.but(until=at), due_at=at)


def _asked_to(kind: str, run: Run, by: str, at: datetime) -> Steps:
    return (Transition(run.but(stop=Stop(kind=kind, by=by, at=at), stopping=kind)),)


def resume(run: Run, at: datetime) -> Steps:
    """The paused or failed run goes on from where it stopped; what it waited for, it waits for
    again. A person who resumes one that overran its prediction has accepted that. Raises
    VersionConflict for one that does not rest."""
    if run.status not in ("paused", "failed"):
        raise VersionConflict(f"the run is {run.status}: only a paused or failed one is resumed")
    if run.is_undone or run.undoing is not None or run.undone:
        # What comes next would build on what is not there any more.
        raise VersionConflict("what the run did was undone, or a part of it: start another one")
    waiting = run.waiting
    thinking = run.thinking.asked_anew() if run.thinking is not None else None
    cursor = run.cursor.but(attempt=1)
    run = accept(run).but(failure=None, ended_at=None, cursor=cursor, thinking=thinking)
    if waiting is not None and waiting.kind == "approval":
        again = run.but(status="awaiting_approval", due_at=None)
    elif waiting is not None and waiting.kind == "time":
        again = run.but(status="running", due_at=max(at, waiting.until or at))
    elif waiting is not None and waiting.kind == "run":
        again = run.but(status="running", due_at=None)
    else:
        again = run.moving(at)
    return (Transition(again, RunWentOn, {"receipts": ()}),)


def _refuse_ended(run: Run) -> None:
    if run.has_ended:
        raise VersionConflict(f"the run is {run.status}: it rests already")
