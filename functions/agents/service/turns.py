"""Saving one turn of a case: both aggregates, their events, what is asked, in one change."""

from datetime import datetime

from pydantic import BaseModel

from events.agents import AgentApprovalNeeded, AgentState, CreationCaseState
from functions.agents.rules.agent import Agent
from functions.agents.rules.asking import requested_approval
from functions.agents.rules.case import Asked, CreationCase, Told, Turn
from functions.agents.store import Kept, Writer
from shared.kit.canonical import content_hash
from shared.kit.ids import derive_id, new_id
from shared.messaging.changes import Timer


def save_turn(
    writer: Writer,
    turn: Turn,
    agent: Kept[Agent] | None,
    case: Kept[CreationCase] | None,
    at: datetime,
) -> CreationCase:
    """Adds the turn to the writer's change and returns the case as it will be: with the approval
    it asks for, whose id follows from the asking event's."""
    asking = _asking(turn, at)
    final = asking.case if asking else turn.case
    if case is None or final != case.value:
        told = [each for each in turn.told if issubclass(each.event, CreationCaseState)]
        writer.case(final, [_payload(each, final) for each in told], case)
    payloads = [
        _payload(each, turn.agent)
        for each in turn.told
        if issubclass(each.event, AgentState) and each.event is not AgentApprovalNeeded
    ]
    if asking:
        payloads.append(asking.request)
    if agent is None or payloads or turn.agent != agent.value:
        writer.agent(turn.agent, payloads, agent, last_id=asking.event_id if asking else None)
    if turn.agent.timer and (agent is None or turn.agent.timer != agent.value.timer):
        timer, subject = turn.agent.timer, f"agent/{turn.agent.agent_id}"
        writer.change.schedule(Timer(type=timer.type, subject=subject, at=timer.at))
    if turn.frees_name:
        writer.free_name(turn.agent.name)
    return final


class _Asking:
    """The asking event before it is recorded, and the case that names its approval."""

    def __init__(self, event_id: str, request: AgentApprovalNeeded, case: CreationCase) -> None:
        self.event_id = event_id
        self.request = request
        self.case = case


def _asking(turn: Turn, at: datetime) -> _Asking | None:
    if turn.asks is None:
        return None
    request = requested_approval(turn.agent, turn.case, purpose=turn.asks)
    event_id = new_id("evt", at)
    approval_id = derive_id("apr", at, event_id)
    asked = Asked(
        approval_id=approval_id,
        decision_hash=content_hash(request.model_dump(mode="json")["content"]),
        purpose=turn.asks,
    )
    stages = tuple(
        stage.model_copy(update={"approval_id": approval_id})
        if stage.number == request.stage.number
        else stage
        for stage in turn.case.stages
    )
    case = turn.case.model_copy(
        update={"asked": asked, "approval_id": approval_id, "stages": stages}
    )
    return _Asking(event_id, request, case)


def _payload(told: Told, state: BaseModel) -> BaseModel:
    base = CreationCaseState if issubclass(told.event, CreationCaseState) else AgentState
    published = {name: getattr(state, name) for name in base.model_fields}
    return told.event.model_validate({**published, **told.extra}, from_attributes=True)
