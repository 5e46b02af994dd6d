"""The machines over rules alone, with many times the examples that they get by day."""

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from tests.functions.agents.rules.test_case_machine import CaseMachine as Cases
from tests.functions.approvals.rules.test_approval_machine import Machine as Approvals
from tests.functions.runs.rules.test_budget_machine import Budgets
from tests.functions.runs.rules.test_run_machine import Runs
from tests.functions.runs.rules.test_subruns import Families
from tests.functions.test_one_outcome import OneOutcome

_TIMES = 40


@pytest.mark.nightly
@pytest.mark.repeats
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize(
    "machine",
    [Runs, Budgets, Families, Approvals, Cases, OneOutcome],
    ids=lambda each: each.__module__,
)
def test_the_machine_keeps_its_promises(machine: type[RuleBasedStateMachine]) -> None:
    by_day = machine.TestCase.settings
    deep = settings(by_day, max_examples=_TIMES * by_day.max_examples, derandomize=False)
    run_state_machine_as_test(machine, settings=deep)
