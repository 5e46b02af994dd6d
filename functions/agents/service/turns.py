"""Saving one turn of a case: both aggregates, their events, what is asked, in one change."""

from datetime import datetime

from pydantic import BaseModel

from events.agents import AgentApprovalNeeded, AgentState, CreationCaseState, Reversal
from functions.agents.rules.agent import Agent
from functions.agents.rules.asking import ask
from functions.agents.rules.case import CreationCase, Told, Turn
from functions.agents.rules.reviewing import STAGE_DUE
from functions.agents.store import Kept, Writer
from shared.kit.ids import new_id
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
    asking = (
        ask(turn.agent, turn.case, turn.asks, event_id=new_id("evt", at), at=at)
        if turn.asks
        else None
    )
    payloads = [
        _payload(each, turn.agent)
        for each in turn.told
        if issubclass(each.event, AgentState) and each.event is not AgentApprovalNeeded
    ]
    if asking:
        payloads.append(asking.request)
    final = asking.case if asking else turn.case
    if case is None or final != case.value:
        sequence = (agent.sequence if agent else 0) + len(payloads)
        told = [each for each in turn.told if issubclass(each.event, CreationCaseState)]
        writer.case(final, [_case_payload(each, final, sequence) for each in told], case)
    if agent is None or payloads or turn.agent != agent.value:
        writer.agent(turn.agent, payloads, agent, last_id=asking.event_id if asking else None)
    if turn.agent.timer and (agent is None or turn.agent.timer != agent.value.timer):
        timer, subject = turn.agent.timer, f"agent/{turn.agent.agent_id}"
        writer.change.schedule(Timer(type=timer.type, subject=subject, at=timer.at))
    review = final.review
    if review and (case is None or review != case.value.review):
        subject = f"creation_case/{final.case_id}"
        writer.change.schedule(Timer(type=STAGE_DUE, subject=subject, at=review.next_at))
    if turn.frees_name:
        writer.free_name(turn.agent.name)
    return final


def _case_payload(told: Told, case: CreationCase, agent_sequence: int) -> BaseModel:
    if issubclass(told.event, Reversal):
        told = Told(told.event, {**told.extra, "agent_sequence": agent_sequence})
    return _payload(told, case)


def _payload(told: Told, state: BaseModel) -> BaseModel:
    base = CreationCaseState if issubclass(told.event, CreationCaseState) else AgentState
    published = {name: getattr(state, name) for name in base.model_fields}
    return told.event.model_validate({**published, **told.extra}, from_attributes=True)
