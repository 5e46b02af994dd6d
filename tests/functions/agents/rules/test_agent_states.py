"""An agent after its birth: suspended, on probation, on trial."""

from datetime import timedelta

import pytest

from events.agents import AgentReactivated, AgentStatus
from functions.agents.rules.agent import (
    PROBATION,
    Agent,
    Steps,
    end_probation,
    end_trial,
    reactivate,
    suspend,
    suspend_by_hand,
)
from functions.agents.rules.entity_types import AGENT
from shared.kit.callers import Actor
from shared.kit.errors import Forbidden, SeparationOfDuties, VersionConflict
from shared.kit.transitions import payload
from tests.functions.agents.cases import GALA, SECOND, START, changed, submitted
from tests.functions.agents.rules.test_case import live
from tests.functions.agents.specs import spec
from tests.shared.policy.asked import ask

MILLISECOND = timedelta(milliseconds=1)


def active() -> Agent:
    return live(*submitted())[0]


def trial() -> Agent:
    return live(*submitted(spec(mode="trial")))[0]


def suspended(agent: Agent) -> Agent:
    return suspend(agent, "by_hand", "look at it", "gala", START)[-1].state


def on_probation(agent: Agent) -> Agent:
    steps = reactivate(agent, "fixed", GALA, START)
    assert published(steps) == ["AgentReactivated"]
    return steps[-1].state


def published(steps: Steps) -> list[str]:
    return [each.event.__name__ for each in steps if each.event is not None]


def test_a_suspended_agent_says_why_and_by_whom() -> None:
    steps = suspend(active(), "by_hand", "look at it", "gala", START)
    assert published(steps) == ["AgentSuspended"]
    suspension = steps[-1].state.suspension
    assert suspension is not None
    assert (suspension.by, suspension.trigger) == ("gala", "by_hand")


@pytest.mark.parametrize("role", ["author", "operator", "service_runtime", "deputy", ""])
def test_only_who_governs_suspends_by_hand(role: str) -> None:
    for allowed in ("governor", "genesis", "tenant_admin"):
        ask(Actor("x", frozenset({allowed})), "agents.suspend", AGENT, active())
    with pytest.raises(Forbidden, match="needs the role genesis, governor or tenant_admin"):
        ask(Actor("x", frozenset({role})), "agents.suspend", AGENT, active())
    assert published(suspend_by_hand(active(), "look", GALA, START)) == ["AgentSuspended"]


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


def test_nobody_whose_text_is_in_the_serving_version_reactivates() -> None:
    agent, case = submitted()
    agent = agent.model_copy(
        update={"newest": agent.newest.model_copy(update={"authors": ("amira", "rex")})}
    )
    agent, _ = live(agent, case.model_copy(update={"authors": ("amira", "rex")}))
    agent, second = changed(agent, spec(industry="clinics"), "evolution", at=START, by="ina")
    agent = suspended(live(agent, second)[0])
    for principal in ("amira", "rex", "ina"):
        with pytest.raises(SeparationOfDuties, match="wrote text of the version that serves"):
            reactivate(agent, "fixed", Actor(principal, frozenset({"governor", "genesis"})), START)
    assert on_probation(agent).status == "probation"


def test_reactivation_needs_a_role_whatever_the_agents_state() -> None:
    with pytest.raises(Forbidden, match="genesis or governor"):
        ask(Actor("x", frozenset({"tenant_admin"})), "agents.reactivate", AGENT, active())


def test_a_reactivated_agent_says_why_and_by_whom_in_its_event_and_after_a_suspension() -> None:
    steps = reactivate(suspended(active()), "the leak is closed", GALA, START)
    told = payload(steps[-1])
    assert isinstance(told, AgentReactivated)
    assert (told.reactivation.reason, told.reactivation.by) == ("the leak is closed", "gala")
    again = suspended(steps[-1].state)
    assert again.reactivation == told.reactivation


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


def test_a_suspension_by_a_dependency_names_where_it_came_from() -> None:
    at = START + SECOND
    steps = suspend(active(), "dependency", "x", "service:agents", at, origin="agt_1")
    suspension = steps[-1].state.suspension
    assert suspension is not None
    assert suspension.origin == "agt_1"
