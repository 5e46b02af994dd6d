"""The statement that `approvals` signs for a final decision, and its verification."""

from joserfc.jwk import KeySet
from pydantic import BaseModel, ValidationError
from pydantic_core import from_json

from events.approvals import (
    ApprovalApproved,
    ApprovalAutoApproved,
    ApprovalCancelled,
    ApprovalChangesRequested,
    ApprovalExpired,
    ApprovalOverturned,
    ApprovalRejected,
    ApprovalState,
    ApprovalVetoed,
    CaseBinding,
)
from events.effects import ApprovalKind, Risk
from events.quorum import Capacity
from shared.kit.canonical import content_hash
from shared.kit.errors import Invalid, SignatureInvalid
from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.signing import verify

# The events that are final decisions; each is signed.
DECISIONS: tuple[type[ApprovalState], ...] = (
    ApprovalApproved,
    ApprovalAutoApproved,
    ApprovalCancelled,
    ApprovalChangesRequested,
    ApprovalExpired,
    ApprovalOverturned,
    ApprovalRejected,
    ApprovalVetoed,
)


class SignedDecision(Data):
    """What a decision's signature covers: all that its event says, through `record_hash`, and in
    words what later events of the approval still show. `outcome` is the past tense of the event's
    type; `answer_hash` names what was answered to a question. An overturned decision is signed for
    its reviewer, who acts in no capacity of a rule.

    `record_hash` is the SHA-256 of the canonical JSON of the event's data without `signature`."""

    approval_id: str
    tenant_id: str
    kind: ApprovalKind
    risk: Risk
    decision_hash: str
    outcome: str
    capacity: Capacity | None
    decided_by: str
    decided_at: Instant
    passkey_id: str | None
    version: int
    case: CaseBinding | None
    record_hash: str
    answer_hash: str | None = None


def statement_of(event: BaseModel, tenant_id: str) -> SignedDecision | None:
    """The statement to sign for an event of an approval; None unless it is a final decision."""
    if not isinstance(event, DECISIONS):
        return None
    return _statement(event, event.model_dump_json(), tenant_id)


def verify_decision(
    decision: ApprovalState, data: str, tenant_id: str, keys: KeySet
) -> SignedDecision:
    """The signed statement of a final decision, which was read from the event's `data`. Raises
    SignatureInvalid where anything in the event differs from what was signed: not one field of it,
    known to the reader or not, was altered, added or left out."""
    if decision.signature is None:
        raise SignatureInvalid("the decision carries no signature")
    signed = read_statement(decision.signature, keys)
    if signed != _statement(decision, data, tenant_id):
        raise SignatureInvalid("the signature is for another decision")
    return signed


def read_statement(signature: str, keys: KeySet) -> SignedDecision:
    """The statement under a signature that verifies. Raises SignatureInvalid otherwise, and where
    it is about no decision."""
    try:
        return SignedDecision.model_validate(verify(signature, keys))
    except ValidationError as refusal:
        raise SignatureInvalid("what is signed is no decision") from refusal


def _statement(event: ApprovalState, data: str, tenant_id: str) -> SignedDecision:
    by, at, capacity = event.decided_by, event.decided_at, event.capacity
    passkey_id = event.passkey_id
    if isinstance(event, ApprovalOverturned) and event.review is not None:
        by, at, capacity = event.review.reviewed_by, event.review.reviewed_at, None
        passkey_id = None
    if by is None or at is None:
        raise SignatureInvalid("the decision does not say who decided, or when")
    return SignedDecision(
        approval_id=event.approval_id,
        tenant_id=tenant_id,
        kind=event.kind,
        risk=event.risk,
        decision_hash=event.decision_hash,
        outcome=type(event).event_type.split(".")[2],
        capacity=capacity,
        decided_by=by,
        decided_at=at,
        passkey_id=passkey_id,
        version=event.version,
        case=event.case,
        record_hash=_record_hash(data),
        answer_hash=event.answer_hash,
    )


def _record_hash(data: str) -> str:
    try:
        return content_hash({k: v for k, v in from_json(data).items() if k != "signature"})
    except Invalid as refusal:
        raise SignatureInvalid("the decision has no canonical form") from refusal
