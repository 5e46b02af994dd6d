"""What a run does next, from its plan and what became of its calls."""

from datetime import timedelta
from typing import Any

import pytest

from events.invocations import Labelled
from events.plan_content import Parallel, PlanContent, PlanStep, Retry, Wait
from events.plans import Prediction, StepPrediction
from events.rights import MoneyLimit, RightLimits
from functions.runs.rules.moves import Ask, Finish, Halt, Rest
from functions.runs.rules.needed_results import iterations_to_read, results_to_read
from functions.runs.rules.progress import Progress
from functions.runs.rules.run import Assented, Run
from functions.runs.rules.step_result import StepResult
from tests.functions.runs.rules.plans import HASH, NOON, Tools, add, calling, plan, run


def test_steps_come_in_order_and_read_what_came_before() -> None:
    tools = Tools()
    steps = plan(
        add("one", 2),
        add("two", "${{ steps.one.output.value + inputs.more }}"),
        inputs={"more": 3},
        outputs={"sum": "${{ steps.two.output.value }}"},
    )
    move = tools.drive(Progress(run(), steps))
    assert move == Finish({"sum": 5})
    assert [each[1]["amount"] for each in tools.calls] == [2, 5]


def test_a_step_whose_condition_is_false_is_skipped_and_gives_nothing() -> None:
    tools = Tools()
    progress = Progress(
        run(), plan(add("no", condition="inputs.go"), add("yes"), inputs={"go": False})
    )
    assert isinstance(tools.drive(progress), Finish)
    assert [each[0] for each in tools.calls] == ["yes"]
    assert [each.status for each in progress.made] == ["skipped", "completed"]


def test_a_condition_that_is_no_truth_fails_the_run() -> None:
    move = Tools().drive(Progress(run(), plan(add("odd", condition="1 + 1"))))
    assert isinstance(move, Halt)
    assert (move.status, move.failure.code, move.failure.step) == (
        "failed", "expression_failed", "odd"
    )  # fmt: skip


def test_each_item_is_a_call_of_its_own_and_the_outputs_are_a_list() -> None:
    tools = Tools()
    steps = plan(
        add("each", "${{ item }}", for_each="${{ inputs.amounts }}"),
        inputs={"amounts": [1, 2, 3]},
        outputs={"all": "${{ steps.each.output }}"},
    )
    progress = Progress(run(), steps)
    assert tools.drive(progress) == Finish({"all": [{"value": 1}, {"value": 2}, {"value": 3}]})
    assert [each.id for each in progress.made] == ["run_1.0.0", "run_1.0.1", "run_1.0.2", "run_1.0"]


def test_a_run_goes_on_after_the_iteration_that_it_has_made() -> None:
    steps = plan(add("each", "${{ item }}", for_each="[1, 2, 3]"), outputs={})
    first = Progress(run(), steps)
    call = first.next(NOON).calls[0]  # type: ignore[union-attr]
    first.take([(call, Tools().view(call))], NOON)
    second, tools = Progress(first.run, steps, results=dict(first.results)), Tools()
    assert isinstance(tools.drive(second), Finish)
    assert [each[1]["amount"] for each in tools.calls] == [2, 3]


def test_steps_of_a_group_are_made_together_and_those_with_assent_after_them() -> None:
    group = PlanStep(
        id="group",
        does=Parallel(steps=(add("a"), add("asked", assent="step"), add("b"))),
    )
    progress = Progress(run(), plan(group))
    move = progress.next(NOON)
    assert [each.step for each in move.calls] == ["a", "b"]  # type: ignore[union-attr]
    asked = Tools().drive(progress)
    assert isinstance(asked, Ask)
    assert [each.step for each in asked.calls] == ["asked"]


def test_a_step_with_assent_asks_about_exactly_its_calls() -> None:
    steps = plan(add("pay", "${{ item }}", for_each="[4, 5]", assent="step"))
    progress = Progress(run(), steps)
    asked = progress.next(NOON)
    assert isinstance(asked, Ask)
    assert asked.content.value == {
        "plan_hash": HASH,
        "run_id": "run_1",
        "step": "pay",
        "operation": "assent/counter.add",
        "effect": "change",
        "calls": [
            {"iteration": 0, "arguments": {"counter": "c", "amount": 4}},
            {"iteration": 1, "arguments": {"counter": "c", "amount": 5}},
        ],
    }
    given = Assented(approval_id="apr_1", content_hash=asked.content.hash, step="pay", token="t")
    allowed = Progress(run(step_assent=given), steps)
    assert isinstance(Tools().drive(allowed), Finish)
    assert {each.approval_id for each in allowed.receipts} == {"apr_1"}


