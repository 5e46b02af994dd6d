"""What runs spend is charged while they act; each threshold is told, 95 % asks, and only what was
assented to raises the limit."""

from functools import partial
from types import SimpleNamespace
from typing import Any

import pytest

from events.budgets import BudgetApprovalNeeded, BudgetRaised, BudgetReached
from functions.runs.rules.budget import take
from functions.runs.rules.budget_raise import ask, decide_raise
from functions.runs.rules.charges import charge, is_due
from functions.runs.rules.run import Run
from shared.budgets.budget import Budget
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
