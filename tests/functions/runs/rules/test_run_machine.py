"""Invariants 1, 2 and 7 (docs/domain.md), whatever happens in which order: processes that die
between a call and the commit or lose its race, a `tools` that is silent, decisions that come twice,
late or about something else, stops that cross."""

from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from events.invocations import InvocationView, Labelled, invocation_id
from functions.runs.rules import burst_end
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.decisions import decide
from functions.runs.rules.late import may_go_on, report_late
from functions.runs.rules.moves import Act, Ask, Finish, Halt, Rest
from functions.runs.rules.needed_results import iterations_to_read, results_to_read
from functions.runs.rules.progress import Progress
from functions.runs.rules.run import Assented, Run, Steps, next_timer
from functions.runs.rules.start import waiting_for
from functions.runs.rules.step_result import StepResult
from functions.runs.rules.stops import cancel, pause, resume
from shared.kit.canonical import content_hash
from shared.kit.errors import SignatureInvalid, VersionConflict
from shared.kit.expressions import evaluate
from tests.examples import examples
from tests.functions.runs.rules.plans import NOON, add, plan, run

pytestmark = pytest.mark.repeats

# The parser raises the limit of recursion when it is made, which Hypothesis expects to stay.
evaluate("1 + 1", {})
PLAN = plan(
    add("first", 3),
    add("one", 1),
    add("two", "${{ steps.one.output.value + 1 }}", assent="step"),
    add("each", "${{ item }}", for_each="[5, 6]", assent="step"),
    add("last", 9),
    outputs={"each": "${{ steps.each.output }}"},
)