def test_an_assent_to_other_calls_lets_none_be_made() -> None:
    given = Assented(approval_id="apr_1", content_hash="b" * 64, step="pay", token="t")
    progress = Progress(run(step_assent=given), plan(add("pay", assent="step")))
    assert isinstance(progress.next(NOON), Ask)


def test_a_refused_call_is_tried_again_later_and_later_and_then_fails() -> None:
    steps = plan(add("odd", retry=Retry(attempts=3, backoff_seconds=4)))
    tools = Tools(odd={"status": "refused", "output": None, "may_be_repeated": True})
    waits, state = [], run()
    for _ in range(2):
        progress = Progress(state, steps)
        move = tools.drive(progress)
        assert isinstance(move, Rest)
        waits.append((move.until - NOON).total_seconds())
        state = progress.run
    assert 2 <= waits[0] <= 6
    assert 4 <= waits[1] <= 12
    last = tools.drive(Progress(state, steps))
    assert isinstance(last, Halt)
    assert (last.status, last.failure.code) == ("failed", "call_refused")


def test_a_refusal_that_stays_one_is_not_tried_again() -> None:
    tools = Tools(odd={"status": "refused", "output": None, "reason": "a policy forbids it"})
    move = tools.drive(Progress(run(), plan(add("odd", retry=Retry(attempts=5)))))
    assert isinstance(move, Halt)
    assert move.failure.detail == "a policy forbids it"


def test_a_doubtful_call_pauses_the_run_until_a_person_has_spoken() -> None:
    tools = Tools(odd={"status": "doubtful", "output": None})
    progress = Progress(run(), plan(add("odd"), add("next")))
    move = tools.drive(progress)
    assert isinstance(move, Halt)
    assert move.status == "paused"
    assert move.waiting is not None
    assert (move.waiting.kind, move.waiting.invocation_id) == ("doubt", "inv_odd_None")
    assert [each.outcome for each in progress.receipts] == ["doubtful"]
    assert [each[0] for each in tools.calls] == ["odd"]


def test_a_call_under_way_is_asked_for_again() -> None:
    tools = Tools(slow={"status": "dispatched", "output": None})
    progress = Progress(run(), plan(add("slow")))
    move = tools.drive(progress)
    assert move == Rest("slow", NOON + timedelta(seconds=5))
    assert progress.receipts == []


def test_a_wait_rests_and_then_goes_on() -> None:
    steps = plan(PlanStep(id="rest", does=Wait(seconds=60)), add("after"))
    progress = Progress(run(), steps)
    move = progress.next(NOON)
    assert move == Rest("rest", NOON + timedelta(seconds=60))
    from functions.runs.rules.burst_end import rest

    (waiting,) = rest(progress, move)
    assert waiting.state.due_at == NOON + timedelta(seconds=60)
    early = Progress(waiting.state, steps)
    assert isinstance(early.next(NOON + timedelta(seconds=59)), Rest)
    late = Progress(waiting.state, steps)
    assert isinstance(Tools().drive(late, NOON + timedelta(seconds=60)), Finish)


def test_more_calls_than_were_predicted_pause_the_run() -> None:
    prediction = Prediction(
        mode="full",
        steps=(StepPrediction(step="each", calls=2),),
        cost_usd_micros=0,
        risk="medium",
        approvals=0,
        passes=True,
    )
    steps = plan(add("each", "${{ item }}", for_each="[1, 2, 3]"))
    tools = Tools()
    move = tools.drive(Progress(run(), steps, prediction))
    assert isinstance(move, Halt)
    assert (move.status, move.failure.code) == ("paused", "overrun")
    assert tools.calls == []
    accepted = Progress(run(accepted="each"), steps, prediction)
    assert isinstance(tools.drive(accepted), Finish)


