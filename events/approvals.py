"""What `approvals` publishes: requests for approval, their outcomes, and precedents."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from events.registry import event
from shared.kit.callers import Identifier
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData, Model

TOPIC = "approvals"
MOST_PLACES = 16

Kind = Literal["artifact", "communication", "execution", "financial", "constitutional"]
Risk = Literal["low", "medium", "high", "critical"]
Purpose = Literal["creation", "proposal", "evolution", "ethics_escalation"]
ApprovalStatus = Literal[
    "pending",
    "deferred",
    "escalated",
    "approved",
    "rejected",
    "changes_requested",
    "expired",
    "cancelled",
    "auto_approved",
    "confirmed",
    "vetoed",
    "reversed",
    "reversal_failed",
]
# By a place in the rule, a deputy's right, a broken glass, silence, a precedent, a withdrawal.
Capacity = Literal["approver", "deputy", "break_glass", "deadline", "precedent", "requester"]


class Subject(Data):
    """What the request is about."""

    type: str
    id: str
    name: str


class Stage(Data):
    """The stage of its pipeline that the requesting case has reached."""

    number: int
    name: str
    of: int


class Match(Data):
    """How one precedent compares with the content, condition by condition, in words."""

    seed_id: str
    title: str
    satisfied: tuple[str, ...] = ()
    unsatisfied: tuple[str, ...] = ()


class VetoWindow(Data):
    """A veto that is received at or before `closes_at` reverses the approval."""

    closes_at: Instant


class Place(Model):
    """Who may fill one place of a rule: everybody with a role, or one principal."""

    role: Identifier | None = None
    principal: Identifier | None = None


class Rule(Model):
    """How many places must be filled, by distinct principals: any one, all, or `m` of them
    (`m_of_n`)."""

    kind: Literal["any", "all", "m_of_n"]
    m: Annotated[int, Field(strict=True)] | None = None
    of: Annotated[tuple[Place, ...], Field(max_length=MOST_PLACES)]


class CaseBinding(Data):
    """Which revision of which creation case requested the approval, and for what. Requests made
    over the API have none."""

    case_id: str
    revision: int
    purpose: Purpose


class Vote(Data):
    """One principal's yes. `places` are the indices in the rule that the voter could fill."""

    principal: str
    capacity: Capacity
    places: tuple[int, ...]
    at: Instant
    note: str = ""


class Grant(Data):
    """A deputy's right to decide: delegated to a principal, or escalated (`to` None)."""

    to: str | None
    by: str
    places: tuple[int, ...]
    at: Instant


class BreakGlass(Data):
    """An approval without the approvers that it skipped (`role:governor`, `principal:mara`)."""

    grounds: Literal["outage", "breach", "data_loss", "legal"]
    skipped: tuple[str, ...]


class Review(Data):
    """The review that a break-glass or a deputy's decision requires, and its outcome."""

    because: Literal["break_glass", "deputy"]
    status: Literal["owed", "missed", "upheld", "overturned"]
    due_at: Instant
    reviewed_by: str | None = None
    reviewed_at: Instant | None = None
    note: str = ""


class VetoReason(Data):
    """Who vetoed, and why."""

    category: Literal["constitutional", "safety", "budget", "other"]
    explanation: str
    attachments: tuple[str, ...] = ()


class ApprovalSummary(Data):
    """The summary of an approval. `version` is the sequence of its latest event, so it grows with
    every change; `decided_by` is a principal, `deadline` (silence) or a precedent's id."""

    kind: Kind
    risk: Risk
    status: ApprovalStatus
    summary: str
    subject: Subject
    requested_by: str
    requested_at: Instant
    deadline_at: Instant
    on_timeout: Literal["approve", "deny"]
    decision_hash: str
    stage: Stage | None = None
    matches: tuple[Match, ...] = ()
    veto: VetoWindow | None = None
    decided_by: str | None = None
    decided_at: Instant | None = None
    receipt_id: str | None = None
    version: int


