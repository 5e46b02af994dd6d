"""Which decisions a case acts on, those about exactly its request and newer than the last, and what
they lead to."""

from datetime import datetime

from events.approvals import (
    ApprovalCancelled,
    ApprovalChangesRequested,
    ApprovalExpired,
    ApprovalOverturned,
    ApprovalRejected,
    ApprovalState,
    ApprovalVetoed,
)
from events.cases import Cause
from functions.agents.rules.agent import Agent
from functions.agents.rules.case import CreationCase, Steps
from functions.agents.rules.creation import reject, return_for_changes
from functions.agents.rules.deployment import TakenBack, take_back
from functions.agents.rules.withdrawal import end_withdrawn
from shared.kit.errors import SignatureInvalid


def takes_back(decision: ApprovalState) -> bool:
    """Whether it reverses an earlier approval."""
    return decision.status in ("vetoed", "overturned")


def overturns_refusal(decision: ApprovalState) -> bool:
    """Whether it reverses an earlier refusal, which keeps its status and had led to nothing."""
    return isinstance(decision, ApprovalOverturned) and not takes_back(decision)


def accept(case: CreationCase, decision: ApprovalState) -> CreationCase | None:
    """The case with the decision recorded; None where the decision is about another revision or
    approval, was acted on before, or comes late. The approval of a passed escalation can only be
    reversed. A withdrawal that waited for the decision came too late, unless the decision is that
    the approval is cancelled.

    Raises SignatureInvalid for a decision about other content than the case requested: an approval
    of one hash never authorizes another."""
    earlier, about = case.escalation, decision.case
    is_cleared = earlier is not None and earlier.approval_id == decision.approval_id
    asked = earlier if is_cleared else case.asked
    if asked is None or about is None or about.revision != case.revision:
        return None
    if asked.approval_id != decision.approval_id or asked.acted_on >= decision.version:
        return None
    if is_cleared and not takes_back(decision):
        return None
    if (decision.decision_hash, about.purpose) != (asked.decision_hash, asked.purpose):
        raise SignatureInvalid("the decision is about other content than the case asked about")
    recorded = asked.but(acted_on=decision.version, signature=decision.signature)
    accepted = case.but(escalation=recorded) if is_cleared else case.but(asked=recorded)
    pending = case.pending_withdrawal
    if pending is None or isinstance(decision, ApprovalCancelled):
        return accepted
    return accepted.but(withdrawal=pending.but(outcome="too_late"))


def follow(agent: Agent, case: CreationCase, decision: ApprovalState, at: datetime) -> Steps:
    """The case after an accepted decision that deploys nothing: it ends, is returned, or is rolled
    back."""
    match decision:
        case ApprovalRejected() | ApprovalExpired():
            reason = f"{decision.status} by {decision.decided_by}: {decision.note}".rstrip(": ")
            return reject(agent, case, reason, at)
        case ApprovalChangesRequested():
            return return_for_changes(case, decision.note, at)
        case ApprovalCancelled():
            assert decision.decided_by is not None, "what is signed says who decided"
            return end_withdrawn(agent, case, decision.decided_by, at)
    cause: Cause = "veto" if isinstance(decision, ApprovalVetoed) else "overturned"
    return take_back(agent, case, TakenBack(decision.approval_id, cause), at)
