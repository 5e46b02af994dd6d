"""What one turn of a case commits."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from events.agents import AgentSuspended, CreationCaseRollbackFailed, CreationCaseRolledBack
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CreationCase, Turn
from functions.agents.rules.deployment import go_live, take_back
from functions.agents.service.turns import save_turn
from functions.agents.store import AGENTS, CASES, Kept, Writer
from shared.messaging.changes import Change
from shared.messaging.envelope import Envelope
from shared.messaging.recorder import LastEvent, Recorder
from shared.storage.batches import Document
from tests.functions.agents.cases import START, TENANT, changed, submitted
from tests.functions.agents.specs import spec

LATEST = LastEvent(id="evt_1", correlation_id="evt_1")


def live(agent: Agent, case: CreationCase) -> tuple[Agent, CreationCase]:
    turn = go_live(agent, case, (), START)
    assert turn is not None
    return turn.agent, turn.case


def kept(collection: str, id: str, value: Any, sequence: int) -> Kept[Any]:
    return Kept(Document(collection, id, TENANT, {}, START), value, sequence, LATEST)


def saved(turn: Turn, before: tuple[BaseModel, BaseModel], at: datetime = START) -> list[Envelope]:
    """The events of the turn's commit; the agent had told seven before, the case three."""
    change = Change()
    recorder = Recorder("agents", TENANT, "service:agents", at, LATEST)
    agent = kept(AGENTS, turn.agent.agent_id, before[0], 7)
    case = kept(CASES, turn.case.case_id, before[1], 3)
    save_turn(Writer(change, recorder), turn, agent, case, at)
    return change.events


def test_a_reversal_carries_the_sequence_of_the_agents_latest_event() -> None:
    agent, case = live(*submitted())
    turn = take_back(agent, case, approval_id="apr_1", caused_by="veto", at=START)
    (event,) = saved(turn, (agent, case))
    told = event.payload(CreationCaseRolledBack)
    assert (told.agent_sequence, told.agent_status, told.agent_version) == (7, "certified", "0.0.0")


def test_a_reversal_that_fails_counts_the_suspension_of_its_own_commit() -> None:
    agent, first = live(*submitted())
    later, second = changed(agent, spec(mode="trial"), "proposal", at=START)
    later, _ = live(later, second)
    turn = take_back(later, first, approval_id="apr_1", caused_by="veto", at=START)
    failed, suspended = saved(turn, (later, first))
    told = failed.payload(CreationCaseRollbackFailed)
    assert (suspended.type, suspended.sequence) == (AgentSuspended.event_type, 8)
    assert (told.agent_sequence, told.agent_status, told.agent_version) == (8, "suspended", "2.0.0")
