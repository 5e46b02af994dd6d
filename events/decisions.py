"""The statement that `approvals` signs for a final decision, and its verification."""

from joserfc.jwk import KeySet

from events.approvals import ApprovalState, CaseBinding
from shared.kit.errors import SignatureInvalid
from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.signing import verify


class SignedDecision(Data):
    """What a decision's signature covers. `outcome` is the past tense of the event's type."""

    approval_id: str
    tenant_id: str
    decision_hash: str
    outcome: str
    decided_by: str
    decided_at: Instant
    version: int
    case: CaseBinding | None


def verify_decision(decision: ApprovalState, tenant_id: str, keys: KeySet) -> SignedDecision:
    """The signed decision, if it agrees with the event of a final decision in request, tenant,
    content hash, outcome, case and version. Raises SignatureInvalid otherwise."""
    if decision.signature is None:
        raise SignatureInvalid("the decision carries no signature")
    signed = SignedDecision.model_validate(verify(decision.signature, keys))
    claimed = SignedDecision(
        approval_id=decision.approval_id,
        tenant_id=tenant_id,
        decision_hash=decision.decision_hash,
        outcome=type(decision).event_type.split(".")[2],
        decided_by=signed.decided_by,
        decided_at=signed.decided_at,
        version=decision.version,
        case=decision.case,
    )
    if signed != claimed:
        raise SignatureInvalid("the signature is for another decision")
    return signed
