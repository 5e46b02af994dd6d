"""Whose an agent and a case are: who may change and revise them, and whose text they have."""

from dataclasses import replace

import pytest

from functions.agents.rules.agent import Agent, draft, reactivate, suspend
from functions.agents.rules.case import CreationCase
from functions.agents.rules.creation import open_case, return_for_changes, revise
from functions.agents.rules.duties import MOST_AUTHORS
from functions.agents.rules.entity_types import AGENT, CASE
from functions.agents.rules.withdrawal import cancel
from shared.kit.callers import Actor
from shared.kit.errors import Forbidden, SeparationOfDuties, VersionConflict
from tests.functions.agents.cases import (
    AMIRA,
    GALA,
    START,
    changed,
    judged,
    stepped,
    submitted,
)
from tests.functions.agents.rules.test_case import LATER, live, vetoed
from tests.functions.agents.specs import spec
from tests.shared.policy.asked import ask

STRANGER = Actor("stranger", frozenset({"author", "operator", "deputy", "service_runtime"}))
REX = Actor("rex", frozenset())


def changed_by(agent: Agent, by: str, industry: str) -> tuple[Agent, CreationCase]:
    """A change of the agent that waits for its approval."""
    return changed(agent, spec(industry=industry), "evolution", at=START, by=by)


def revised(agent: Agent, case: CreationCase, by: str) -> tuple[Agent, CreationCase]:
    returned = stepped(agent, return_for_changes(case, "shorter", LATER))
    said = judged(spec(industry="clinics"), case_id=case.case_id, at=LATER)
    return stepped(agent, revise(returned.agent, returned.case, said, by, LATER)).both


def test_a_stranger_changes_nobodys_agent_and_the_refusal_says_who_may() -> None:
    agent, _ = live(*submitted())
    whose = "its requester and those who submitted its current version may too"
    with pytest.raises(Forbidden, match=f"genesis, governor or tenant_admin; {whose}"):
        ask(STRANGER, "agents.change", AGENT, agent)
    ask(AMIRA, "agents.change", AGENT, agent)
    for role in ("governor", "genesis", "tenant_admin"):
        ask(Actor("x", frozenset({role})), "agents.change", AGENT, agent)


def test_a_stranger_revises_nobodys_case_and_the_refusal_says_who_may() -> None:
    _, case = submitted()
    with pytest.raises(Forbidden, match="its requester and those who revised it may too"):
        ask(STRANGER, "workflows.revise", CASE, case)
    ask(AMIRA, "workflows.revise", CASE, case)
    for role in ("governor", "genesis", "tenant_admin"):
        ask(Actor("x", frozenset({role})), "workflows.revise", CASE, case)


def test_who_submitted_the_current_version_may_change_the_agent() -> None:
    agent, _ = live(*revised(*submitted(), by="rex"))
    assert agent.submitters() == {"amira", "rex"}
    ask(REX, "agents.change", AGENT, agent)
    agent, _ = live(*changed_by(agent, "gala", "hospitals"))
    assert agent.submitters() == {"amira", "gala"}
    with pytest.raises(Forbidden):
        ask(REX, "agents.change", AGENT, agent)


def test_the_authors_of_the_version_that_it_takes_over_are_authors_of_a_change() -> None:
    agent, _ = live(*submitted())
    agent, second = changed_by(agent, "rex", "clinics")
    assert second.authors == ("amira", "rex")
    agent, third = changed_by(live(agent, second)[0], "ina", "hospitals")
    assert third.authors == ("amira", "rex", "ina")
    agent, third = live(agent, third)
    assert agent.authors() == {"amira", "rex", "ina"}
    restored = vetoed(agent, third, third.approval_id or "").agent
    assert restored.authors() == {"amira", "rex"}


def test_a_change_that_was_never_deployed_makes_nobody_an_author() -> None:
    agent, case = changed_by(live(*submitted())[0], "rex", "clinics")
    returned = stepped(agent, return_for_changes(case, "shorter", LATER))
    ended = stepped(agent, cancel(*returned.both, REX, LATER)).agent
    assert ended.authors() == {"amira"}
    assert changed_by(ended, "amira", "hospitals")[1].authors == ("amira",)


def test_the_authors_of_a_first_version_that_was_taken_back_stay_authors() -> None:
    agent, case = live(*revised(*submitted(), by="rex"))
    agent = vetoed(agent, case, case.approval_id or "").agent
    said = judged(spec(industry="hospitals"), case_id="cas_x")
    steps = open_case(agent, kind="creation", why=(), judged=said, by="ina", at=START)
    assert stepped(agent, steps).case.authors == ("amira", "rex", "ina")


def test_who_wrote_text_of_the_agent_does_not_cancel_a_governors_change_of_it() -> None:
    agent, case = changed_by(live(*submitted())[0], "gala", "clinics")
    assert case.authors == ("amira", "gala")
    author = Actor("stranger", frozenset({"author", "deputy", "developer"}))
    for refused in (AMIRA, author):
        with pytest.raises(Forbidden, match="governor, operator"):
            ask(refused, "workflows.cancel", CASE, case)
    with pytest.raises(Forbidden):
        ask(AMIRA, "workflows.revise", CASE, case)
    assert cancel(agent, case, GALA, LATER)


def test_an_agent_has_a_bounded_number_of_authors_who_may_still_change_it() -> None:
    agent, _ = live(*submitted())
    deployed = agent.deployed
    assert deployed is not None
    many = ("amira", *(f"author-{number}" for number in range(1, MOST_AUTHORS)))
    agent = agent.model_copy(update={"deployed": deployed.model_copy(update={"authors": many})})
    with pytest.raises(VersionConflict, match="let one of them submit this spec, or"):
        changed_by(agent, "one-more", "clinics")
    assert changed_by(agent, "author-7", "clinics")[1].authors == many


def test_who_sent_exactly_this_spec_before_is_an_author_and_gains_no_right() -> None:
    said = replace(judged(spec(), case_id="cas_x"), first_sent_by="rex")
    agent = draft(said.version, agent_id="agt_x", name=spec().name, by="amira", at=START)
    steps = open_case(agent, kind="creation", why=(), judged=said, by="amira", at=START)
    agent, case = stepped(agent, steps).both
    assert (case.authors, case.submitted_by) == (("amira", "rex"), ("amira",))
    with pytest.raises(Forbidden):
        ask(REX, "workflows.cancel", CASE, case)
    with pytest.raises(Forbidden):
        ask(REX, "workflows.revise", CASE, case)
    agent, _ = live(agent, case)
    with pytest.raises(Forbidden):
        ask(REX, "agents.change", AGENT, agent)
    stopped = suspend(agent, "by_hand", "look", "gala", LATER)[-1].state
    with pytest.raises(SeparationOfDuties):
        reactivate(stopped, "fixed", Actor("rex", frozenset({"governor"})), LATER)
