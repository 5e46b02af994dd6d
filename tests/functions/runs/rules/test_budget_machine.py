"""Invariants 2, 7 and 10 (docs/domain.md), whatever happens in which order: runs that hold, spend,
stop, are undone and tried again, over the ends of days and months; commits that are lost, come
twice, or lose a race; limits that governors set, and decisions that come again, late or about
something else."""

from collections import Counter
from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from events.budgets import BudgetApprovalNeeded, BudgetReached
from functions.runs.rules.budget import BudgetExhausted, take
from functions.runs.rules.budget_raise import ask, decide_raise
from functions.runs.rules.charges import charge, is_due
from functions.runs.rules.run import Hold, Run
from shared.budgets.budget import Budget
from shared.budgets.limits import TENANT
from shared.kit.errors import SignatureInvalid
from tests.examples import examples
from tests.functions.runs.rules.plans import NOON, add, plan, run
from tests.functions.runs.rules.test_budget import AGENT

ASK = partial(ask, at=NOON)
# A day and the month that it is in.
PERIODS = (("2026-11-29", "2026-11"), ("2026-11-30", "2026-11"), ("2026-12-01", "2026-12"))
PERCENTS = (80, 95, 100)
ENDED = ("paused", "completed", "cancelled", "failed")
Key = tuple[str, str]


