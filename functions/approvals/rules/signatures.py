"""What is signed of a decision, and where its signatures are kept. Pure."""

from dataclasses import replace
from typing import Any, NamedTuple

from events.approvals import DecisionState
from events.assertions import DecisionAssertion, DecisionSignature, DecisionStatement
from functions.approvals.rules.approval import Approval, Steps, Verb
from functions.approvals.rules.commands import DecisionBody, GovernorVetoBody, SignedBody
from shared.kit.canonical import content_hash
from shared.kit.transitions import Transition

_STATED = {"decision", "decision_hash", "client_decision_id", "approval_id"}
_UNSIGNED = {*_STATED, *SignedBody.model_fields}


class Signatures(NamedTuple):
    """What is kept of a decision's signatures."""

    passkey: DecisionAssertion | None = None
    device: DecisionSignature | None = None


def verb_of(body: DecisionBody | GovernorVetoBody) -> Verb:
    """What the body decides."""
    return body.decision if isinstance(body, DecisionBody) else "veto"


def statement(
    tenant_id: str, approval_id: str, body: DecisionBody | GovernorVetoBody
) -> DecisionStatement:
    """What is signed of the decision: all of it, an answer where there is one."""
    is_unanswered = isinstance(body, DecisionBody) and body.answer is None
    unsigned = _UNSIGNED | ({"answer"} if is_unanswered else set())
    return DecisionStatement(
        tenant=tenant_id,
        approval_id=approval_id,
        decision=verb_of(body),
        choices_hash=content_hash(body.model_dump(mode="json", exclude=unsigned)),
        decision_hash=body.decision_hash,
        client_decision_id=str(body.client_decision_id),
        seen_version=body.seen_version,
        read_ms=body.read_ms,
    )


def with_signatures(before: Approval, steps: Steps, body: SignedBody, kept: Signatures) -> Steps:
    """The decision's transitions with who signed it: in the vote that it adds, in a final decision,
    and whole, with what was seen for how long, in the decision's event."""
    signers = {
        **({"passkey_id": kept.passkey.passkey_id} if kept.passkey is not None else {}),
        **({"device_id": kept.device.device_id} if kept.device is not None else {}),
    }
    said = {
        "assertion": kept.passkey,
        "device_signature": kept.device,
        "seen_version": body.seen_version,
        "read_ms": body.read_ms,
    }
    told = {name: value for name, value in said.items() if value is not None}
    first, *others = (_signed(before, step, signers) for step in steps)
    if told:
        assert first.event is not None
        assert issubclass(first.event, DecisionState), "every decision publishes one"
        first = replace(first, fields={**first.fields, **told})
    return first, *others


def _signed(
    before: Approval, step: Transition[Approval], signers: dict[str, Any]
) -> Transition[Approval]:
    state = step.state
    if state.votes != before.votes:
        *others, vote = state.votes
        state = state.but(votes=(*others, vote.but(**signers)))
    if not state.is_open:
        state = state.but(**signers)
    return replace(step, state=state)
