"""Budgets add up, and each threshold is told once a period, whatever happens in which order: holds,
charges while runs act, processes that die, stops, undoing and retries; 95 % asks once, and only
what was assented to raises the limit (invariants 2, 7 and 10)."""

from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from events.budgets import BudgetApprovalNeeded, BudgetRaised, BudgetReached
from functions.runs.rules.budget import Budget, BudgetExhausted, take
from functions.runs.rules.charges import charge, is_due
from functions.runs.rules.raising import ask, decide_raise
from functions.runs.rules.run import Run
from shared.kit.errors import SignatureInvalid
from tests.functions.runs.rules.plans import NOON, add, plan, run
from tests.functions.runs.rules.test_budget import AGENT, agents_budget, holding, tenants_budget

ASK = partial(ask, at=NOON)


def _held(micros: int, **fields: Any) -> tuple[Run, Budget, Budget]:
    hold, steps = take(agents_budget(), tenants_budget(), plan(add("a")), holding(micros))
    agents, tenants = (each.state for each in steps)
    return run(hold=hold, held_usd_micros=micros, **fields), agents, tenants


def _decision(asked: Budget, status: str = "approved", **fields: Any) -> Any:
    assert asked.proposed is not None
    about = {
        "approval_id": asked.proposed.approval_id,
        "decision_hash": asked.proposed.content_hash,
    }
    return SimpleNamespace(**{**about, "status": status, **fields})


def _critical() -> Budget:
    begun, agents, tenants = _held(960, spent_usd_micros=960)
    _, steps = charge(begun, agents, tenants, ASK)
    budget: Budget = next(each.state for each in reversed(steps) if each.state.scope == AGENT)
    return budget


def test_what_a_run_spends_is_spent_while_it_acts() -> None:
    begun, agents, tenants = _held(400, spent_usd_micros=150)
    under_way, steps = charge(begun, agents, tenants, ASK)
    assert [
        (each.state.held_usd_micros, each.state.spent_usd_micros) for each in steps
    ] == [(250, 150), (250, 150)]  # fmt: skip
    assert under_way.held_usd_micros == 250
    assert not is_due(under_way)


def test_a_run_that_spends_nothing_changes_no_budget_before_it_ends() -> None:
    begun, agents, tenants = _held(400)
    assert not is_due(begun)
    ended, steps = charge(begun.but(status="completed"), agents, tenants, ASK)
    assert [each.state.held_usd_micros for each in steps] == [0, 0]
    assert not is_due(ended)


def test_what_a_run_without_a_hold_spends_is_charged_too() -> None:
    begun = run(hold=holding(0), spent_usd_micros=7)
    _, steps = charge(begun, agents_budget(), tenants_budget(), ASK)
    assert [each.state.spent_usd_micros for each in steps] == [7, 7]


def test_a_charge_that_crosses_two_thresholds_tells_both_and_asks_once() -> None:
    begun, agents, tenants = _held(960, spent_usd_micros=960)
    after, steps = charge(begun, agents, tenants, ASK)
    told = [each.fields["threshold"] for each in steps if each.event is BudgetReached]
    assert told == [80, 95]
    asked = [each for each in steps if each.event is BudgetApprovalNeeded]
    assert [each.state.proposed.limit_usd_micros for each in asked] == [1_500]
    agents, tenants = asked[0].state, steps[-1].state
    more = after.but(spent_usd_micros=1_000)
    _, steps = charge(more, agents, tenants, ASK)
    assert [each.fields.get("threshold") for each in steps if each.event] == [100]


def test_the_content_that_is_asked_about_names_exactly_what_is_raised() -> None:
    (asking,) = ASK(agents_budget(spent_usd_micros=960))
    assert asking.contents[0].value == {
        "scope": AGENT,
        "period": "2026-11-20",
        "spent_usd_micros": 960,
        "limit_usd_micros": 1_000,
        "proposed_limit_usd_micros": 1_500,
    }
    assert asking.fields["amount_usd_micros"] == 500