@pytest.mark.parametrize(
    ("limits", "arguments", "said"),
    [
        (RightLimits(per_run=1), {"counter": "c", "amount": 1}, "1 times a run"),
        (RightLimits(only={"counter": ("a*",)}), {"counter": "c"}, "counter must be one of a*"),
        (RightLimits(only={"team": ("a",)}), {"counter": "c"}, "team is missing"),
        (
            RightLimits(up_to_usd=MoneyLimit(usd=5.0, argument="amount", currency="in")),
            {"amount": 6, "in": "USD"},
            "amount must be at most 5",
        ),
        (
            RightLimits(up_to_usd=MoneyLimit(usd=5.0, argument="amount", currency="in")),
            {"amount": 1, "in": "EUR"},
            "in must be USD",
        ),
    ],
)
def test_a_call_outside_of_its_right_is_not_made(
    limits: RightLimits, arguments: dict[str, object], said: str
) -> None:
    step = calling("act", "assent/counter.add", arguments, limits=limits)
    before = {"assent/counter.add": 1}
    tools = Tools()
    move = tools.drive(Progress(run(calls=before), plan(step)))
    assert isinstance(move, Halt)
    assert move.failure.code == "limit_reached"
    assert said in move.failure.detail
    assert tools.calls == []


def test_a_run_never_spends_more_than_its_budget() -> None:
    steps = plan(
        add("a", price_usd_micros=300), add("b", price_usd_micros=300), budget_usd_micros=500
    )
    tools = Tools(a={"cost_usd_micros": 300})
    move = tools.drive(Progress(run(), steps))
    assert isinstance(move, Halt)
    assert (move.status, move.failure.code) == ("paused", "budget_exhausted")
    assert [each[0] for each in tools.calls] == ["a"]


def test_a_long_run_commits_in_parts() -> None:
    progress = Progress(
        run(), plan(add("each", "${{ item }}", for_each="inputs.n"), inputs={"n": list(range(120))})
    )
    tools = Tools()
    tools.drive(progress)
    assert len(tools.calls) == 50
    assert progress.run.cursor.call == 50


def test_a_run_that_ends_with_a_full_burst_needs_no_other_one() -> None:
    tools = Tools()
    steps = plan(add("each", "${{ item }}", for_each=f"{list(range(50))}"), outputs={})
    progress = Progress(run(), steps)
    assert tools.drive(progress) == Finish({})
    assert progress.is_full


@pytest.mark.nightly
@pytest.mark.repeats
def test_a_thousand_steps_run_to_their_end() -> None:
    steps = plan(*(add(f"s{number}") for number in range(1_000)))
    tools, state = Tools(), run()
    results: dict[str, StepResult] = {}
    for _ in range(30):
        progress = Progress(state, steps, results=results)
        move = tools.drive(progress)
        state = progress.run
        if isinstance(move, Finish):
            break
    assert isinstance(move, Finish)
    assert len(tools.calls) == 1_000


def _burst(state: Run, steps: PlanContent, stored: dict[str, StepResult], tools: Tools) -> Any:
    """One burst as it is run: it reads what is stored, and stores each result once."""
    ids = results_to_read(state, steps)
    read = {id: stored[id] for id in ids if id in stored}
    read |= {id: stored[id] for id in iterations_to_read(read) if id in stored}
    progress = Progress(state, steps, results=read)
    move = tools.drive(progress)
    for each in progress.made:
        assert each.id not in stored, "a result is stored twice"
        stored[each.id] = each
    return progress.run, move


def test_the_outputs_of_a_step_are_whole_after_several_bursts() -> None:
    steps = plan(
        add("each", "${{ item }}", for_each="inputs.n"),
        outputs={"count": "${{ size(steps.each.output) }}"},
        inputs={"n": list(range(120))},
    )
    stored: dict[str, StepResult] = {}
    state, tools = run(), Tools()
    for _ in range(3):
        state, move = _burst(state, steps, stored, tools)
    assert move == Finish({"count": 120})
    assert len(tools.calls) == 120


def test_what_ended_in_a_group_is_not_stored_again_when_the_rest_is_tried_again() -> None:
    retried = add("b", retry=Retry(attempts=2))
    group = PlanStep(id="group", does=Parallel(steps=(add("a"), retried)))
    stored: dict[str, StepResult] = {}
    state, move = _burst(
        run(),
        plan(group),
        stored,
        Tools(b={"status": "refused", "output": None, "may_be_repeated": True}),
    )
    assert isinstance(move, Rest)
    state, move = _burst(state, plan(group), stored, Tools())
    assert isinstance(move, Finish)
    assert [each.step for each in stored.values()] == ["a", "b"]


def test_an_output_that_no_document_holds_fails_its_step() -> None:
    tools = Tools(big={"output": Labelled(value="x" * 600_000)})
    move = tools.drive(Progress(run(), plan(add("big"))))
    assert isinstance(move, Halt)
    assert (move.status, move.failure.code) == ("failed", "output_too_large")
