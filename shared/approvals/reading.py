"""Reads an approval's document, and believes only what `approvals` signed; writes nothing."""

from joserfc.jwk import KeySet

from events.approvals import ApprovalState
from events.decisions import read_statement
from shared.approvals.known import KnownApproval
from shared.kit.errors import SignatureInvalid
from shared.storage.firestore import TenantStore
from shared.storage.states import read_state

# `functions/approvals` alone writes them.
APPROVALS = "approvals"


async def read_approval(store: TenantStore, approval_id: str, keys: KeySet) -> KnownApproval | None:
    """The approval with that id; None where it was not opened yet. One read. Raises
    SignatureInvalid for one that says `approved` without the signature of `approvals` under exactly
    this decision of this tenant; Unavailable."""
    state = await read_state(store, APPROVALS, ApprovalState, approval_id)
    if state is None:
        return None
    by = answer = None
    if state.status == "approved":
        by, answer = _assented_by(state, store.tenant_id, keys)
    return KnownApproval(state.status, state.decision_hash, state.decided_at, by, answer)


def _assented_by(state: ApprovalState, tenant_id: str, keys: KeySet) -> tuple[str, str | None]:
    if state.signature is None:
        raise SignatureInvalid("the decision carries no signature")
    signed = read_statement(state.signature, keys)
    said = (signed.tenant_id, signed.approval_id, signed.decision_hash, signed.outcome)
    if said != (tenant_id, state.approval_id, state.decision_hash, "approved"):
        raise SignatureInvalid("the signature is for another decision")
    return signed.decided_by, signed.answer_hash
