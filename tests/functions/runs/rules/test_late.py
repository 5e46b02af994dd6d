"""What a burst did that lost its race is noted once; the run goes on from whoever got further."""

from datetime import timedelta

import pytest

from functions.runs.rules import burst_end
from functions.runs.rules.late import may_go_on, may_have_acted, report_late
from functions.runs.rules.moves import Finish
from functions.runs.rules.progress import Progress
from functions.runs.rules.run import Run
from functions.runs.rules.step_result import StepResult
from functions.runs.rules.stops import cancel, pause
from tests.functions.runs.rules.plans import NOON, Tools, add, calling, plan, run

PLAN = plan(add("one", 1), add("two", 10))
LATER = NOON + timedelta(seconds=1)


def _begun() -> Run:
    return run(steps=2).moving(NOON)


def _whole() -> Progress:
    """A burst that has made all calls, and commits later."""
    progress = Progress(_begun(), PLAN)
    assert isinstance(Tools().drive(progress), Finish)
    return progress


def _silent() -> Run:
    """The run as another burst left it, which got no answer."""
    waits: Run = burst_end.wait_for_tools(Progress(_begun(), PLAN), NOON)[-1].state
    return waits


def test_a_run_that_waits_goes_on_from_where_the_late_burst_got() -> None:
    *noted, last = report_late(_silent(), _whole(), ())
    assert [each.state.step for each in noted] == ["one", "two"]
    assert [each.outcome for each in last.fields["receipts"]] == ["confirmed", "confirmed"]
    assert (last.state.cursor.unit, last.state.done, last.state.spent_usd_micros) == (2, 2, 0)
    assert not may_go_on(last.state, NOON)
    assert may_go_on(last.state, LATER)
    following = Progress(last.state, PLAN)
    assert isinstance(following.next(LATER), Finish)
    assert following.made == []


def test_what_the_other_burst_noted_is_noted_once_and_spent_once() -> None:
    made = _whole()
    made.made = [each.but(cost_usd_micros=7) for each in made.made]
    first: StepResult = made.made[0]
    known = _silent().but(spent_usd_micros=7)
    *noted, last = report_late(known, made, {first.id})
    assert [each.state.step for each in noted] == ["two"]
    assert last.state.spent_usd_micros == 14


def test_a_burst_that_got_less_far_moves_nothing_back() -> None:
    whole = _whole()
    ahead = burst_end.commit_part(whole, NOON)[-1].state.but(status="cancelled", due_at=None)
    behind = Progress(_begun(), PLAN)
    *noted, last = report_late(ahead, behind, ())
    assert noted == []
    assert last.state == ahead


def test_what_was_undone_before_the_late_burst_may_be_undone_again() -> None:
    undone = _silent().but(status="cancelled", is_undone=True, undone=1, due_at=None)
    last = report_late(undone, _whole(), ())[-1].state
    assert (last.is_undone, last.undone, last.status) == (False, 0, "cancelled")


@pytest.mark.parametrize(("verb", "asks_at"), [(pause, LATER), (cancel, NOON)])
def test_a_run_with_an_unanswered_call_asks_for_that_before_it_stops(
    verb: object, asks_at: object
) -> None:
    """Whoever cancels it does not wait: the target may be at work for an hour."""
    (step,) = verb(_silent(), "ada", NOON)  # type: ignore[operator]
    assert (step.event, step.state.status, step.state.due_at) == (None, "running", asks_at)
    assert step.state.stopping in ("pause", "cancel")
    answered = _silent().but(tries=0)
    (step,) = verb(answered, "ada", NOON)  # type: ignore[operator]
    assert step.state.status in ("paused", "cancelled")


def test_only_calls_that_are_recorded_after_they_acted_may_have_acted_unrecorded() -> None:
    def calls(*, idempotent: bool, effect: str) -> bool:
        step = calling("a", "assent/x.y", {}, idempotent=idempotent, effect=effect)
        move = Progress(_begun(), plan(step)).next(NOON)
        return may_have_acted(move.calls)  # type: ignore[union-attr]

    assert calls(idempotent=True, effect="change")
    assert not calls(idempotent=False, effect="change")
    assert not calls(idempotent=True, effect="read")
    assert not calls(idempotent=True, effect="draft")
