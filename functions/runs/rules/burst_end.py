"""How a burst of a run ends: what is committed, and what others are told."""

from datetime import datetime, timedelta
from typing import Any

from events.labels import merged
from events.runs import (
    RunApprovalNeeded,
    RunCancelled,
    RunCompleted,
    RunFailed,
    RunPaused,
    RunWentOn,
    Waiting,
)
from functions.runs.rules.moves import Finish, Halt, Rest
from functions.runs.rules.progress import Progress
from functions.runs.rules.recalls import recalled
from functions.runs.rules.run import Run, Steps
from functions.runs.rules.start import start
from functions.runs.rules.stops import PAUSED
from shared.kit.contents import Content
from shared.kit.transitions import Transition

LONGEST_SILENCE = timedelta(minutes=10)


def _results(progress: Progress) -> Steps:
    """What the steps gave, and what models answered: documents of their own, which nobody is told
    of."""
    kept = (*progress.made, *progress.answered)
    return tuple(Transition(each) for each in kept)


def _told(progress: Progress, run: Run, event: type, **fields: Any) -> Steps:
    said = {"receipts": progress.reported, **fields}
    return (*_results(progress), Transition(run, event, said))


def rest(progress: Progress, move: Rest) -> Steps:
    """The run waits for a time. Others are told only where there is something to tell."""
    waiting = Waiting(kind="time", step=move.step, until=move.until)
    run = progress.run.but(waiting=waiting, due_at=move.until)
    return _told(progress, run, RunWentOn)


def delegate(progress: Progress, below: Run) -> Steps:
    """The run waits for the end of one that its step starts, in the same commit."""
    waiting = Waiting(kind="run", step=below.above[-1].step, run_id=below.run_id)
    run = progress.run.but(waiting=waiting, due_at=None)
    return (*start(below), *_told(progress, run, RunWentOn))


def commit_part(progress: Progress, at: datetime) -> Steps:
    """The run goes on at once, after what it did so far was committed."""
    run = progress.run.moving(at)
    if progress.reported:
        return _told(progress, run, RunWentOn)
    return (*_results(progress), Transition(run))


def wait_for_tools(progress: Progress, at: datetime) -> Steps:
    """`tools` does not answer: the run tries again, after a time that doubles."""
    tries = progress.run.tries
    until = at + min(timedelta(seconds=2 ** min(tries, 12)), LONGEST_SILENCE)
    run = progress.run.but(waiting=Waiting(kind="time", until=until), due_at=until, tries=tries + 1)
    if progress.reported:
        return _told(progress, run, RunWentOn)
    return (*_results(progress), Transition(run))


def halt(progress: Progress, move: Halt, at: datetime) -> Steps:
    """The run has failed, or rests until a person says how it goes on."""
    run = progress.run.but(
        status=move.status,
        failure=move.failure,
        waiting=move.waiting,
        due_at=None,
        stop=None,
        stopping=None,
    )
    if move.status == "paused":
        return _told(progress, run, RunPaused)
    return _told(progress, run.but(ended_at=at), RunFailed)


def finish(progress: Progress, move: Finish, at: datetime) -> Steps:
    """All steps have ended."""
    outputs = Content.of(move.outputs)
    run = progress.run.but(
        status="completed",
        waiting=None,
        due_at=None,
        ended_at=at,
        outputs_hash=outputs.hash,
        output_labels=merged(progress.run.labels, move.labels),
        # Whoever wanted it to stop was too late.
        stop=None,
        stopping=None,
    )
    said = {"receipts": progress.reported, "outputs_hash": outputs.hash}
    return (*_results(progress), Transition(run, RunCompleted, said, contents=(outputs,)))


def stop(progress: Progress, at: datetime) -> Steps:
    """What somebody asked for while the run acted happens, now that it is known what it did."""
    wanted = progress.run.stop
    assert wanted is not None
    run = progress.run.but(stop=None, stopping=None, waiting=None, due_at=None)
    if wanted.kind != "cancel":
        why = recalled(run.recall_id) if run.recall_id and wanted.kind == "recall" else PAUSED
        return _told(progress, run.but(status="paused", failure=why), RunPaused)
    run = run.but(status="cancelled", ended_at=at)
    answer = run.answer
    ends = answer.approval_id if answer is not None and not answer.is_decided else None
    return _told(progress, run, RunCancelled, cancelled_by=wanted.by, ends=ends)


def ask(
    progress: Progress, run: Run, event_id: str, contents: tuple[Content, ...], **said: Any
) -> Steps:
    """The run waits for assent."""
    fields = {"receipts": progress.reported, **said}
    asking = Transition(run, RunApprovalNeeded, fields, event_id, contents)
    return (*_results(progress), asking)
