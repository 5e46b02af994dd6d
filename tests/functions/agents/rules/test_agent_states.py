"""An agent after its birth: suspended, on probation, on trial, read for its health."""

from datetime import timedelta

import pytest

from events.agents import AgentStatus, Health
from functions.agents.rules.agent import (
    PROBATION,
    Agent,
    Steps,
    end_probation,
    end_trial,
    reactivate,
    read_health,
    report_violation,
    suspend,
)
from shared.kit.errors import VersionConflict
from tests.functions.agents.cases import SECOND, START, submitted
from tests.functions.agents.rules.test_case import live
from tests.functions.agents.specs import spec

MILLISECOND = timedelta(milliseconds=1)


def active() -> Agent:
    return live(*submitted())[0]


def trial() -> Agent:
    return live(*submitted(spec(mode="trial")))[0]


def suspended(agent: Agent) -> Agent:
    return suspend(agent, "by_hand", "look at it", "gala", START)[-1].state


def on_probation(agent: Agent) -> Agent:
    steps = reactivate(agent, "gala", frozenset({"governor"}), START)
    assert published(steps) == ["AgentReactivated"]
    return steps[-1].state


def published(steps: Steps) -> list[str]:
    return [each.event.__name__ for each in steps if each.event is not None]


def read(agent: Agent, *readings: Health) -> Agent:
    for reading in readings:
        agent = read_health(agent, reading, "p95 latency", "watcher", START)[-1].state
    return agent


def test_a_suspended_agent_says_why_and_by_whom() -> None:
    steps = suspend(active(), "by_hand", "look at it", "gala", START)
    assert published(steps) == ["AgentSuspended"]
    suspension = steps[-1].state.suspension
    assert suspension is not None
    assert (suspension.by, suspension.trigger) == ("gala", "by_hand")


def test_suspending_twice_is_suspending_once() -> None:
    assert suspend(suspended(active()), "by_hand", "again", "gala", START) == ()


@pytest.mark.parametrize("status", ["draft", "certified", "deprecated"])
def test_what_does_not_run_cannot_be_suspended(status: AgentStatus) -> None:
    agent = active().model_copy(update={"status": status})
    with pytest.raises(VersionConflict):
        suspend(agent, "by_hand", "why", "gala", START)


@pytest.mark.parametrize("status", ["active", "trial", "probation", "go_live_pending", "paused"])
def test_whatever_runs_can_be_suspended(status: AgentStatus) -> None:
    assert suspended(active().model_copy(update={"status": status})).status == "suspended"


def test_only_a_suspended_agent_is_reactivated() -> None:
    with pytest.raises(VersionConflict):
        on_probation(active())


def test_probation_ends_by_the_clock_to_the_millisecond() -> None:
    agent = on_probation(suspended(active()))
    assert agent.status == "probation"
    assert end_probation(agent, START + PROBATION - MILLISECOND) == ()
    (ended,) = end_probation(agent, START + PROBATION)
    assert (ended.state.status, ended.state.timer) == ("active", None)
    assert end_probation(ended.state, START + PROBATION) == ()


def test_a_suspended_trial_does_not_come_back_as_a_live_agent() -> None:
    (ended,) = end_probation(on_probation(suspended(trial())), START + PROBATION)
    assert (ended.state.status, ended.state.mode) == ("go_live_pending", "trial")


def test_a_trial_version_deployed_during_a_suspension_does_not_come_back_live() -> None:
    agent = suspended(active()).model_copy(update={"mode": "trial"})
    (ended,) = end_probation(on_probation(agent), START + PROBATION)
    assert ended.state.status == "go_live_pending"


def test_a_paused_agent_comes_back_paused() -> None:
    agent = suspended(active().model_copy(update={"status": "paused"}))
    (ended,) = end_probation(on_probation(agent), START + PROBATION)
    assert ended.state.status == "paused"


def test_a_probation_that_fails_starts_anew() -> None:
    again = suspended(on_probation(suspended(active())))
    assert (again.status, again.suspended_from, again.timer) == ("suspended", "active", None)
    assert end_probation(again, START + PROBATION) == ()


def test_a_trial_ends_by_the_clock_to_the_millisecond() -> None:
    agent = trial()
    assert agent.timer is not None
    assert end_trial(agent, agent.timer.at - MILLISECOND) == ()
    ended = end_trial(agent, agent.timer.at)
    assert (ended[-1].state.status, published(ended)) == ("go_live_pending", ["AgentTrialEnded"])
    assert end_trial(ended[-1].state, agent.timer.at) == ()


@pytest.mark.parametrize(
    "trigger", ["execution_bypass", "scope_drift", "evidence_gap", "ethics_violation"]
)
def test_a_violation_suspends_what_runs(trigger: str) -> None:
    steps = report_violation(active(), trigger, "step 4", "watcher", START)  # type: ignore[arg-type]
    assert published(steps) == ["AgentViolationReported", "AgentSuspended"]
    # The violation shows the agent that it is about; the suspension follows it.
    assert [each.state.status for each in steps] == ["active", "suspended"]
    suspension = steps[-1].state.suspension
    assert suspension is not None
    assert suspension.trigger == trigger


def test_a_violation_of_what_does_not_run_is_published_and_changes_nothing() -> None:
    agent = suspended(active())
    steps = report_violation(agent, "scope_drift", "step 4", "watcher", START)
    assert published(steps) == ["AgentViolationReported"]
    assert steps[-1].state == agent


def test_the_third_critical_reading_in_a_row_suspends() -> None:
    assert read(active(), "critical", "critical").status == "active"
    assert read(active(), "critical", "critical", "critical").status == "suspended"


@pytest.mark.parametrize("between", ["healthy", "degraded"])
def test_a_better_reading_begins_the_row_anew(between: Health) -> None:
    agent = read(active(), "critical", "critical", between, "critical", "critical")
    assert (agent.status, agent.health) == ("active", "critical")


def test_only_a_reading_that_differs_is_published() -> None:
    assert published(read_health(active(), "healthy", "fine", "watcher", START)) == []
    assert published(read_health(active(), "degraded", "slow", "watcher", START)) == [
        "AgentHealthChanged"
    ]


def test_critical_readings_of_a_suspended_agent_change_only_its_health() -> None:
    agent = read(suspended(active()), "critical", "critical", "critical")
    assert (agent.status, agent.health) == ("suspended", "critical")


def test_a_suspension_by_a_dependency_names_where_it_came_from() -> None:
    at = START + SECOND
    steps = suspend(active(), "dependency", "x", "service:agents", at, origin="agt_1")
    suspension = steps[-1].state.suspension
    assert suspension is not None
    assert suspension.origin == "agt_1"
