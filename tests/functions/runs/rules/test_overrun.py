"""A run rests where a call costs more than was predicted of it, beyond the plan's tolerance."""

from typing import Any

import pytest

from events.plan_content import Parallel, PlanContent, PlanStep
from events.plans import Prediction, StepPrediction
from functions.runs.rules.burst_end import halt
from functions.runs.rules.moves import Finish, Halt, HoldMore
from functions.runs.rules.progress import Progress
from functions.runs.rules.run import Cursor, Run
from functions.runs.rules.stops import resume
from tests.functions.runs.rules.plans import NOON, Tools, add, plan, run

PLAN = plan(add("a", "${{ item }}", for_each="[1, 2]", price_usd_micros=100), add("b"))


def _prediction(calls: int | None = 2, predicted: int = 200) -> Prediction:
    step = StepPrediction(step="a", calls=calls, cost_usd_micros=predicted)
    return Prediction(
        mode="full",
        steps=(step, StepPrediction(step="b", calls=1)),
        cost_usd_micros=predicted,
        risk="low",
        approvals=0,
        passes=True,
    )


def _driven(
    cost: int, of: Run | None = None, in_plan: PlanContent = PLAN, **prediction: Any
) -> tuple[Any, Progress, Tools]:
    progress = Progress(of or run(steps=2), in_plan, _prediction(**prediction))
    tools = Tools(a={"cost_usd_micros": cost})
    return tools.drive(progress), progress, tools


def _tolerating(percent: int) -> PlanContent:
    """The same plan, whose first step tolerates so much. That another one does changes nothing."""
    first, second = PLAN.steps
    return plan(first.but(tolerance_percent=percent), second.but(tolerance_percent=1_000))


@pytest.mark.parametrize(("cost", "tolerance"), [(100, 0), (0, 0), (110, 10), (150, 50)])
def test_what_costs_no_more_than_tolerated_goes_on(cost: int, tolerance: int) -> None:
    move, progress, _ = _driven(cost, in_plan=_tolerating(tolerance))
    assert isinstance(move, Finish)
    assert progress.run.spent_usd_micros == 2 * cost


@pytest.mark.parametrize(("cost", "tolerance"), [(101, 0), (111, 10), (300, 50)])
def test_what_costs_more_rests_before_anything_else_happens(cost: int, tolerance: int) -> None:
    move, progress, tools = _driven(cost, in_plan=_tolerating(tolerance))
    assert isinstance(move, Halt)
    assert (move.status, move.failure.step, move.failure.code) == ("paused", "a", "overrun")
    assert move.failure.detail == (
        f"a call cost {cost} micro-dollars, and its rehearsal predicted 100"
    )
    # What was done is noted and paid for, once.
    assert len(tools.calls) == len(progress.made) == 1
    assert progress.run.spent_usd_micros == cost
    (receipt,) = progress.receipts
    assert (receipt.predicted_usd_micros, receipt.cost_usd_micros) == (100, cost)


def test_where_nobody_knew_how_many_calls_there_are_the_plans_price_counts() -> None:
    move, _, _ = _driven(100, calls=None, predicted=500_000)
    assert isinstance(move, Finish)
    move, _, _ = _driven(101, calls=None, predicted=500_000)
    assert isinstance(move, Halt)


def test_whoever_resumes_has_accepted_that_cost_and_no_more() -> None:
    move, progress, _ = _driven(130)
    (*_, paused) = halt(progress, move, NOON)
    (resumed,) = resume(paused.state, NOON)
    # It did not accept that the step makes more calls.
    assert (resumed.state.costlier, resumed.state.accepted) == (None, None)
    move, _, tools = _driven(130, resumed.state)
    assert isinstance(move, Finish)
    assert [each for each, _ in tools.calls] == ["a", "b"]
    move, _, tools = _driven(131, resumed.state)
    assert isinstance(move, Halt)
    assert len(tools.calls) == 1


def test_the_last_call_of_a_plan_is_judged_too() -> None:
    only = plan(add("a", "${{ item }}", for_each="[1, 2]"))
    move, _, tools = _driven(101, run(cursor=Cursor(call=1)), only)
    assert isinstance(move, Halt)
    assert len(tools.calls) == 1


def test_calls_made_together_are_all_noted_before_the_run_rests() -> None:
    group = plan(PlanStep(id="both", does=Parallel(steps=(add("a"), add("b")))))
    move, progress, tools = _driven(500, in_plan=group, calls=1, predicted=100)
    assert isinstance(move, Halt)
    assert [each for each, _ in tools.calls] == ["a", "b"]
    assert (progress.run.cursor.call, len(progress.made)) == (2, 2)


def test_from_95_percent_on_a_run_makes_no_call_that_it_does_not_hold() -> None:
    progress = Progress(run(steps=2), PLAN, _prediction(), most_usd_micros=150)
    tools = Tools(a={"cost_usd_micros": 100})
    # It holds more first; where it cannot, it rests.
    assert tools.drive(progress) == HoldMore(50)
    progress.no_more = "the budget is critical"
    move = tools.drive(progress)
    assert isinstance(move, Halt)
    assert (move.status, move.failure.code) == ("paused", "budget_exhausted")
    assert move.failure.detail == "the budget is critical"
    assert progress.run.spent_usd_micros == 100
