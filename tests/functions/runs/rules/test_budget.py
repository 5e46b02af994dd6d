"""What runs may hold of budgets, and what that refuses."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.rights import RightLimits
from functions.runs.rules.budget import BudgetExhausted, hold_for, hold_more, take
from functions.runs.rules.charges import charge, is_due, most_of
from functions.runs.rules.run import Hold
from shared.budgets.budget import Budget
from shared.budgets.limits import TENANT, limit_of
from tests.functions.runs.rules.plans import NOON, add, plan, run

DAY, MONTH = "2026-11-20", "2026-11"
AGENT = "agt_1"


def agents_budget(**fields: object) -> Budget:
    return Budget(scope=AGENT, period=DAY, limit_usd_micros=1_000).but(**fields)


def tenants_budget(**fields: object) -> Budget:
    return Budget(scope=TENANT, period=MONTH, limit_usd_micros=2_000).but(**fields)


def holding(micros: int) -> Hold:
    return Hold(day=DAY, month=MONTH, usd_micros=micros)


def test_what_is_held_cannot_be_held_again() -> None:
    with pytest.raises(BudgetExhausted, match="does not hold the plan's estimate"):
        take(agents_budget(held_usd_micros=700), tenants_budget(), plan(add("a")), holding(301))
    with pytest.raises(BudgetExhausted, match="the tenant's month"):
        take(agents_budget(), tenants_budget(spent_usd_micros=1_700), plan(add("a")), holding(301))


def test_nothing_new_starts_from_95_percent_on() -> None:
    with pytest.raises(BudgetExhausted, match="is critical"):
        take(agents_budget(spent_usd_micros=950), tenants_budget(), plan(add("a")), holding(0))


def test_a_run_spends_what_it_holds_and_holds_more_while_budgets_allow_it() -> None:
    held = run(hold=holding(40).but(settled=10), spent_usd_micros=10)
    assert most_of(held) == 50
    assert most_of(run(hold=None)) is None
    hold, steps = hold_more(agents_budget(held_usd_micros=40), tenants_budget(), holding(40), 60)
    assert (hold.usd_micros, hold.counted) == (100, True)
    assert [each.state.held_usd_micros for each in steps] == [100, 60]
    with pytest.raises(BudgetExhausted, match="is critical"):
        hold_more(agents_budget(spent_usd_micros=950), tenants_budget(), holding(40), 1)
    with pytest.raises(BudgetExhausted, match="what its next calls cost"):
        hold_more(agents_budget(held_usd_micros=940), tenants_budget(), holding(40), 61)


def test_an_agent_on_trial_runs_ten_times_a_day_and_changes_nothing() -> None:
    trial = plan(add("a", effect="draft"))
    trial = trial.but(agent=trial.agent.but(mode="trial"))
    _, steps = take(agents_budget(runs=9), tenants_budget(), trial, holding(0))
    assert steps[0].state.runs == 10
    with pytest.raises(BudgetExhausted, match="10 times a day"):
        take(agents_budget(runs=10), tenants_budget(), trial, holding(0))
    acting = plan(add("a")).but(agent=trial.agent)
    with pytest.raises(BudgetExhausted, match="reads and drafts"):
        take(agents_budget(), tenants_budget(), acting, holding(0))


def test_calls_of_the_day_are_held_and_given_back_also_after_a_retry() -> None:
    limited = plan(add("a", limits=RightLimits(per_day=3)))
    name = "assent/counter.add"
    wanted = hold_for(limited, None, 0, NOON)
    assert wanted.calls == {name: None}
    before = agents_budget(calls={name: 1})
    hold, steps = take(before, tenants_budget(), limited, wanted)
    assert hold.calls == {name: 2}
    with pytest.raises(BudgetExhausted, match="0 are left"):
        take(steps[0].state, tenants_budget(), limited, wanted)
    made = run(calls={name: 1}, hold=hold, status="failed")
    failed, (after,) = charge(made, steps[0].state, tenants_budget(), lambda _: ())
    assert after.state.calls == {name: 2}
    again, steps = take(after.state, tenants_budget(), limited, wanted)
    again = again.but(made=failed.calls)
    assert again.may_make(name) == 2
    ended = run(calls={name: 2}, hold=again, status="completed")
    _, (after,) = charge(ended, steps[0].state, tenants_budget(), lambda _: ())
    assert after.state.calls == {name: 3}


def test_calls_whose_outcome_comes_after_the_end_count_too() -> None:
    limited = plan(add("a", limits=RightLimits(per_day=7)))
    name = "assent/counter.add"
    hold, steps = take(agents_budget(), tenants_budget(), limited, hold_for(limited, None, 0, NOON))
    cancelled, (after,) = charge(
        run(calls={name: 2}, hold=hold, status="cancelled"),
        steps[0].state,
        tenants_budget(),
        lambda _: (),
    )
    assert after.state.calls == {name: 2}
    assert not is_due(cancelled)
    late = cancelled.but(calls={name: 4})
    assert is_due(late)
    settled, (after,) = charge(late, after.state, tenants_budget(), lambda _: ())
    assert after.state.calls == {name: 4}
    assert not is_due(settled)


@given(st.integers(0, 10_000), st.booleans())
def test_an_agent_on_trial_never_has_more_than_five_dollars(limit: int, is_trial: bool) -> None:
    found = limit_of(None, limit * 1_000, is_trial=is_trial)
    assert found <= (5_000_000 if is_trial else limit * 1_000)