def test_an_agent_on_trial_is_never_raised_beyond_five_dollars() -> None:
    trial = agents_budget(is_trial=True, limit_usd_micros=4_000_000, spent_usd_micros=3_900_000)
    (asking,) = ASK(trial)
    assert asking.state.proposed.limit_usd_micros == 5_000_000
    assert ASK(trial.but(limit_usd_micros=5_000_000, spent_usd_micros=4_900_000)) == ()


def test_an_approval_raises_the_limit_of_the_period_to_exactly_that_once() -> None:
    asked = _critical()
    (raised,) = decide_raise(asked, _decision(asked), 1_000)
    assert (raised.event, raised.state.limit_usd_micros) == (BudgetRaised, 1_500)
    assert decide_raise(raised.state, _decision(asked), 1_000) == ()
    assert raised.state.limited(1_000, is_trial=False).limit_usd_micros == 1_500
    # A limit that a governor sets later holds instead.
    assert raised.state.limited(1_200, is_trial=False).limit_usd_micros == 1_200


@pytest.mark.parametrize("status", ["rejected", "expired", "changes_requested", "cancelled"])
def test_a_refusal_leaves_the_limit(status: str) -> None:
    asked = _critical()
    assert decide_raise(asked, _decision(asked, status), 1_000) == ()


def test_an_approval_never_lowers_a_limit_that_was_set_meanwhile() -> None:
    asked = _critical()
    assert decide_raise(asked, _decision(asked), 1_500) == ()
    assert decide_raise(asked, _decision(asked), 9_000) == ()
    (raised,) = decide_raise(asked, _decision(asked), 1_100)
    assert raised.state.limit_usd_micros == 1_500


def test_an_assent_that_is_taken_back_lowers_the_limit_again_for_good() -> None:
    asked = _critical()
    (raised,) = decide_raise(asked, _decision(asked), 1_000)
    (back,) = decide_raise(raised.state, _decision(asked, "overturned"), 1_000)
    assert (back.state.raised, back.state.limit_usd_micros) == (None, 1_000)
    assert decide_raise(back.state, _decision(asked), 1_000) == ()
    # Also where it arrives before the approval.
    (back,) = decide_raise(asked, _decision(asked, "overturned"), 1_000)
    assert decide_raise(back.state, _decision(asked), 1_000) == ()


def test_a_decision_about_another_request_or_content_raises_nothing() -> None:
    asked = _critical()
    assert decide_raise(asked, _decision(asked, approval_id="apr_other"), 1_000) == ()
    with pytest.raises(SignatureInvalid):
        decide_raise(asked, _decision(asked, decision_hash="0" * 64), 1_000)


