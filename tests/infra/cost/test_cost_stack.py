"""Fixed things are counted where they are declared."""

import pytest

from infra.cost.billing import Usage
from infra.cost.load import load_assumptions
from infra.cost.stack import HOURS, Stack, stack_of
from infra.preview.graph import Graph
from tests.infra import stacks

ASSUMED = load_assumptions().operations


@pytest.fixture(scope="module")
def program() -> Graph:
    return stacks.sound_graph()


@pytest.fixture(scope="module")
def stack(program: Graph) -> Stack:
    return stack_of(program, ASSUMED)


def _quantity(stack: Stack, kind: str) -> float:
    return sum(usage.quantity for usage in stack.fixed if usage.kind == kind)


def test_every_schedule_is_one_job_however_many_functions_it_reaches(
    program: Graph, stack: Stack
) -> None:
    assert _quantity(stack, "scheduler-jobs") == len(program.manifests.schedules)
    assert any(len(each.deployables) > 1 for each in program.manifests.schedules)


def test_the_database_is_paid_by_the_hour_and_its_disk_as_provisioned(stack: Stack) -> None:
    assert _quantity(stack, "sql-hours-db-f1-micro") == HOURS
    assert _quantity(stack, "sql-hdd-gib") == 10


def test_a_larger_database_is_paid_by_processor_and_memory() -> None:
    found = stack_of(stacks.larger_graph(), ASSUMED)
    assert _quantity(found, "sql-vcpu-hours") == 2 * HOURS
    assert _quantity(found, "sql-gib-hours") == 7.5 * HOURS


def test_every_secret_has_a_version_that_is_paid(program: Graph, stack: Stack) -> None:
    secrets = program.count("gcp:secretmanager/secret:Secret")
    assert 0 < secrets <= _quantity(stack, "secret-versions")


def test_every_condition_of_every_alert_refers_to_a_metric(program: Graph, stack: Stack) -> None:
    conditions = sum(
        len(policy.inputs["conditions"])
        for policy in program.of("gcp:monitoring/alertPolicy:AlertPolicy")
    )
    assert 0 < conditions <= _quantity(stack, "alert-metric-references")
    # Each is evaluated twice a minute at least for one series.
    assert _quantity(stack, "alert-points") >= conditions * HOURS * 120


def test_an_uptime_check_asks_a_public_function(program: Graph, stack: Stack) -> None:
    public = {each.name for each in program.manifests.deployables if each.public}
    assert stack.checks.keys() == stack.woken.keys()
    assert stack.checks.keys() <= public
    assert sum(stack.checks.values()) == _quantity(stack, "uptime-executions") > 0


def test_recovery_and_backups_keep_copies_that_are_paid(stack: Stack) -> None:
    assert stack.recovered
    assert stack.backups == 3


def test_nothing_fixed_is_negative(stack: Stack) -> None:
    assert all(usage.quantity >= 0 for usage in stack.fixed)
    assert Usage("hosting-gib", ASSUMED.hosting_gib) in stack.fixed
