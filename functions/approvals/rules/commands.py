"""The commands of people, and the checks that need no state."""

from datetime import datetime, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BeforeValidator, Field, JsonValue, StringConstraints

from events.artifacts import PREFIX as ARTIFACT
from events.vetoes import VetoReason
from functions.approvals.rules.approval import REFUSALS, Approval
from functions.approvals.rules.standing import passes_to_deputy
from shared.kit.callers import Actor, Identifier
from shared.kit.canonical import ContentHash
from shared.kit.device_signatures import CompactJws
from shared.kit.errors import FieldError, Invalid
from shared.kit.ids import Id, is_id
from shared.kit.instants import Instant
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Model
from shared.kit.passkeys import Assertion
from shared.kit.principals import is_reserved

LONGEST_NOTE = 4_000
LONGEST_OPEN = timedelta(days=30)
MOST_GRANTS = 16
MOST_ATTACHMENTS = 10
MOST_ANSWER_BYTES = 16 * 1024
LONGEST_READ_MS = 24 * 3600 * 1000

DecisionVerb = Literal[
    "approve", "reject", "request_changes", "defer", "escalate", "delegate", "break_glass"
]
Verdict = Literal["upheld", "overturned"]
Grounds = Literal["outage", "breach", "data_loss", "legal"]

_PASSES_ON = ("escalate", "delegate")


def _none_is_empty(value: Any) -> Any:
    return () if value is None else value


def _artifact_id(text: str) -> str:
    if not is_id(ARTIFACT, text):
        raise ValueError("is the id of a file: upload it first (POST /v1/artifacts)")
    return text


Text = Annotated[str, StringConstraints(max_length=LONGEST_NOTE)]
Note = Annotated[Text, BeforeValidator(lambda value: "" if value is None else value)]
Attachment = Annotated[Id, AfterValidator(_artifact_id)]
Attachments = Annotated[
    tuple[Attachment, ...], BeforeValidator(_none_is_empty), Field(max_length=MOST_ATTACHMENTS)
]
Answer = Annotated[dict[str, JsonValue], AfterValidator(JsonLimit(most_bytes=MOST_ANSWER_BYTES))]
# Passkeys signed decisions before these had attachments.
_LeftOutWhereEmpty = Field(exclude_if=lambda attachments: not attachments)


class SignedBody(Model):
    """What a decision may say of how it was taken, and who signed that: `seen_version` is the
    version of the approval on the screen, `read_ms` for how many milliseconds it was visible.
    `signature` is that of one of the caller's devices, a compact JWS, `assertion` a passkey's."""

    seen_version: Annotated[int, Field(strict=True, ge=0)] | None = None
    read_ms: Annotated[int, Field(strict=True, ge=0, le=LONGEST_READ_MS)] | None = None
    signature: CompactJws | None = None
    assertion: Assertion | None = None

    @property
    def is_signed(self) -> bool:
        """Whether a device or a passkey signed it, as it says."""
        return self.signature is not None or self.assertion is not None


class ApproveBody(SignedBody):
    """Approves the content with that hash. `answer` goes to the server whose question the content
    has (`elicitation`), and to nothing else."""

    decision_hash: ContentHash
    client_decision_id: UUID
    note: Note = ""
    answer: Answer | None = None


class RequestChangesBody(ApproveBody):
    """Returns this content; `note` says what must change, and `attachments` are ids of artifacts
    that show it."""

    note: Text
    attachments: Annotated[Attachments, _LeftOutWhereEmpty] = ()


class DecisionBody(ApproveBody):
    """A decision about the content with that hash. `until` is for defer, `to` for delegate,
    `grounds` for break_glass, `attachments`, ids of artifacts, for reject and request_changes;
    request_changes needs a note."""

    decision: DecisionVerb
    until: Instant | None = None
    to: Identifier | None = None
    grounds: Grounds | None = None
    attachments: Annotated[Attachments, _LeftOutWhereEmpty] = ()


class GovernorVetoBody(SignedBody):
    """Rejects a pending approval, reverses a precedent's approval. `attachments` are ids of
    artifacts that show why."""

    decision_hash: ContentHash
    client_decision_id: UUID
    reason_category: Literal["constitutional", "safety", "budget", "other"]
    explanation: Text
    attachments: Attachments = ()

    def reason(self) -> VetoReason:
        """The reason, as events publish it."""
        return VetoReason(category=self.reason_category, explanation=self.explanation)


class VetoBody(GovernorVetoBody):
    """A veto with the id of its approval."""

    approval_id: Id


class ReviewBody(Model):
    """The verdict on a break-glass or on a deputy's decision."""

    verdict: Verdict
    note: Text


def check_decision(command: DecisionBody, approval: Approval, actor: Actor, at: datetime) -> None:
    """Raises Invalid, naming every field that is missing, not allowed or out of bounds."""
    errors = [*_superfluous(command), *_signing_errors(command, approval)]
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


def check_veto(command: GovernorVetoBody, approval: Approval) -> None:
    """Raises Invalid for a veto without a reason, or one that says wrongly what was seen."""
    errors = _signing_errors(command, approval)
    if not command.explanation.strip():
        errors.append(FieldError("explanation", "must say why"))
    if errors:
        raise Invalid(*errors)


def check_review(command: ReviewBody) -> None:
    """Raises Invalid for a review without a note."""
    if not command.note.strip():
        raise Invalid(FieldError("note", "must say why"))


def _signing_errors(command: SignedBody, approval: Approval) -> list[FieldError]:
    errors = []
    if command.seen_version is not None and command.seen_version > approval.version:
        detail = f"must be at most {approval.version}, the version that the approval has"
        errors.append(FieldError("seen_version", detail))
    if command.signature is not None:
        said = {"seen_version": command.seen_version, "read_ms": command.read_ms}
        missing = (name for name, value in said.items() if value is None)
        errors += [FieldError(name, "must be given: a device signs it") for name in missing]
    return errors


def _superfluous(command: DecisionBody) -> list[FieldError]:
    owners = {"until": "defer", "to": "delegate", "grounds": "break_glass"}
    errors = [
        FieldError(field, f"belongs to {verb} only")
        for field, verb in owners.items()
        if getattr(command, field) is not None and command.decision != verb
    ]
    if command.attachments and command.decision not in REFUSALS:
        errors.append(FieldError("attachments", "belong to reject and request_changes only"))
    return errors


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
    if command.to is None:
        return [FieldError("to", "must name a principal")]
    if is_reserved(command.to):
        return [FieldError("to", "must name a person or a program: this name is reserved")]
    if command.to in (*approval.authors, actor.principal):
        return [FieldError("to", "must be neither you nor anyone whose text is in the content")]
    return []