class ApprovalRecord(ApprovalSummary):
    """An approval, and how it was decided."""

    rule: Rule
    votes: tuple[Vote, ...] = ()
    grants: tuple[Grant, ...] = ()
    deferred_until: Instant | None = None
    capacity: Capacity | None = None
    note: str = ""
    precedent_id: str | None = None
    break_glass: BreakGlass | None = None
    review: Review | None = None
    veto_reason: VetoReason | None = None


class Card(ApprovalSummary):
    """What a phone shows of an approval."""

    id: str


class ApprovalState(ApprovalRecord, EventData):
    """An approval after the event.

    `content` is canonical JSON text, and `decision_hash` is its SHA-256. `considered` are the ids
    of the precedents that it was compared with at its request, whether or not `matches` shows
    them. `signature` is a compact JWS over a `SignedDecision`, from the first final decision on."""

    approval_id: str
    content: str
    risk_reasons: tuple[str, ...] = ()
    evidence: tuple[JsonValue, ...] = ()
    rollback_plan: str = ""
    case: CaseBinding | None = None
    considered: tuple[str, ...] = ()
    signature: str | None = None


@event("assent.approval.requested.v1")
class ApprovalRequested(ApprovalState):
    """Somebody requested an approval; its deadline runs."""


@event("assent.approval.auto_approved.v1")
class ApprovalAutoApproved(ApprovalState):
    """A precedent approved the request; the veto window is open. The subject's first event, in
    place of `requested`."""


@event("assent.approval.voted.v1")
class ApprovalVoted(ApprovalState):
    """One more approver said yes; the rule requires others."""


@event("assent.approval.approved.v1")
class ApprovalApproved(ApprovalState):
    """Final: approved by approvers, by a deputy, by breaking the glass, or by silence."""


@event("assent.approval.rejected.v1")
class ApprovalRejected(ApprovalState):
    """Final: rejected by an approver, or by a veto while it was pending."""


@event("assent.approval.changes_requested.v1")
class ApprovalChangesRequested(ApprovalState):
    """Final for this content: an approver asked for changes, which `note` describes."""


@event("assent.approval.expired.v1")
class ApprovalExpired(ApprovalState):
    """Final: the deadline passed, and silence means no."""


@event("assent.approval.cancelled.v1")
class ApprovalCancelled(ApprovalState):
    """Final: the requester withdrew the request."""


@event("assent.approval.deferred.v1")
class ApprovalDeferred(ApprovalState):
    """The request was deferred until `deferred_until`; it then has as much time left as now."""


@event("assent.approval.resumed.v1")
class ApprovalResumed(ApprovalState):
    """The deferral ended; the request waits for its decision again."""


@event("assent.approval.escalated.v1")
class ApprovalEscalated(ApprovalState):
    """The deputy may decide too; or a deputy escalated it back to the governor (pending)."""


@event("assent.approval.delegated.v1")
class ApprovalDelegated(ApprovalState):
    """The principal in the newest of `grants` may decide too."""


@event("assent.approval.vetoed.v1")
class ApprovalVetoed(ApprovalState):
    """An automatic approval was vetoed in its window: the function that acted on it reverses."""


@event("assent.approval.confirmed.v1")
class ApprovalConfirmed(ApprovalState):
    """The veto window closed without a veto."""


@event("assent.approval.reversed.v1")
class ApprovalReversed(ApprovalState):
    """What a vetoed or overturned approval had started was rolled back."""


@event("assent.approval.reversal_failed.v1")
class ApprovalReversalFailed(ApprovalState):
    """What a vetoed or overturned approval had started could not be rolled back."""


@event("assent.approval.reviewed.v1")
class ApprovalReviewed(ApprovalState):
    """A review upheld a decision."""


@event("assent.approval.overturned.v1")
class ApprovalOverturned(ApprovalState):
    """A review overturned a decision: the function that acted on an approval reverses."""


class Violation(Data):
    """A rule of governance that was broken, with what shows it."""

    rule: str
    summary: str
    evidence: tuple[str, ...]


@event("assent.approval.review_missed.v1")
class ApprovalReviewMissed(ApprovalState):
    """A required review was not made in time."""

    violation: Violation
