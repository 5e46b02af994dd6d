"""The projection: which documents an event touches, and what it makes of them."""

from collections.abc import Callable, Mapping
from functools import cache

from events import agents, approvals, precedents
from events.agents import AgentState, CreationCaseState, PipelineState
from events.approvals import ApprovalState, Subject
from events.precedents import PrecedentState
from events.registry import EventData
from mobile_api.rules.agents import agent_step, asking_step, case_step
from mobile_api.rules.cards import card_step
from mobile_api.rules.deliveries import delivery_step
from mobile_api.rules.documents import Documents, Fields, Key, Step
from mobile_api.rules.facts import Fact
from mobile_api.rules.pipelines import pipeline_step
from mobile_api.rules.seeds import seed_step
from mobile_api.rules.violations import violation_step
from shared.kit import bookkeeping
from shared.kit.bookkeeping import DeliveryState

_ASKS_OR_ASSENTS = ("requested", "auto_approved", "approved")
# What becomes of these cases is told by the approval they ask for.
_ASKED_FOR = ("ethics_cleared", "escalated")
# It asks `approvals` to open an approval, and that is told by the approval.
_IGNORED = agents.AgentApprovalNeeded


def project(documents: Documents, fact: Fact) -> dict[Key, Fields]:
    """The documents that the fact changes, as they are after it; nothing for a duplicate.

    Guarantees that any order and any repetition of the same facts end in the same documents.
    `documents` must hold every existing one of `keys_of(fact)`. Raises pydantic.ValidationError
    or Invalid for a fact that can never be read."""
    changed: dict[Key, Fields] = {}
    for step in _steps(fact):
        before = documents.get(step.key)
        after = step.after(before)
        if after != before:
            changed[step.key] = after
    return changed


def keys_of(fact: Fact) -> tuple[Key, ...]:
    """The documents that the fact may change. Raises as `project` does."""
    return tuple(step.key for step in _steps(fact))


def projected_types() -> frozenset[str]:
    """The event types that change what the governor sees."""
    return frozenset(_readers())


def _steps(fact: Fact) -> tuple[Step, ...]:
    reader = _readers().get(fact.type)
    return reader(fact) if reader else ()


@cache
def _readers() -> Mapping[str, Callable[[Fact], tuple[Step, ...]]]:
    bases: dict[type[EventData], Callable[[Fact, type[EventData]], tuple[Step, ...]]] = {
        AgentState: _read_agent,
        CreationCaseState: _read_case,
        PipelineState: _read_pipeline,
        ApprovalState: _read_approval,
        PrecedentState: _read_precedent,
        DeliveryState: _read_delivery,
    }
    return {
        model.event_type: _bound(reader, model)
        for module in (agents, approvals, precedents, bookkeeping)
        for model in vars(module).values()
        if isinstance(model, type) and "event_type" in vars(model) and model is not _IGNORED
        for base, reader in bases.items()
        if issubclass(model, base)
    }


def _bound(
    reader: Callable[[Fact, type[EventData]], tuple[Step, ...]], model: type[EventData]
) -> Callable[[Fact], tuple[Step, ...]]:
    return lambda fact: reader(fact, model)


def _read_agent(fact: Fact, model: type[EventData]) -> tuple[Step, ...]:
    state = fact.payload(model, "agent_id")
    assert isinstance(state, AgentState)
    steps: tuple[Step, ...] = (agent_step(fact, state),)
    if isinstance(state, agents.AgentViolationReported):
        subject = Subject(type="agent", id=state.agent_id, name=state.name)
        steps += (violation_step(fact, state.violation, subject, state.reported_by),)
    return steps


def _read_case(fact: Fact, model: type[EventData]) -> tuple[Step, ...]:
    state = fact.payload(model, "case_id")
    assert isinstance(state, CreationCaseState)
    if fact.name == "judged" and state.status in _ASKED_FOR:
        return ()
    return (case_step(fact, state),)


def _read_pipeline(fact: Fact, model: type[EventData]) -> tuple[Step, ...]:
    state = model.model_validate_json(fact.data)
    assert isinstance(state, PipelineState)
    return (pipeline_step(fact, state),)


def _read_approval(fact: Fact, model: type[EventData]) -> tuple[Step, ...]:
    state = fact.payload(model, "approval_id")
    assert isinstance(state, ApprovalState)
    steps: tuple[Step, ...] = (card_step(fact, state),)
    case = state.case
    if case is not None and state.subject.type == "agent" and fact.name in _ASKS_OR_ASSENTS:
        escalation = case.purpose == "ethics_escalation"
        steps += (asking_step(fact, state, case.case_id, escalation=escalation),)
    if isinstance(state, approvals.ApprovalReviewMissed):
        steps += (violation_step(fact, state.violation, state.subject, fact.actor),)
    return steps


def _read_precedent(fact: Fact, model: type[EventData]) -> tuple[Step, ...]:
    state = fact.payload(model, "precedent_id")
    assert isinstance(state, PrecedentState)
    return (seed_step(fact, state),)


def _read_delivery(fact: Fact, model: type[EventData]) -> tuple[Step, ...]:
    state = fact.payload(model, "delivery_id")
    assert isinstance(state, DeliveryState)
    return (delivery_step(fact, state),)
