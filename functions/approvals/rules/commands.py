"""The commands of people, and the checks that need no state."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import BeforeValidator

from events.approvals import VetoReason
from functions.approvals.rules.approval import Actor, Approval
from functions.approvals.rules.standing import passes_to_deputy
from shared.kit.errors import FieldError, Invalid
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.principals import LONGEST_PRINCIPAL, is_reserved

LONGEST_NOTE = 4_000
LONGEST_OPEN = timedelta(days=30)
MOST_GRANTS = 16
MOST_ATTACHMENTS = 10
LONGEST_ATTACHMENT = 2_048

DecisionVerb = Literal[
    "approve", "reject", "request_changes", "defer", "escalate", "delegate", "break_glass"
]
Grounds = Literal["outage", "breach", "data_loss", "legal"]

_PASSES_ON = ("escalate", "delegate")


def _none_is_empty(value: Any) -> Any:
    return () if value is None else value


Note = Annotated[str, BeforeValidator(lambda value: "" if value is None else value)]


class ApproveBody(Model):
    """Approves the content with that hash."""

    decision_hash: str
    client_decision_id: UUID
    note: Note = ""


class RequestChangesBody(ApproveBody):
    """Returns this content; `note` says what must change."""

    note: str


class DecisionBody(ApproveBody):
    """A decision about the content with that hash. `until` is for defer, `to` for delegate,
    `grounds` for break_glass; request_changes needs a note."""

    decision: DecisionVerb
    until: Instant | None = None
    to: str | None = None
    grounds: Grounds | None = None


class GovernorVetoBody(Model):
    """Rejects a pending approval, reverses a precedent's approval."""

    decision_hash: str
    client_decision_id: UUID
    reason_category: Literal["constitutional", "safety", "budget", "other"]
    explanation: str
    attachments: Annotated[tuple[str, ...], BeforeValidator(_none_is_empty)] = ()

    def reason(self) -> VetoReason:
        """The reason, as events publish it."""
        return VetoReason(
            category=self.reason_category,
            explanation=self.explanation,
            attachments=self.attachments,
        )


class VetoBody(GovernorVetoBody):
    """A veto with the id of its approval."""

    approval_id: str


class ReviewBody(Model):
    """The verdict on a break-glass or on a deputy's decision."""

    verdict: Literal["upheld", "overturned"]
    note: str


def check_decision(command: DecisionBody, approval: Approval, actor: Actor, at: datetime) -> None:
    """Raises Invalid, naming every field that is missing, not allowed or out of bounds."""
    errors = [*_superfluous(command), *_note_errors(command.note)]
    if command.decision == "request_changes" and not command.note.strip():
        errors.append(FieldError("note", "must say what should change"))
    if command.decision == "break_glass":
        errors += _break_glass_errors(command, approval)
    if command.decision == "defer":
        errors += _until_errors(command, approval, at)
    if command.decision == "delegate":
        errors += _to_errors(command, approval, actor)
    if command.decision in _PASSES_ON:
        errors += _passing_errors(command, approval, actor)
    if errors:
        raise Invalid(*errors)


def check_veto(command: GovernorVetoBody) -> None:
    """Raises Invalid for a veto whose reason is missing or too long."""
    reason = command.reason()
    errors = _text_errors("explanation", reason.explanation)
    if len(reason.attachments) > MOST_ATTACHMENTS:
        errors.append(FieldError("attachments", f"must be at most {MOST_ATTACHMENTS}"))
    errors += [
        FieldError(f"attachments.{index}", f"must have 1 to {LONGEST_ATTACHMENT} characters")
        for index, attachment in enumerate(reason.attachments)
        if not 1 <= len(attachment) <= LONGEST_ATTACHMENT
    ]
    if errors:
        raise Invalid(*errors)


def check_review(command: ReviewBody) -> None:
    """Raises Invalid for a review whose note is missing or too long."""
    if errors := _text_errors("note", command.note):
        raise Invalid(*errors)


def _superfluous(command: DecisionBody) -> list[FieldError]:
    owners = {"until": "defer", "to": "delegate", "grounds": "break_glass"}
    return [
        FieldError(field, f"belongs to {verb} only")
        for field, verb in owners.items()
        if getattr(command, field) is not None and command.decision != verb
    ]


def _break_glass_errors(command: DecisionBody, approval: Approval) -> list[FieldError]:
    if approval.proposal is not None:
        return [FieldError("decision", "break-glass does not change the approval policy: approve")]
    if command.grounds is None:
        return [FieldError("grounds", "must be given")]
    return []


def _passing_errors(command: DecisionBody, approval: Approval, actor: Actor) -> list[FieldError]:
    if approval.kind == "constitutional":
        return [FieldError("decision", "a constitutional approval never passes to a deputy")]
    if command.decision == "escalate" and not any(map(passes_to_deputy, approval.rule.of)):
        return [FieldError("decision", "no place of the rule passes to a deputy: delegate yours")]
    if len({grant.by for grant in approval.grants} - {actor.principal}) >= MOST_GRANTS:
        return [FieldError("decision", f"{MOST_GRANTS} others have passed their place on already")]
    return []


def _until_errors(command: DecisionBody, approval: Approval, at: datetime) -> list[FieldError]:
    if command.until is None:
        return [FieldError("until", "must be given")]
    if not at < command.until < approval.requested_at + LONGEST_OPEN:
        return [FieldError("until", "must be in the future, within 30 days of the request")]
    return []


def _to_errors(command: DecisionBody, approval: Approval, actor: Actor) -> list[FieldError]:
    if command.to is None or not 1 <= len(command.to.strip()) <= LONGEST_PRINCIPAL:
        return [FieldError("to", "must name a principal")]
    if command.to in (*approval.authors, actor.principal) or is_reserved(command.to):
        return [FieldError("to", "must be neither you nor anyone whose text is in the content")]
    return []


def _note_errors(note: str) -> list[FieldError]:
    if len(note) > LONGEST_NOTE:
        return [FieldError("note", f"must have at most {LONGEST_NOTE} characters")]
    return []


def _text_errors(field: str, text: str) -> list[FieldError]:
    if not text.strip() or len(text) > LONGEST_NOTE:
        return [FieldError(field, f"must have 1 to {LONGEST_NOTE} characters")]
    return []