class Runs(RuleBasedStateMachine):
    """One run, and a `tools` that keeps what it did under each call's id."""

    def __init__(self) -> None:
        super().__init__()
        self.at = NOON
        self.run: Run = run(steps=5).moving(NOON)
        self.results: dict[str, StepResult] = {}
        self.acted: dict[str, ConcreteCall] = {}
        self.noted: set[str] = set()
        self.asked: list[Assented] = []
        self.approved: dict[str, str] = {}
        self.acted_when_cancelled: int | None = None

    def _id(self, call: ConcreteCall) -> str:
        operation = call.call.operation
        return invocation_id("run_1", call.step, call.iteration, operation, call.arguments)

    def _view(self, call: ConcreteCall) -> InvocationView:
        id = self._id(call)
        self.acted.setdefault(id, call)
        return InvocationView(
            invocation_id=id,
            run_id="run_1",
            operation=call.call.operation,
            status="confirmed",
            at=self.at,
            output=Labelled(value={"value": call.arguments["amount"]}),
            decision="dec",
            token_id="tok",
        )

    @precondition(lambda self: may_go_on(self.run, self.at))
    @rule(dies_after=st.none() | st.integers(0, 5))
    def go_on(self, dies_after: int | None) -> None:
        """One burst; one that dies commits nothing, and its calls were made."""
        progress, move = self._acts(dies_after)
        if dies_after is None:
            self._commit(self._steps(progress, move))

    @precondition(lambda self: may_go_on(self.run, self.at))
    @rule(calls=st.integers(0, 5))
    def tools_falls_silent(self, calls: int) -> None:
        """One burst that gets so many answers, and then none."""
        progress, move = self._acts(calls)
        if isinstance(move, Act):
            self._commit(burst_end.wait_for_tools(progress, self.at))

    @precondition(lambda self: may_go_on(self.run, self.at))
    @rule(
        calls=st.none() | st.integers(1, 5),
        meanwhile=st.sampled_from(["a burst", "silence", "pause", "cancel", "a death", "nothing"]),
        after=st.integers(0, 3),
    )
    def a_burst_commits_late(self, calls: int | None, meanwhile: str, after: int) -> None:
        """It makes its calls and, before it commits, something else happens to the run. Where that
        was faster it decides again, as the service does."""
        began = self.run
        progress, move = self._acts(calls)
        match meanwhile:
            case "a burst":
                self.go_on(None)
            case "silence":
                self.tools_falls_silent(after)
            case "a death":
                self.go_on(after)
            case "pause" | "cancel":
                self.somebody_stops_it(pause if meanwhile == "pause" else cancel)
        if self.run == began:
            if not isinstance(move, Act):
                self._commit(self._steps(progress, move))
        elif may_go_on(self.run, self.at):
            self.go_on(None)
        elif progress.receipts:
            self._commit(report_late(self.run, progress, self.results))

    def _acts(self, most_calls: int | None) -> tuple[Progress, Any]:
        """A burst after so many calls or, without a number, as many as it makes; and its move."""
        progress = Progress(self.run, PLAN, results=self._read())
        calls = 0
        while isinstance(move := progress.next(self.at), Act):
            if most_calls is not None and calls >= most_calls:
                break
            made = list(move.calls)
            if self.run.stop is not None:
                # As the service does: what an earlier process got done is noted first.
                made = [each for each in made if self._id(each) in self.acted]
                if not made:
                    move = None
                    break
            calls += 1
            progress.take([(each, self._view(each)) for each in made], self.at)
        return progress, move

    def _read(self) -> dict[str, StepResult]:
        """What a burst reads of earlier ones."""
        found = {
            id: self.results[id] for id in results_to_read(self.run, PLAN) if id in self.results
        }
        inner = iterations_to_read(found)
        return found | {id: self.results[id] for id in inner if id in self.results}

    def _steps(self, progress: Progress, move: Any) -> Steps:
        if isinstance(move, Finish):
            return burst_end.finish(progress, move, self.at)
        if self.run.stop is not None:
            return burst_end.stop(progress, self.at)
        if isinstance(move, Rest):
            return burst_end.rest(progress, move)
        if isinstance(move, Halt):
            return burst_end.halt(progress, move, self.at)
        assert isinstance(move, Ask)
        asked = Assented(
            approval_id=f"apr_{len(self.asked)}",
            content_hash=move.content.hash,
            step=move.calls[0].step,
            token="base",
        )
        self.asked.append(asked)
        return burst_end.ask(progress, waiting_for(progress.run, asked), "evt_1", ())

    def _commit(self, steps: Steps) -> None:
        for each in steps:
            if each.event is not None:
                self.noted |= {told.invocation_id for told in each.fields.get("receipts", ())}
            if isinstance(each.state, StepResult):
                assert each.state.id not in self.results, "a step was noted twice"
                self.results[each.state.id] = each.state
            else:
                self.run = each.state
        if self.run.status == "cancelled" and self.acted_when_cancelled is None:
            self.acted_when_cancelled = len(self.acted)

    @precondition(lambda self: bool(self.asked))
    @rule(
        which=st.integers(0, 10),
        status=st.sampled_from(["approved", "approved", "rejected", "expired"]),
        about=st.sampled_from(["it", "it", "it", "something else"]),
        token=st.booleans(),
    )
    def decision_arrives(self, which: int, status: str, about: str, token: bool) -> None:
        """Perhaps again, late, about other content, or without an assent in its token."""
        asked = self.asked[which % len(self.asked)]
        same = about == "it"
        decision: Any = SimpleNamespace(
            approval_id=asked.approval_id,
            decision_hash=asked.content_hash if same else "0" * 64,
            status=status,
            decided_by="gala",
            version=2,
        )
        try:
            steps = decide(self.run, decision, "assented" if token else None, self.at)
        except SignatureInvalid:
            assert not same or not token
            return
        assert not steps or (same and (token or status != "approved")), "it took another's word"
        if steps and status == "approved":
            self.approved[asked.content_hash] = asked.approval_id
        was_paused = self.run.status == "paused"
        self._commit(steps)
        assert not was_paused or self.run.status in ("paused", "cancelled"), "nobody resumed it"

    @rule(verb=st.sampled_from([pause, cancel]))
    def somebody_stops_it(self, verb: Any) -> None:
        try:
            self._commit(verb(self.run, "ada", self.at))
        except VersionConflict:
            assert self.run.has_ended

    @rule()
    def somebody_resumes_it(self) -> None:
        try:
            self._commit(resume(self.run, self.at))
        except VersionConflict:
            assert self.run.status not in ("paused", "failed")

    @precondition(lambda self: next_timer(self.run) is not None)
    @rule()
    def time_passes(self) -> None:
        timer = next_timer(self.run)
        assert timer is not None
        self.at = max(self.at, timer[1]) + timedelta(seconds=1)

    @invariant()
    def no_step_is_done_twice(self) -> None:
        done = [(each.step, each.iteration) for each in self.acted.values()]
        assert len(set(done)) == len(done)

    @invariant()
    def nothing_acts_without_the_assent_to_exactly_its_calls(self) -> None:
        for step in ("two", "each"):
            made = [each for each in self.acted.values() if each.step == step]
            if not made:
                continue
            assented = [each for each in self.asked if each.step == step]
            hashes = {each.content_hash for each in assented} & self.approved.keys()
            assert hashes, f"{step} acted without assent"
            amounts: list[tuple[int | None, int]] = [(0, 5), (1, 6)]
            if step == "two":
                amounts = [(None, 2)]
            content = {
                "plan_hash": self.run.plan_hash,
                "run_id": "run_1",
                "step": step,
                "operation": "assent/counter.add",
                "effect": "change",
                "calls": [
                    {"iteration": number, "arguments": {"counter": "c", "amount": amount}}
                    for number, amount in amounts
                ],
            }
            assert content_hash(content) in hashes

    @invariant()
    def a_cancelled_run_acts_no_more(self) -> None:
        if self.acted_when_cancelled is not None:
            assert len(self.acted) == self.acted_when_cancelled

    @invariant()
    def a_run_that_rests_or_ended_has_told_of_all_that_it_did(self) -> None:
        if self.run.status in ("paused", "cancelled", "completed"):
            assert self.noted == self.acted.keys()

    @invariant()
    def a_completed_run_has_done_and_noted_everything(self) -> None:
        if self.run.status == "completed":
            assert len(self.acted) == 6
            assert self.run.done == 5


Runs.TestCase.settings = examples(10, by_night=500, stateful_step_count=30)
TestRuns = Runs.TestCase
