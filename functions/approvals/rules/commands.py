"""What a person may ask for, and what is wrong with it before any state is looked at."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from events.approvals import VetoReason
from functions.approvals.rules.approval import Actor, Approval
from shared.kit.errors import FieldError, Invalid

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


@dataclass(frozen=True)
class DecisionCommand:
    """A decision about the content whose hash is `decision_hash`."""

    decision: DecisionVerb
    decision_hash: str
    note: str = ""
    until: datetime | None = None
    to: str | None = None
    grounds: Grounds | None = None


@dataclass(frozen=True)
class VetoCommand:
    """A veto of the content whose hash is `decision_hash`."""

    decision_hash: str
    reason: VetoReason


@dataclass(frozen=True)
class ReviewCommand:
    """The review a break-glass or a deputy's decision owes."""

    verdict: Literal["upheld", "overturned"]
    note: str


def check_decision(
    command: DecisionCommand, approval: Approval, actor: Actor, at: datetime
) -> None:
    """Raises Invalid, naming every field that is missing, superfluous or out of bounds."""
    errors = [*_superfluous(command), *_note_errors(command.note)]
    if command.decision == "request_changes" and not command.note.strip():
        errors.append(FieldError("note", "must say what should change"))
    if command.decision == "break_glass" and command.grounds is None:
        errors.append(FieldError("grounds", "must be given"))
    if command.decision == "defer":
        errors += _until_errors(command, approval, at)
    if command.decision == "delegate":
        errors += _to_errors(command, approval, actor)
    if command.decision in _PASSES_ON:
        errors += _passing_errors(approval)
    if errors:
        raise Invalid(*errors)


def check_veto(command: VetoCommand) -> None:
    """Raises Invalid for a veto that does not say why, or says too much."""
    reason = command.reason
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


def check_review(command: ReviewCommand) -> None:
    """Raises Invalid for a review without a note, or with an endless one."""
    if errors := _text_errors("note", command.note):
        raise Invalid(*errors)


def _superfluous(command: DecisionCommand) -> list[FieldError]:
    owners = {"until": "defer", "to": "delegate", "grounds": "break_glass"}
    return [
        FieldError(field, f"belongs to {verb} only")
        for field, verb in owners.items()
        if getattr(command, field) is not None and command.decision != verb
    ]


def _passing_errors(approval: Approval) -> list[FieldError]:
    if approval.kind == "constitutional":
        return [FieldError("decision", "a constitutional approval never passes to a deputy")]
    if len(approval.grants) >= MOST_GRANTS:
        return [FieldError("decision", f"was passed on {MOST_GRANTS} times already")]
    return []


def _until_errors(command: DecisionCommand, approval: Approval, at: datetime) -> list[FieldError]:
    if command.until is None:
        return [FieldError("until", "must be given")]
    if not at < command.until < approval.requested_at + LONGEST_OPEN:
        return [FieldError("until", "must lie ahead, within 30 days of the request")]
    return []


def _to_errors(command: DecisionCommand, approval: Approval, actor: Actor) -> list[FieldError]:
    if command.to is None or not 1 <= len(command.to.strip()) <= 256:
        return [FieldError("to", "must name a principal")]
    if command.to in (approval.requested_by, actor.principal):
        return [FieldError("to", "must be neither you nor whoever asks")]
    return []


def _note_errors(note: str) -> list[FieldError]:
    if len(note) > LONGEST_NOTE:
        return [FieldError("note", f"must have at most {LONGEST_NOTE} characters")]
    return []


def _text_errors(field: str, text: str) -> list[FieldError]:
    if not text.strip() or len(text) > LONGEST_NOTE:
        return [FieldError(field, f"must have 1 to {LONGEST_NOTE} characters")]
    return []
