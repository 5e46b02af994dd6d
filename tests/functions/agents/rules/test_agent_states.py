"""An agent after its birth: suspended, on probation, on trial, read for its health."""

from datetime import timedelta

import pytest

from events.agents import AgentStatus, Health
from functions.agents.rules.agent import (
    PROBATION,
    Agent,
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
    moved = suspend(agent, "by_hand", "look at it", "gala", START)
    assert moved is not None
    return moved.agent


def told(moved: object) -> list[str]:
    return [each.event.__name__ for each in moved.told]  # type: ignore[attr-defined]


def read(agent: Agent, *readings: Health) -> Agent:
    for reading in readings:
        agent = read_health(agent, reading, "p95 latency", "watcher", START).agent
    return agent


def test_a_suspended_agent_says_why_and_by_whom() -> None:
    moved = suspend(active(), "by_hand", "look at it", "gala", START)
    assert moved is not None
    assert told(moved) == ["AgentSuspended"]
    assert moved.agent.suspension is not None
    assert (moved.agent.suspension.by, moved.agent.suspension.trigger) == ("gala", "by_hand")


def test_suspending_twice_is_suspending_once() -> None:
    assert suspend(suspended(active()), "by_hand", "again", "gala", START) is None


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
        reactivate(active(), START)


def test_probation_ends_by_the_clock_to_the_millisecond() -> None:
    moved = reactivate(suspended(active()), START)
    assert told(moved) == ["AgentReactivated"]
    assert moved.agent.status == "probation"
    assert end_probation(moved.agent, START + PROBATION - MILLISECOND) is None
    ended = end_probation(moved.agent, START + PROBATION)
    assert ended is not None
    assert (ended.agent.status, ended.agent.timer) == ("active", None)
    assert end_probation(ended.agent, START + PROBATION) is None


def test_a_suspended_trial_does_not_come_back_as_a_live_agent() -> None:
    moved = reactivate(suspended(trial()), START)
    ended = end_probation(moved.agent, START + PROBATION)
    assert ended is not None
    assert (ended.agent.status, ended.agent.mode) == ("go_live_pending", "trial")


def test_a_trial_version_deployed_during_a_suspension_does_not_come_back_live() -> None:
    agent = suspended(active()).model_copy(update={"mode": "trial"})
    ended = end_probation(reactivate(agent, START).agent, START + PROBATION)
    assert ended is not None
    assert ended.agent.status == "go_live_pending"


def test_a_paused_agent_comes_back_paused() -> None:
    agent = suspended(active().model_copy(update={"status": "paused"}))
    ended = end_probation(reactivate(agent, START).agent, START + PROBATION)
    assert ended is not None
    assert ended.agent.status == "paused"


def test_a_probation_that_fails_starts_anew() -> None:
    moved = reactivate(suspended(active()), START)
    again = suspended(moved.agent)
    assert (again.status, again.suspended_from, again.timer) == ("suspended", "active", None)
    assert end_probation(again, START + PROBATION) is None


def test_a_trial_ends_by_the_clock_to_the_millisecond() -> None:
    agent = trial()
    assert agent.timer is not None
    assert end_trial(agent, agent.timer.at - MILLISECOND) is None
    ended = end_trial(agent, agent.timer.at)
    assert ended is not None
    assert (ended.agent.status, told(ended)) == ("go_live_pending", ["AgentTrialEnded"])
    assert end_trial(ended.agent, agent.timer.at) is None


@pytest.mark.parametrize(
    "trigger", ["execution_bypass", "scope_drift", "evidence_gap", "ethics_violation"]
)
def test_a_violation_suspends_what_runs(trigger: str) -> None:
    moved = report_violation(active(), trigger, "step 4", "watcher", START)  # type: ignore[arg-type]
    assert told(moved) == ["AgentViolationReported", "AgentSuspended"]
    assert moved.agent.suspension is not None
    assert moved.agent.suspension.trigger == trigger


def test_a_violation_of_what_does_not_run_is_told_and_changes_nothing() -> None:
    agent = suspended(active())
    moved = report_violation(agent, "scope_drift", "step 4", "watcher", START)
    assert told(moved) == ["AgentViolationReported"]
    assert moved.agent == agent


def test_the_third_critical_reading_in_a_row_suspends() -> None:
    assert read(active(), "critical", "critical").status == "active"
    assert read(active(), "critical", "critical", "critical").status == "suspended"


@pytest.mark.parametrize("between", ["healthy", "degraded"])
def test_a_better_reading_begins_the_row_anew(between: Health) -> None:
    agent = read(active(), "critical", "critical", between, "critical", "critical")
    assert (agent.status, agent.health) == ("active", "critical")


def test_only_a_reading_that_differs_is_told() -> None:
    assert told(read_health(active(), "healthy", "fine", "watcher", START)) == []
    assert told(read_health(active(), "degraded", "slow", "watcher", START)) == [
        "AgentHealthChanged"
    ]


def test_critical_readings_of_a_suspended_agent_change_only_its_health() -> None:
    agent = read(suspended(active()), "critical", "critical", "critical")
    assert (agent.status, agent.health) == ("suspended", "critical")


def test_a_suspension_by_a_dependency_names_where_it_came_from() -> None:
    moved = suspend(active(), "dependency", "x", "service:agents", START + SECOND, origin="agt_1")
    assert moved is not None
    assert moved.agent.suspension is not None
    assert moved.agent.suspension.origin == "agt_1"
