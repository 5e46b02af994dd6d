"""What the steps of a case and its agent commit."""

import time

import pytest

from events.agents import AgentSuspended
from events.cases import CreationCaseRollbackFailed, CreationCaseRolledBack
from functions.agents.aggregates import AGENTS, CASES, NAMES, RUN
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CreationCase, Steps
from functions.agents.rules.creation import reject, return_for_changes
from functions.agents.rules.deployment import TakenBack, go_live, take_back
from functions.agents.rules.withdrawal import end_withdrawn
from functions.agents.service.steps import save_steps
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.control import Control
from shared.kit.sealing import KEY_BYTES, SubjectKey
from shared.messaging.changes import Change
from shared.messaging.recorder import LastEvent, Recorder
from shared.storage import subject_keys
from shared.storage.batches import Document
from tests.functions.agents.cases import START, TENANT, changed, stepped, submission, submitted
from tests.functions.agents.specs import MISDECLARES, spec

LATEST = LastEvent(id="evt_1", correlation_id="evt_1")


def live(agent: Agent, case: CreationCase) -> tuple[Agent, CreationCase]:
    return stepped(agent, go_live(agent, case, (), START)).both


async def saved(
    steps: Steps, agent: Agent | None = None, case: CreationCase | None = None
) -> Change:
    """The commit of the steps; the agent had published seven events before, the case three."""
    recorder = Recorder("agents", TENANT, "service:agents", START, LATEST)
    work = UnitOfWork(RUN.by_model, recorder, Change(), control=Control())
    if agent and case:
        fields = AGENTS.fields(agent, 7, LATEST)
        document = Document(AGENTS.collection, agent.agent_id, TENANT, fields, START)
        assert await work.take(AGENTS, agent.agent_id, document) == agent
        fields = CASES.fields(case, 3, LATEST)
        document = Document(CASES.collection, case.case_id, TENANT, fields, START)
        assert await work.take(CASES, case.case_id, document) == case
    await save_steps(work, steps, agent)
    return work.finish()


def names(change: Change) -> list[tuple[str, str]]:
    """What the commit does to names."""
    return [(each.kind, each.id) for each in change.writes if each.collection == NAMES]


async def test_a_reversal_carries_the_sequence_of_the_agents_latest_event() -> None:
    agent, case = live(*submitted())
    steps = take_back(agent, case, TakenBack("apr_1", "veto"), START)
    (event,) = (await saved(steps, agent, case)).events
    taken = event.payload(CreationCaseRolledBack)
    assert (taken.agent_sequence, taken.agent_status, taken.agent_version) == (
        7,
        "certified",
        "0.0.0",
    )
    assert event.sequence == 4


async def test_a_reversal_that_fails_counts_the_suspension_of_its_own_commit() -> None:
    agent, first = live(*submitted())
    later, _ = live(*changed(agent, spec(mode="trial"), "proposal", at=START))
    steps = take_back(later, first, TakenBack("apr_1", "veto"), START)
    failed, suspended = (await saved(steps, later, first)).events
    stuck = failed.payload(CreationCaseRollbackFailed)
    assert (suspended.type, suspended.sequence) == (AgentSuspended.event_type, 8)
    assert (stuck.agent_sequence, stuck.agent_status, stuck.agent_version) == (
        8,
        "suspended",
        "2.0.0",
    )


async def test_a_new_agent_takes_its_name_in_the_commit_of_its_case(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The summary of its approval is its author's; an instance knows the author's key.
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "nowhere")
    key = SubjectKey(TENANT, "amira", bytes(KEY_BYTES))
    place = subject_keys._place(TENANT, "amira")
    monkeypatch.setitem(subject_keys._known, place, (key, time.monotonic()))
    after = submission()
    change = await saved(after.steps)
    assert names(change) == [("create", after.agent.name)]
    assert [event.id for event in change.events][1:] == [after.published[1].event_id]


async def test_a_new_agent_that_is_blocked_for_what_it_does_takes_no_name() -> None:
    assert names(await saved(submission(spec("healthcare-auto-approve")).steps)) == []


async def test_a_new_agent_that_is_blocked_for_how_it_is_declared_takes_its_name() -> None:
    after = submission(spec(**MISDECLARES))
    assert names(await saved(after.steps)) == [("create", after.agent.name)]


@pytest.mark.parametrize("end", ["cancelled", "rejected"])
async def test_an_agent_that_ends_with_its_case_frees_its_name(end: str) -> None:
    agent, case = submitted()
    steps = (
        end_withdrawn(agent, case, "amira", START)
        if end == "cancelled"
        else reject(agent, case, "no", START)
    )
    assert names(await saved(steps, agent, case)) == [("delete", agent.name)]


async def test_an_agent_that_goes_on_keeps_its_name() -> None:
    agent, case = submitted()
    returned = return_for_changes(case, "shorter", START)
    assert names(await saved(returned, agent, case)) == []
    agent, case = live(agent, case)
    agent, case = changed(agent, spec(industry="clinics"), "evolution", at=START)
    assert names(await saved(reject(agent, case, "no", START), agent, case)) == []
