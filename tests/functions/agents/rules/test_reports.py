"""Reports about an agent: who may make them, what they lead to, and which of them are published."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.agents import AgentViolationReported, Health, Trigger
from functions.agents.rules.agent import Agent, Steps, reactivate
from functions.agents.rules.entity_types import AGENT
from functions.agents.rules.reports import (
    COUNTED,
    HELD,
    ReportBody,
    read_health,
    report,
    report_violation,
)
from shared.kit.callers import Actor
from shared.kit.errors import Forbidden
from shared.kit.transitions import payload
from tests.functions.agents.cases import GALA, SECOND, START
from tests.functions.agents.rules.test_agent_states import active, published, suspended
from tests.shared.policy.asked import ask

WATCHER = Actor("watcher", frozenset({"service_runtime"}))
DRIFT = ReportBody(trigger="scope_drift", reading=None, evidence="step 4")


def read(agent: Agent, *readings: Health) -> Agent:
    for reading in readings:
        agent = read_health(agent, reading, "p95 latency", "watcher", START)[-1].state
    return agent


def told(steps: Steps) -> AgentViolationReported:
    return AgentViolationReported.model_validate_json(payload(steps[0]).model_dump_json())


@pytest.mark.parametrize("role", ["author", "deputy", ""])
def test_only_who_watches_or_governs_reports(role: str) -> None:
    for allowed in ("governor", "genesis", "tenant_admin", "operator", "service_runtime"):
        ask(Actor("x", frozenset({allowed})), "agents.report", AGENT, active())
    with pytest.raises(
        Forbidden, match="genesis, governor, operator, service_runtime or tenant_admin"
    ):
        ask(Actor("x", frozenset({role})), "agents.report", AGENT, active())


@pytest.mark.parametrize(
    "trigger", ["execution_bypass", "scope_drift", "evidence_gap", "ethics_violation"]
)
def test_a_violation_suspends_what_runs(trigger: Trigger) -> None:
    steps = report_violation(active(), trigger, "step 4", "watcher", START)
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
    assert steps[-1].state.model_copy(update={"reports": ()}) == agent


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


def test_twenty_reports_of_a_suspended_agent_are_one_event_and_are_all_counted() -> None:
    agent = active()
    events: list[str] = []
    for number in range(20):
        by = Actor(f"watcher-{number % 3}", frozenset({"operator"}))
        steps = report(agent, DRIFT, by, START + number * SECOND)
        events += published(steps)
        agent = steps[-1].state
    assert events == ["AgentViolationReported", "AgentSuspended"]
    (count,) = agent.reports
    assert (count.count, count.since_event, count.latest_by) == (20, 19, "watcher-1")
    assert count.latest_at == START + 19 * SECOND
    assert count.published_at == START


def test_a_report_after_a_day_tells_of_those_that_were_only_counted() -> None:
    agent = active()
    for moment in (START, START + SECOND, START + COUNTED - SECOND):
        agent = report(agent, DRIFT, WATCHER, moment)[-1].state
    steps = report(agent, DRIFT, WATCHER, START + COUNTED)
    assert published(steps) == ["AgentViolationReported"]
    assert told(steps).count == 3
    assert steps[-1].state.reports[0].since_event == 0


def test_another_trigger_is_published_beside_the_first() -> None:
    agent = report(active(), DRIFT, WATCHER, START)[-1].state
    other = ReportBody(trigger="evidence_gap", reading=None, evidence="no source")
    assert published(report(agent, other, WATCHER, START)) == ["AgentViolationReported"]


def test_a_violation_of_an_agent_that_runs_again_suspends_it_again() -> None:
    agent = report(active(), DRIFT, WATCHER, START)[-1].state
    for _ in range(2):
        agent = report(agent, DRIFT, WATCHER, START)[-1].state
    back = reactivate(agent, "fixed", GALA, START)[-1].state
    steps = report(back, DRIFT, WATCHER, START)
    assert published(steps) == ["AgentViolationReported", "AgentSuspended"]
    assert told(steps).count == 3


def test_a_better_reading_counts_a_minute_after_the_last_change() -> None:
    down = read(active(), "critical")
    (early,) = read_health(down, "healthy", "fine", "watcher", START + HELD - SECOND)
    assert (early.event, early.state.health, early.state.critical_readings) == (None, "critical", 0)
    assert early.state.held_reading is not None
    assert early.state.held_reading.until == START + HELD
    again = read_health(early.state, "healthy", "fine", "watcher", START + HELD - SECOND)
    assert [step.state for step in again] == [early.state]
    (well,) = read_health(early.state, "healthy", "fine", "watcher", START + HELD)
    assert (well.state.health, well.state.held_reading) == ("healthy", None)
    assert published((well,)) == ["AgentHealthChanged"]


def test_a_worse_reading_is_published_at_once() -> None:
    slow = read_health(active(), "degraded", "slow", "watcher", START)[-1].state
    assert published(read_health(slow, "critical", "down", "watcher", START)) == [
        "AgentHealthChanged"
    ]


@given(
    readings=st.lists(
        st.tuples(st.sampled_from(["healthy", "degraded", "critical"]), st.integers(0, 20)),
        max_size=60,
    )
)
def test_no_reporter_publishes_more_than_three_changes_of_health_a_minute(
    readings: list[tuple[Health, int]],
) -> None:
    agent, at, changes = suspended(active()), START, []
    for reading, seconds in readings:
        at += timedelta(seconds=seconds)
        (step,) = read_health(agent, reading, "probe", "watcher", at)
        agent = step.state
        changes += [at] if step.event is not None else []
    for index, moment in enumerate(changes):
        assert sum(moment <= other < moment + HELD for other in changes[index:]) <= 3