class Budgets(RuleBasedStateMachine):
    """Runs that are started, spend, stop, are undone and tried again; each commit may be lost."""

    def __init__(self) -> None:
        super().__init__()
        self.agents, self.tenants = agents_budget(), tenants_budget(limit_usd_micros=1_700)
        self.runs: list[Run] = []
        self.told: list[tuple[str, int]] = []
        self.asked: list[str] = []

    @rule(micros=st.integers(0, 600))
    def start(self, micros: int) -> None:
        try:
            hold, steps = take(self.agents, self.tenants, plan(add("a")), holding(micros))
        except BudgetExhausted:
            return
        self._keep(steps)
        self.runs.append(run(hold=hold, held_usd_micros=hold.usd_micros))

    @rule(
        which=st.integers(0, 20),
        spends=st.integers(0, 300),
        becomes=st.sampled_from(["running", "running", "paused", "completed", "cancelled"]),
        dies=st.booleans(),
    )
    def go_on(self, which: int, spends: int, becomes: str, dies: bool) -> None:
        self._commit(which, dies, {"running"}, spends, status=becomes)

    @rule(which=st.integers(0, 20), dies=st.booleans())
    def fail(self, which: int, dies: bool) -> None:
        self._commit(which, dies, {"running", "paused"}, 0, status="failed")

    @rule(which=st.integers(0, 20), spends=st.integers(0, 30), dies=st.booleans())
    def undo(self, which: int, spends: int, dies: bool) -> None:
        ended = {"paused", "completed", "cancelled", "failed"}
        self._commit(which, dies, ended, spends, is_undone=True)

    @rule(which=st.integers(0, 20), micros=st.integers(0, 600))
    def retry(self, which: int, micros: int) -> None:
        place = which % len(self.runs) if self.runs else None
        if place is None or self.runs[place].status != "failed" or self.runs[place].is_undone:
            return
        try:
            hold, steps = take(self.agents, self.tenants, plan(add("a")), holding(micros))
        except BudgetExhausted:
            return
        self._keep(steps)
        before = self.runs[place]
        hold = hold.but(settled=before.spent_usd_micros, made=before.calls)
        self.runs[place] = before.but(status="running", hold=hold)

    @rule(
        status=st.sampled_from(["approved", "rejected", "overturned"]),
        about=st.sampled_from(["it", "it", "another"]),
        tenants=st.booleans(),
    )
    def decision_arrives(self, status: str, about: str, tenants: bool) -> None:
        """Perhaps again, late, or about something else."""
        budget = self.tenants if tenants else self.agents
        if budget.proposed is None:
            return
        other = {"approval_id": "apr_other"} if about == "another" else {}
        steps = decide_raise(budget, _decision(budget, status, **other), self._usual(budget))
        assert not steps or about == "it"
        self._keep(steps)

    def _usual(self, budget: Budget) -> int:
        return 1_000 if budget.scope == AGENT else 1_700

    def _commit(
        self, which: int, dies: bool, statuses: set[str], spends: int, **fields: Any
    ) -> None:
        place = which % len(self.runs) if self.runs else None
        if place is None or self.runs[place].status not in statuses or self.runs[place].is_undone:
            return
        before = self.runs[place]
        after = before.but(spent_usd_micros=before.spent_usd_micros + spends, **fields)
        steps: Any = ()
        if is_due(after):
            after, steps = charge(after, self.agents, self.tenants, ASK)
        if dies:
            return
        self.runs[place] = after
        self._keep(steps)

    def _keep(self, steps: Any) -> None:
        for each in steps:
            if each.state.scope == AGENT:
                self.agents = each.state
            else:
                self.tenants = each.state
            if each.event is BudgetReached:
                self.told.append((each.state.scope, each.fields["threshold"]))
            if each.event is BudgetApprovalNeeded:
                self.asked.append(each.state.scope)

    @invariant()
    def it_adds_up(self) -> None:
        held = sum(each.hold.usd_micros for each in self.runs if each.hold is not None)
        spent = sum(each.spent_usd_micros for each in self.runs)
        for budget in (self.agents, self.tenants):
            assert (budget.held_usd_micros, budget.spent_usd_micros) == (held, spent)
        assert all(each.hold is not None and each.hold.usd_micros >= 0 for each in self.runs)

    @invariant()
    def what_is_over_holds_nothing(self) -> None:
        for each in self.runs:
            if each.has_ended or each.is_undone:
                assert each.hold is not None
                assert (each.hold.usd_micros, each.hold.counted) == (0, False)

    @invariant()
    def each_threshold_is_told_once(self) -> None:
        assert len(set(self.told)) == len(self.told)
        assert len(set(self.asked)) == len(self.asked)
        assert set(self.asked) == {scope for scope, each in self.told if each == 95}

    @invariant()
    def only_an_assent_raises_a_limit(self) -> None:
        for budget in (self.agents, self.tenants):
            usual = self._usual(budget)
            raised = budget.raised
            assert budget.limit_usd_micros == (raised.to_usd_micros if raised else usual)
            assert raised is None or raised.to_usd_micros == usual * 3 // 2


Budgets.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestBudgets = Budgets.TestCase
