"""A veto: it reverses inside its window, rejects a pending approval, and is refused later, unless
whoever signed it could not know of the approval."""

from datetime import datetime, timedelta

from events.approvals import ApprovalRejected, ApprovalVetoed
from functions.approvals.rules import decision_refusals
from functions.approvals.rules.approval import Approval, Repeat, Steps, transition
from functions.approvals.rules.commands import GovernorVetoBody, check_veto
from functions.approvals.rules.decisions import (
    final_fields,
    is_repeat,
    refuse_late,
    refuse_other_content,
)
from functions.approvals.rules.merging import could_not_know, take_back
from functions.approvals.rules.reversals import already_undone
from functions.approvals.rules.standing import standing_of
from shared.kit.callers import Actor
from shared.kit.errors import Forbidden

WINDOW = timedelta(hours=24)


def veto(
    approval: Approval,
    command: GovernorVetoBody,
    actor: Actor,
    at: datetime,
    *,
    took_over: bool = False,
) -> Steps | Repeat:
    """The transitions of a veto that was received at `at`. At `closes_at` it still counts, later it
    is refused.

    Raises, in this order: Forbidden, Invalid, AlreadyDecided, ApprovalExpired or VetoWindowClosed,
    StaleDecisionHash."""
    standing = standing_of(approval, actor, took_over=took_over)
    if standing.was_only_added:
        raise Forbidden("the requester added you: you may approve, reject or request changes")
    check_veto(command, approval)
    if is_repeat(approval, "veto", command.decision_hash, actor):
        return Repeat()
    fields = final_fields(approval, "veto", actor, standing, at)
    fields |= {"veto_reason": command.reason(), "note": command.explanation}
    if approval.status in ("auto_approved", "confirmed"):
        _refuse_outside_window(approval, command.decision_hash, at)
        vetoed = transition(approval, ApprovalVetoed, status="vetoed", **fields)
        return vetoed, *already_undone(vetoed.state)
    if standing.takes_back and could_not_know(approval, command, at):
        refuse_other_content(approval, command.decision_hash)
        return take_back(approval, fields, at)
    refuse_late(approval, command.decision_hash, at)
    return (transition(approval, ApprovalRejected, status="rejected", **fields),)


def is_false_positive(vetoed: Approval) -> bool:
    """Whether the veto counts against the precedent: a governor's does, and that of who has a place
    in the policy's rule, but not a deputy's, which a review may find wrong."""
    was_by_precedent = vetoed.status == "vetoed" and vetoed.precedent_id is not None
    return was_by_precedent and vetoed.capacity in ("approver", "governor")


def _refuse_outside_window(approval: Approval, decision_hash: str, at: datetime) -> None:
    if approval.status == "confirmed" or approval.veto is None or at > approval.veto.closes_at:
        raise decision_refusals.window_closed(approval)
    refuse_other_content(approval, decision_hash)
