"""What stops a run does not stop undoing what it did, and nothing is built on what is gone."""

from datetime import timedelta

import pytest

from events.runs import Waiting
from functions.runs.rules import subruns
from functions.runs.rules.run import LOST_AFTER, RUN_LOST, Above, Run, next_timer
from functions.runs.rules.stops import PAUSED, cancel, resume
from functions.runs.rules.undo import begin
from shared.kit.errors import VersionConflict
from tests.functions.runs.rules.plans import HASH, NOON, run

LATER = NOON + timedelta(seconds=5)
UNDONE_AGAIN = RUN_LOST, NOON + LOST_AFTER


def _half_undone(**fields: object) -> Run:
    """A run that somebody undoes, whose process may have died meanwhile."""
    (step,) = begin(run(status="paused", failure=PAUSED, **fields), (), "ada", NOON)
    begun: Run = step.state
    assert next_timer(begun) == UNDONE_AGAIN
    return begun


def test_a_run_that_is_cancelled_while_it_is_undone_is_undone_still() -> None:
    (step,) = cancel(_half_undone(), "gala", LATER)
    assert (step.state.status, step.state.over_since) == ("cancelled", None)
    assert next_timer(step.state) == UNDONE_AGAIN


def test_so_is_one_that_is_cancelled_with_the_run_that_it_waited_for() -> None:
    waiting = Waiting(kind="run", step="below", run_id="run_2")
    outer = _half_undone(waiting=waiting)
    above = Above(
        run_id="run_1",
        plan_hash=HASH,
        agent_id="agt_1",
        agent_version="1.0.0",
        step="below",
        number=0,
    )
    inner = run(run_id="run_2", status="paused", failure=PAUSED, above=(above,))
    (ended,) = subruns.stop_all([outer, inner], cancel, "gala", LATER)
    (step,) = subruns.follow(outer, ended, LATER)
    assert (step.state.status, step.state.waiting) == ("cancelled", None)
    assert next_timer(step.state) == UNDONE_AGAIN


def test_a_run_does_not_go_on_after_a_part_of_it_was_undone() -> None:
    """It would build on what is not there any more, and what it did then would never be undone."""
    with pytest.raises(VersionConflict, match="was undone"):
        resume(run(status="paused", failure=PAUSED, undone=1), LATER)