class Budgets(RuleBasedStateMachine):
    """The budgets of an agent's days and its tenant's months, as one store has them."""

    def __init__(self) -> None:
        super().__init__()
        self.today = 0
        self.limits = {AGENT: 1_000, TENANT: 1_700}
        self.budgets: dict[Key, Budget] = {}
        self.runs: list[Run] = []
        self.told: Counter[tuple[Key, int]] = Counter()
        self.reached: set[tuple[Key, int]] = set()
        self.asked: Counter[Key] = Counter()
        self.approved: dict[str, int] = {}
        self.proposed: list[tuple[Key, Any]] = []

    def _budget(self, scope: str, period: str) -> Budget:
        """As `service.budgets.budgets_of` reads it."""
        known = self.budgets.get((scope, period))
        found = known or Budget(scope=scope, period=period, limit_usd_micros=0)
        return found.limited(self.limits[scope], is_trial=False)

    def _both(self, hold: Hold) -> tuple[Budget, Budget]:
        return self._budget(AGENT, hold.day), self._budget(TENANT, hold.month)

    @initialize(micros=st.integers(0, 600))
    def begin(self, micros: int) -> None:
        self.start(micros)

    @precondition(lambda self: self.today + 1 < len(PERIODS))
    @rule()
    def midnight_passes(self) -> None:
        self.today += 1

    @rule(
        scope=st.sampled_from([AGENT, TENANT]), micros=st.sampled_from([500, 1_000, 1_700, 4_000])
    )
    def a_governor_sets_a_limit(self, scope: str, micros: int) -> None:
        self.limits[scope] = micros

    @rule(micros=st.integers(0, 600))
    def start(self, micros: int) -> None:
        if (hold := self._held(micros)) is not None:
            self.runs.append(run(hold=hold, held_usd_micros=hold.usd_micros))

    @precondition(lambda self: any(each.status == "failed" for each in self.runs))
    @rule(which=st.integers(0, 20), micros=st.integers(0, 600))
    def retry(self, which: int, micros: int) -> None:
        place = self._place(which, {"failed"})
        if place is None or (hold := self._held(micros)) is None:
            return
        before = self.runs[place]
        hold = hold.but(settled=before.spent_usd_micros, made=before.calls)
        self.runs[place] = before.but(status="running", hold=hold)

    def _held(self, micros: int) -> Hold | None:
        day, month = PERIODS[self.today]
        wanted = Hold(day=day, month=month, usd_micros=micros)
        try:
            hold, steps = take(*self._both(wanted), plan(add("a")), wanted)
        except BudgetExhausted:
            return None
        self._keep(steps)
        return hold

    @precondition(lambda self: self.runs)
    @rule(
        which=st.integers(0, 20),
        spends=st.integers(0, 300) | st.sampled_from([0, 300, 850, 1_300, 2_000]),
        becomes=st.sampled_from(["running", "running", "paused", "completed", "cancelled"]),
        dies=st.booleans(),
    )
    def go_on(self, which: int, spends: int, becomes: str, dies: bool) -> None:
        self._commit(which, dies, {"running"}, spends, status=becomes)

    @precondition(lambda self: self.runs)
    @rule(which=st.integers(0, 20), dies=st.booleans())
    def fail(self, which: int, dies: bool) -> None:
        self._commit(which, dies, {"running", "paused"}, 0, status="failed")

    @precondition(lambda self: self.runs)
    @rule(which=st.integers(0, 20), spends=st.integers(0, 30), dies=st.booleans())
    def undo(self, which: int, spends: int, dies: bool) -> None:
        self._commit(which, dies, set(ENDED), spends, is_undone=True)

    @precondition(lambda self: len(self.runs) > 1)
    @rule(first=st.integers(0, 20), second=st.integers(0, 20), spends=st.integers(0, 900))
    def two_commit_at_once(self, first: int, second: int, spends: int) -> None:
        """Both decide by what they read; the later one loses its race, and decides again."""
        one, other = self._place(first, {"running"}), self._place(second, {"running"})
        if one is None or other is None or one == other:
            return
        lost = self.runs[other].but(spent_usd_micros=self.runs[other].spent_usd_micros + spends)
        if is_due(lost) and lost.hold is not None:
            charge(lost, *self._both(lost.hold), ASK)
        self._commit(one, False, {"running"}, spends)
        self._commit(other, False, {"running"}, spends)

    @precondition(lambda self: self.runs)
    @rule(which=st.integers(0, 20))
    def a_commit_comes_again(self, which: int) -> None:
        """Whoever finds what it reports reported charges nothing."""
        for status in ("running", *ENDED):
            place = self._place(which, {status})
            if place is not None:
                assert not is_due(self.runs[place])

    @precondition(lambda self: self.proposed)
    @rule(
        which=st.integers(0, 20),
        status=st.sampled_from(["approved", "approved", "auto_approved", "rejected", "overturned"]),
        about=st.sampled_from(["it", "it", "it", "another request", "another content"]),
    )
    def decision_arrives(self, which: int, status: str, about: str) -> None:
        """Perhaps again, late, or about something else."""
        key, asked = self.proposed[which % len(self.proposed)]
        budget = self.budgets[key]
        decision: Any = SimpleNamespace(
            approval_id="apr_other" if about == "another request" else asked.approval_id,
            decision_hash="0" * 64 if about == "another content" else asked.content_hash,
            status=status,
        )
        try:
            steps = decide_raise(budget, decision, self.limits[budget.scope])
        except SignatureInvalid:
            assert about == "another content"
            return
        assert not steps or about == "it", "it took another's word"
        if steps and status in ("approved", "auto_approved"):
            self.approved[asked.approval_id] = asked.limit_usd_micros
        self._keep(steps)

    def _place(self, which: int, statuses: set[str]) -> int | None:
        place = which % len(self.runs)
        found = self.runs[place]
        return place if found.status in statuses and not found.is_undone else None

    def _commit(
        self, which: int, dies: bool, statuses: set[str], spends: int, **fields: Any
    ) -> None:
        place = self._place(which, statuses)
        if place is None:
            return
        before = self.runs[place]
        after = before.but(spent_usd_micros=before.spent_usd_micros + spends, **fields)
        steps: Any = ()
        if is_due(after):
            assert after.hold is not None
            after, steps = charge(after, *self._both(after.hold), ASK)
        if not dies:
            self.runs[place] = after
            self._keep(steps)
            self._charged(steps)

    def _keep(self, steps: Any) -> None:
        for each in steps:
            key = each.state.scope, each.state.period
            self.budgets[key] = each.state
            if each.event is BudgetReached:
                self.told[key, each.fields["threshold"]] += 1
            if each.event is BudgetApprovalNeeded:
                self.asked[key] += 1
                self.proposed.append((key, each.state.proposed))

    def _charged(self, steps: Any) -> None:
        """A limit that was lowered tells with the next charge, and not with what is only held."""
        for key in {(each.state.scope, each.state.period) for each in steps}:
            budget = self.budgets[key]
            percent = 100 * budget.spent_usd_micros / budget.limit_usd_micros
            if any(each.event is not None or each.state.spent_usd_micros for each in steps):
                self.reached |= {(key, each) for each in PERCENTS if percent >= each}

    @invariant()
    def it_adds_up(self) -> None:
        held: Counter[Key] = Counter()
        for each in self.runs:
            assert each.hold is not None
            assert each.hold.usd_micros >= 0
            held[AGENT, each.hold.day] += each.hold.usd_micros
            held[TENANT, each.hold.month] += each.hold.usd_micros
        for key, budget in self.budgets.items():
            assert budget.held_usd_micros == held[key]
        spent = sum(each.spent_usd_micros for each in self.runs)
        for scope in (AGENT, TENANT):
            of_scope = [each for key, each in self.budgets.items() if key[0] == scope]
            assert sum(each.spent_usd_micros for each in of_scope) == spent

    @invariant()
    def what_is_over_holds_nothing(self) -> None:
        for each in self.runs:
            if each.has_ended or each.is_undone:
                assert each.hold is not None
                assert (each.hold.usd_micros, each.hold.counted) == (0, False)

    @invariant()
    def each_threshold_that_was_reached_is_told_once(self) -> None:
        assert not [each for each, times in self.told.items() if times > 1]
        assert not [each for each, times in self.asked.items() if times > 1]
        assert set(self.asked) == {key for key, each in self.told if each == 95}
        assert self.told.keys() == self.reached

    @invariant()
    def only_an_assent_raises_a_limit(self) -> None:
        for budget in self.budgets.values():
            if budget.raised is not None:
                raised = budget.raised
                assert self.approved[raised.approval_id] == raised.to_usd_micros


Budgets.TestCase.settings = examples(10, by_night=500, stateful_step_count=30)
TestBudgets = pytest.mark.repeats(Budgets.TestCase)
