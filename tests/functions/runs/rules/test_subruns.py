"""Runs within runs: they rest and end together, only the innermost acts, and what one spends is
spent once by all above it."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from events.plan_content import Parallel, PlanStep, SubRun
from events.plans import PlanState, Prediction, StepPrediction
from functions.runs.rules import burst_end, subruns
from functions.runs.rules.cards import effects_of, irreversible_in
from functions.runs.rules.charges import charge, is_due
from functions.runs.rules.moves import Ask, Delegate, Finish, Halt, Rest, failed, paused
from functions.runs.rules.order import placed_steps
from functions.runs.rules.progress import Progress
from functions.runs.rules.run import Assented, Hold, Run, Steps
from functions.runs.rules.step_result import LONGEST_OUTPUT
from functions.runs.rules.stops import cancel, pause, resume
from shared.budgets.budget import Budget
from shared.kit.errors import VersionConflict
from tests.examples import examples
from tests.functions.runs.rules.plans import HASH, NOON, add, plan, run

HOLD = Hold(day="2026-11-20", month="2026-11")
STATE = PlanState(
    plan_hash=HASH,
    status="compiled",
    capsule="count",
    version="1.0.0",
    agent_id="agt_1",
    agent_version="1.0.0",
    needs_assent=False,
    estimate_usd_micros=0,
    compiled_by="cleo",
    compiled_at=NOON,
)


def starts(id: str = "below", **step: Any) -> PlanStep:
    return PlanStep(id=id, does=SubRun(plan_hash=HASH), **step)


def _below(above: Run, step: PlanStep | None = None, left: int = 100) -> Run:
    placed = placed_steps(plan(step or starts()))[0]
    whole = plan(add("a"))
    return subruns.below(
        above, placed, STATE, whole, HOLD, left_usd_micros=left, predicted=None, labels=(), at=NOON
    )


class Families(RuleBasedStateMachine):
    """Three runs, each started by the one before it, of which the last makes calls that cost."""

    def __init__(self) -> None:
        super().__init__()
        self.runs: dict[str, Run] = {}
        self.line: list[str] = []
        self.spent = 0
        above = run(steps=1).moving(NOON)
        self._save(burst_end.delegate(Progress(above, plan(starts())), below := _below(above)))
        self._save(burst_end.delegate(Progress(below, plan(starts())), _below(below)))
        self.line = sorted(self.runs, key=lambda each: self.runs[each].depth)

    def _save(self, steps: Steps) -> None:
        """As `service.subruns.save_run` does."""
        self._keep(subruns.counted(steps))
        while (ended := subruns.resting(steps)) is not None:
            steps = subruns.follow(self.runs[ended.state.above[-1].run_id], ended, NOON)
            self._keep(subruns.counted(steps))

    def _keep(self, steps: Steps) -> None:
        self.runs |= {each.state.run_id: each.state for each in steps if type(each.state) is Run}

    @property
    def _all(self) -> list[Run]:
        return [self.runs[each] for each in self.line]

    @property
    def _waiting(self) -> list[Run]:
        """Those that wait for each other, from the outermost to the one that acts."""
        found = self._all[:1]
        while (id := subruns.waits_for(found[-1])) is not None:
            found.append(self.runs[id])
        return found

    @precondition(lambda self: self._waiting[-1].is_moving)
    @rule(cost=st.integers(0, 50), ends=st.sampled_from(["pauses", "fails", "waits", "finishes"]))
    def the_innermost_acts(self, cost: int, ends: str) -> None:
        inner = self._waiting[-1]
        if inner.run_id == self.line[-1]:
            self.spent += cost
            inner = inner.but(spent_usd_micros=inner.spent_usd_micros + cost)
        progress = Progress(inner, plan(add("a")))
        if ends == "finishes":
            self._save(burst_end.finish(progress, Finish({"sum": 1}), NOON))
        elif inner.stop is not None:
            self._save(burst_end.stop(progress, NOON))
        elif ends == "waits":
            self._save(burst_end.rest(progress, Rest("a", NOON)))
        else:
            halt = failed("a", "refused", "no") if ends == "fails" else paused("a", "doubtful", "?")
            self._save(burst_end.halt(progress, halt, NOON))

    @rule(verb=st.sampled_from([pause, cancel]))
    def somebody_stops_it(self, verb: Any) -> None:
        try:
            self._save(subruns.stop_all(self._waiting, verb, "ada", NOON))
        except VersionConflict:
            assert self._waiting[-1].has_ended

    @rule()
    def somebody_resumes_it(self) -> None:
        for each in self._waiting:
            try:
                self._keep(resume(each, NOON))
            except VersionConflict:
                assert self._all[0].status not in ("paused", "failed")

    @invariant()
    def at_most_one_of_them_acts(self) -> None:
        assert sum(each.is_moving for each in self._all) <= 1

    @invariant()
    def those_that_wait_for_each_other_stand_alike(self) -> None:
        standing = {each.status for each in self._waiting}
        assert len(standing) == 1
        assert all(each.due_at is None for each in self._waiting[:-1])

    @invariant()
    def nothing_below_goes_on_once_the_whole_has_ended(self) -> None:
        if self._all[0].status in ("completed", "cancelled", "failed"):
            assert all(each.has_ended for each in self._all)

    @invariant()
    def what_was_spent_is_counted_once(self) -> None:
        first, second, third = self._all
        assert third.spent_usd_micros == self.spent
        if first.status != "running":
            assert [first.spent_usd_micros, second.spent_usd_micros] == [self.spent] * 2


Families.TestCase.settings = examples(10, by_night=500, stateful_step_count=25)
TestFamilies = pytest.mark.repeats(Families.TestCase)


def test_the_id_of_a_sub_run_follows_from_the_run_and_the_step() -> None:
    assert subruns.sub_run_id(run(), 1) == subruns.sub_run_id(run(spent_usd_micros=3), 1)
    assert subruns.sub_run_id(run(), 1) != subruns.sub_run_id(run(), 2)
    assert subruns.sub_run_id(run(), 1) != subruns.sub_run_id(run(run_id="run_2"), 1)


def test_a_sub_run_may_spend_what_is_left_to_the_run_above_it() -> None:
    above = run(spent_usd_micros=400, most_usd_micros=1_000)
    assert subruns.left_usd_micros(above, plan(budget_usd_micros=700)) == 300
    assert subruns.left_usd_micros(above, plan(budget_usd_micros=9_000)) == 600
    assert subruns.left_usd_micros(above, plan(budget_usd_micros=300)) == 0
    assert _below(above, left=300).most_usd_micros == 300
    assert _below(above, starts(budget_usd_micros=50), left=300).most_usd_micros == 50
    assert subruns.budget_of(_below(above, left=300), plan(budget_usd_micros=700)) == 300


def test_whose_text_is_in_a_sub_run_is_in_the_run_above_it_too() -> None:
    below = _below(run(authors=("ada", "ben")))
    assert below.authors == ("ada", "ben", "cleo")
    assert (below.started_by, below.parent_run_id, below.depth) == ("ada", "run_1", 1)
    assert (_below(below).depth, len(_below(below).above)) == (2, 2)


def test_what_a_sub_run_spent_reaches_no_budget_a_second_time() -> None:
    agents = Budget(scope="agt_1", period="2026-11-20", limit_usd_micros=1_000)
    ended = _below(run()).but(spent_usd_micros=70, status="completed")
    assert not is_due(ended)
    holds = ended.but(hold=HOLD.but(calls={"assent/counter.add": 3}, counted=True))
    assert is_due(holds)
    counted = agents.but(calls={"assent/counter.add": 3})
    after, charges = charge(holds, counted, agents, lambda _: ())
    assert [each.state.spent_usd_micros for each in charges] == [0]
    assert (charges[0].state.calls, after.hold) == (
        {"assent/counter.add": 0}, HOLD.but(settled=70, calls={"assent/counter.add": 0})
    )  # fmt: skip


def test_a_sub_run_spends_within_what_the_whole_holds() -> None:
    payer = run(spent_usd_micros=30)
    below = _below(payer).but(counted_usd_micros=10)
    assert subruns.most_within(below, payer, 100) == 80
    assert subruns.most_within(below, payer, 20) == 10
    assert subruns.most_within(payer, payer, 100) == 100
    assert subruns.most_within(below, payer, None) is None


@pytest.mark.parametrize(
    ("assent", "given", "covered"),
    [
        ("none", {"plan_assent": "gala", "step_assent": "gala"}, False),
        ("plan", {"plan_assent": "gala"}, True),
        ("plan", {"plan_assent": None}, False),
        ("plan", {"step_assent": "gala"}, False),
        ("step", {"step_assent": "gala"}, True),
        ("step", {"plan_assent": "gala"}, False),
    ],
)
def test_a_sub_run_goes_by_the_assent_that_its_step_was_given(
    assent: Any, given: dict[str, str | None], covered: bool
) -> None:
    assented = {
        name: Assented(approval_id="apr_1", content_hash=HASH, token="t", given_by=by)
        for name, by in given.items()
    }
    below = _below(run(**assented), starts(assent=assent))
    assert (below.plan_assent is not None) == covered
    assert below.step_assent is None


def test_what_a_card_says_of_a_sub_run_is_what_was_predicted_of_it() -> None:
    step = starts(assent="step")
    predicted = Prediction(
        mode="full",
        steps=(StepPrediction(step="below", effect="pay", reversible=False),),
        cost_usd_micros=0,
        risk="high",
        approvals=1,
        passes=True,
    )
    whole = plan(add("a"), step)
    assert effects_of(whole, predicted) == ["change", "pay"]
    assert effects_of(whole, None) == ["change", "decide"]
    assert irreversible_in([step], predicted) == ["all of what step below starts"]
    assert irreversible_in([step], None) == ["all of what step below starts"]
    harmless = predicted.but(steps=(StepPrediction(step="below"),))
    assert irreversible_in([step], harmless) == []
    asks = Progress(run(), plan(step), predicted).next(NOON)
    assert isinstance(asks, Ask)
    assert asks.calls[0].call.effect == "pay"


def test_steps_that_start_runs_come_one_by_one_after_the_others_of_their_group() -> None:
    group = PlanStep(id="g", does=Parallel(steps=(starts("r"), add("a"), starts("s"))))
    assert [each.step.id for each in placed_steps(plan(group))] == ["a", "r", "s"]


def test_a_step_whose_condition_is_false_starts_nothing() -> None:
    progress = Progress(run(), plan(starts(condition="false")))
    assert isinstance(progress.next(NOON), Finish)
    assert [each.status for each in progress.made] == ["skipped"]
    assert isinstance(Progress(run(), plan(starts(condition="true"))).next(NOON), Delegate)


def test_a_run_five_deep_starts_none() -> None:
    deep = run()
    for _ in range(5):
        deep = _below(deep)
    halt = Progress(deep, plan(starts())).next(NOON)
    assert isinstance(halt, Halt)
    assert halt.failure.code == "too_deep"


def test_a_sub_run_that_gives_more_than_a_result_holds_has_failed() -> None:
    large = Finish({"text": "x" * LONGEST_OUTPUT})
    move = subruns.fitting(_below(run()), large)
    assert isinstance(move, Halt)
    assert move.failure.code == "output_too_large"
    assert subruns.fitting(run(), large) == large


def test_a_run_that_does_not_wait_for_it_does_not_follow_a_sub_run() -> None:
    above = run().moving(NOON)
    ended = burst_end.finish(Progress(_below(above), plan()), Finish({}), NOON)
    (ending_of,) = (each for each in ended if type(each.state) is Run)
    assert subruns.follow(above, ending_of, NOON) == ()
    late = replace(ending_of, state=ending_of.state.but(spent_usd_micros=7))
    (spends,) = subruns.follow(above, late, NOON)
    assert spends.state == above.but(spent_usd_micros=7)
