"""The projection: which documents an event changes, and how."""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any

from events import agents, approvals, cases, violations
from events.agents import AgentState
from events.approvals import ApprovalState, Subject
from events.cases import CreationCaseState
from events.pipelines import PipelineState
from events.precedents import PrecedentState
from events.reading_pace import ReadingPaceExceeded
from events.registry import published_types
from mobile_api.rules.agents import agent_step, approval_step, case_step
from mobile_api.rules.cards import card_step, timeline_step
from mobile_api.rules.documents import (
    DELIVERIES,
    PIPELINES,
    Documents,
    Fields,
    Key,
    Step,
    newest_step,
)
from mobile_api.rules.facts import Fact
from mobile_api.rules.seeds import seed_step
from mobile_api.rules.violations import violation_step
from shared.kit.bookkeeping import DeliveryState, EntryRefused
from shared.kit.errors import FieldError, Invalid
from shared.kit.models import EventData

Reader = Callable[[Fact, Any], tuple[Step, ...]]

_ASKS_OR_ASSENTS = ("requested", "auto_approved", "approved")
# The requested approval determines the outcome of these cases.
_ASKED_FOR = ("ethics_cleared", "escalated")
# They are addressed to approvals: the approval's own events follow.
_IGNORED = (
    agents.AgentApprovalNeeded,
    cases.CreationCaseReversalUnneeded,
    cases.CreationCaseWithdrawalRequested,
)


def steps_of(fact: Fact) -> tuple[Step, ...]:
    """The changes of documents by a fact. Raises Invalid where its payload is about another thing
    than its subject; no retry can change that."""
    base = next(each for each in _READERS if isinstance(fact.data, each))
    identified_by, read = _READERS[base]
    if identified_by and getattr(fact.data, identified_by) != fact.subject_id:
        raise Invalid(FieldError(identified_by, f"is not that of {fact.subject}"))
    return read(fact, fact.data)


def apply(steps: Iterable[Step], documents: Documents) -> dict[Key, Fields]:
    """The documents that the steps change, in their new form; nothing for a duplicate.

    Guarantees that any order and any repetition of the same facts lead to the same documents.
    `documents` must contain every existing one that a step is about."""
    changed: dict[Key, Fields] = {}
    for step in steps:
        before = documents.get(step.key)
        after = step.after(before)
        if after != before:
            changed[step.key] = after
    return changed


@cache
def projected_types() -> Mapping[str, type[EventData]]:
    """The event types that change the governor's view, with their payloads."""
    return {
        event_type: model
        for types in published_types().values()
        for event_type, model in types.items()
        if issubclass(model, tuple(_READERS)) and model not in _IGNORED
    }


def _read_agent(fact: Fact, state: AgentState) -> tuple[Step, ...]:
    steps: tuple[Step, ...] = (agent_step(fact, state),)
    if isinstance(state, agents.AgentViolationReported):
        subject = Subject(type="agent", id=state.agent_id, name=state.name)
        by, within = state.reported_by, state.workspace_id
        steps += (violation_step(fact, state.violation, subject, by, within),)
    return steps


def _read_case(fact: Fact, state: CreationCaseState) -> tuple[Step, ...]:
    if fact.name == "judged" and state.status in _ASKED_FOR:
        return ()
    return (case_step(fact, state),)


def _read_pipeline(fact: Fact, state: PipelineState) -> tuple[Step, ...]:
    return (newest_step(fact, (PIPELINES, fact.subject_id), {"paused": state.paused}),)


def _read_approval(fact: Fact, state: ApprovalState) -> tuple[Step, ...]:
    steps: tuple[Step, ...] = (card_step(fact, state), timeline_step(fact, state))
    if state.case is not None and state.subject.type == "agent" and fact.name in _ASKS_OR_ASSENTS:
        steps += (approval_step(fact, state, state.case),)
    if isinstance(state, approvals.ApprovalReviewMissed):
        subject, within = state.subject, state.workspace_id
        steps += (violation_step(fact, state.violation, subject, fact.actor, within),)
    return steps


def _read_precedent(fact: Fact, state: PrecedentState) -> tuple[Step, ...]:
    return (seed_step(fact, state),)


def _read_delivery(fact: Fact, state: DeliveryState) -> tuple[Step, ...]:
    """A dead letter waits until its delivery is handled."""
    waits = fact.name == "buried"
    return (newest_step(fact, (DELIVERIES, state.delivery_id), {"waits": waits}),)


def _read_refusal(fact: Fact, refused: EntryRefused) -> tuple[Step, ...]:
    violation = violations.Violation(
        rule="authentic_log",
        summary=f"an entry of the log was not written by {refused.function}; it was not published",
        evidence=(f"{refused.entry_type} about {refused.entry_subject}",),
    )
    subject = Subject(type="entry", id=refused.refusal_id, name=refused.entry_id)
    return (violation_step(fact, violation, subject, fact.actor),)


def _read_pace(fact: Fact, pace: ReadingPaceExceeded) -> tuple[Step, ...]:
    subject = Subject(type="person", id=pace.principal, name=pace.principal)
    return (violation_step(fact, pace.violation, subject, fact.actor),)


# By the base of their payloads: the field that must be the subject's id, and the readers.
_READERS: Mapping[type[EventData], tuple[str | None, Reader]] = {
    AgentState: ("agent_id", _read_agent),
    CreationCaseState: ("case_id", _read_case),
    PipelineState: (None, _read_pipeline),
    ApprovalState: ("approval_id", _read_approval),
    PrecedentState: ("precedent_id", _read_precedent),
    DeliveryState: ("delivery_id", _read_delivery),
    EntryRefused: ("refusal_id", _read_refusal),
    ReadingPaceExceeded: ("principal", _read_pace),
}
