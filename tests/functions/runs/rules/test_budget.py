"""Budgets add up, and each threshold is told once a period, whatever happens in which order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from events.budgets import BudgetReached
from events.rights import RightLimits
from functions.runs.rules.budget import (
    TENANT,
    Budget,
    BudgetExhausted,
    hold_for,
    limit_of,
    settle,
    take,
)
from functions.runs.rules.run import Hold, Run
from tests.functions.runs.rules.plans import NOON, add, plan, run

DAY, MONTH = "2026-11-20", "2026-11"
AGENT = "agt_1"


def _agents(**fields: object) -> Budget:
    return Budget(scope=AGENT, period=DAY, limit_usd_micros=1_000).but(**fields)


def _tenants(**fields: object) -> Budget:
    return Budget(scope=TENANT, period=MONTH, limit_usd_micros=2_000).but(**fields)


def _hold(micros: int) -> Hold:
    return Hold(day=DAY, month=MONTH, usd_micros=micros)


def test_a_hold_is_in_both_budgets_and_free_again_at_the_end() -> None:
    hold, steps = take(_agents(), _tenants(), plan(add("a")), _hold(400))
    agents, tenants = (each.state for each in steps)
    assert (agents.held_usd_micros, tenants.held_usd_micros) == (400, 400)
    ended = settle(run(spent_usd_micros=150), hold, agents, tenants)
    assert [
        (each.state.scope, each.state.held_usd_micros, each.state.spent_usd_micros)
        for each in ended
    ] == [(AGENT, 0, 150), (TENANT, 0, 150)]


def test_what_is_held_cannot_be_held_again() -> None:
    with pytest.raises(BudgetExhausted, match="does not hold the plan's estimate"):
        take(_agents(held_usd_micros=700), _tenants(), plan(add("a")), _hold(301))
    with pytest.raises(BudgetExhausted, match="the tenant's month"):
        take(_agents(), _tenants(spent_usd_micros=1_700), plan(add("a")), _hold(301))


def test_nothing_new_starts_from_95_percent_on() -> None:
    with pytest.raises(BudgetExhausted, match="is critical"):
        take(_agents(spent_usd_micros=950), _tenants(), plan(add("a")), _hold(0))


def test_a_charge_that_crosses_two_thresholds_tells_both_once() -> None:
    hold, steps = take(_agents(), _tenants(), plan(add("a")), _hold(960))
    agents, tenants = (each.state for each in steps)
    told = settle(run(spent_usd_micros=960), hold, agents, tenants)
    assert [each.fields["threshold"] for each in told if each.event is BudgetReached] == [80, 95]
    again = settle(run(spent_usd_micros=0), _hold(0), told[1].state, told[-1].state)
    assert [each for each in again if each.event is not None] == []


def test_an_agent_on_trial_runs_ten_times_a_day_and_changes_nothing() -> None:
    trial = plan(add("a", effect="draft"))
    trial = trial.but(agent=trial.agent.but(mode="trial"))
    _, steps = take(_agents(runs=9), _tenants(), trial, _hold(0))
    assert steps[0].state.runs == 10
    with pytest.raises(BudgetExhausted, match="10 times a day"):
        take(_agents(runs=10), _tenants(), trial, _hold(0))
    acting = plan(add("a")).but(agent=trial.agent)
    with pytest.raises(BudgetExhausted, match="reads and drafts"):
        take(_agents(), _tenants(), acting, _hold(0))


def test_calls_of_the_day_are_held_and_given_back() -> None:
    limited = plan(add("a", limits=RightLimits(per_day=3)))
    wanted = hold_for(limited, None, 0, NOON)
    assert wanted.calls == {"assent/counter.add": None}
    hold, steps = take(_agents(calls={"assent/counter.add": 1}), _tenants(), limited, wanted)
    assert hold.calls == {"assent/counter.add": 2}
    with pytest.raises(BudgetExhausted, match="0 are left"):
        take(steps[0].state, _tenants(), limited, wanted)
    made = run(calls={"assent/counter.add": 1})
    agents = settle(made, hold, steps[0].state, _tenants())[0].state
    assert agents.calls == {"assent/counter.add": 2}


@given(st.integers(0, 10_000), st.booleans())
def test_an_agent_on_trial_never_has_more_than_five_dollars(limit: int, is_trial: bool) -> None:
    found = limit_of(AGENT, None, limit * 1_000, is_trial=is_trial)
    assert found <= (5_000_000 if is_trial else limit * 1_000)


class Budgets(RuleBasedStateMachine):
    """Runs are started and ended in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.agents, self.tenants = _agents(), _tenants()
        self.under_way: list[Hold] = []
        self.spent = 0
        self.told: list[tuple[str, int]] = []

    @rule(micros=st.integers(0, 600))
    def start(self, micros: int) -> None:
        try:
            hold, steps = take(self.agents, self.tenants, plan(add("a")), _hold(micros))
        except BudgetExhausted:
            return
        self._keep(steps)
        if hold.counted:
            self.under_way.append(hold)

    @rule(share=st.integers(0, 100), which=st.integers(0, 20))
    def end(self, share: int, which: int) -> None:
        if not self.under_way:
            return
        hold = self.under_way.pop(which % len(self.under_way))
        spent = hold.usd_micros * share // 100
        self.spent += spent
        ended: Run = run(spent_usd_micros=spent)
        self._keep(settle(ended, hold, self.agents, self.tenants))

    @invariant()
    def it_adds_up(self) -> None:
        held = sum(each.usd_micros for each in self.under_way)
        for budget in (self.agents, self.tenants):
            assert (budget.held_usd_micros, budget.spent_usd_micros) == (held, self.spent)
            assert held + self.spent <= budget.limit_usd_micros

    @invariant()
    def each_threshold_is_told_once(self) -> None:
        assert len(set(self.told)) == len(self.told)
        for budget in (self.agents, self.tenants):
            reached = {
                each for each in (80, 95, 100) if self.spent * 100 >= budget.limit_usd_micros * each
            }
            assert {each for scope, each in self.told if scope == budget.scope} == reached

    def _keep(self, steps: tuple[object, ...]) -> None:
        for each in steps:
            state, fields = each.state, each.fields  # type: ignore[attr-defined]
            if state.scope == AGENT:
                self.agents = state
            else:
                self.tenants = state
            if each.event is BudgetReached:  # type: ignore[attr-defined]
                self.told.append((state.scope, fields["threshold"]))


TestBudgets = Budgets.TestCase
