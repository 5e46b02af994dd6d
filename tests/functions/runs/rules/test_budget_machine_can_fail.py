"""The machine of budgets finds each of these mistakes in the rules: it is no machine that always
passes."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from functions.runs.rules import budget_raise, charges
from shared.budgets.budget import Budget
from shared.budgets.limits import THRESHOLDS, has_reached
from tests.functions.runs.rules import test_budget_machine as machine

pytestmark = [pytest.mark.nightly, pytest.mark.repeats, pytest.mark.timeout(600)]
Break = Callable[[pytest.MonkeyPatch], None]
# Nobody reads what it finds, so nothing is made smaller.
QUICK = settings(
    max_examples=1_000,
    stateful_step_count=30,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
)


def _reached(budget: Budget) -> tuple[Any, ...]:
    amounts = budget.spent_usd_micros, budget.limit_usd_micros
    return tuple(each for each in THRESHOLDS if has_reached(*amounts, each))


def _a_threshold_is_told_with_each_charge(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Budget, "newly_reached", property(_reached))


def _of_two_thresholds_the_higher_one_is_told(patch: pytest.MonkeyPatch) -> None:
    def highest(budget: Budget) -> tuple[Any, ...]:
        return tuple(each for each in _reached(budget)[-1:] if each not in budget.told)

    patch.setattr(Budget, "newly_reached", property(highest))


def _what_a_run_spent_before_is_charged_again(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(charges, "_newly_spent", lambda run, hold: run.spent_usd_micros)


def _a_decision_about_another_content_raises(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(budget_raise, "refuse_other_content", lambda decision, of: None)


def _a_refusal_raises(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(budget_raise, "GIVEN", frozenset({"approved", "auto_approved", "rejected"}))


BREAKS: list[Break] = [
    _a_threshold_is_told_with_each_charge,
    _of_two_thresholds_the_higher_one_is_told,
    _what_a_run_spent_before_is_charged_again,
    _a_decision_about_another_content_raises,
    _a_refusal_raises,
]


@pytest.mark.parametrize("mistake", BREAKS, ids=[each.__name__[1:] for each in BREAKS])
def test_the_machine_finds_the_mistake(mistake: Break, monkeypatch: pytest.MonkeyPatch) -> None:
    mistake(monkeypatch)
    with pytest.raises((AssertionError, KeyError)):
        run_state_machine_as_test(machine.Budgets, settings=QUICK)
