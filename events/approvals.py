"""What `approvals` publishes: requests for assent, what became of them, and precedents."""

from typing import Annotated, Literal

from pydantic import Field, JsonValue

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData, Model

TOPIC = "approvals"

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
# A place in the rule, a deputy's right, a broken glass, silence, a precedent, a withdrawal.
Capacity = Literal["approver", "deputy", "break_glass", "deadline", "precedent", "requester"]


class Subject(Data):
    """What the request is about."""

    type: str
    id: str
    name: str


class Stage(Data):
    """Where in its pipeline the asking case stands."""

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
    """A veto received at or before `closes_at` reverses."""

    closes_at: Instant


class Place(Model):
    """Who may fill one place of a rule: whoever holds a role, or one principal."""

    role: str | None = None
    principal: str | None = None


class Rule(Model):
    """How many places must be filled, by distinct principals: any one, all, or `m` of them
    (`m_of_n`)."""

    kind: Literal["any", "all", "m_of_n"]
    m: Annotated[int, Field(strict=True)] | None = None
    of: tuple[Place, ...]


class CaseBinding(Data):
    """Which revision of which creation case asked, and for what. Requests over the API have
    none."""

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
    """Assent without the approvers it names as skipped (`role:governor`, `principal:mara`)."""

    grounds: Literal["outage", "breach", "data_loss", "legal"]
    skipped: tuple[str, ...]


class Review(Data):
    """What a break-glass or a deputy's decision owes, and what came of it."""

    because: Literal["break_glass", "deputy"]
    status: Literal["owed", "missed", "upheld", "overturned"]
    due_at: Instant
    reviewed_by: str | None = None
    reviewed_at: Instant | None = None
    note: str = ""


class VetoReason(Data):
    """Why somebody vetoed."""

    category: Literal["constitutional", "safety", "budget", "other"]
    explanation: str
    attachments: tuple[str, ...] = ()


class ApprovalSummary(Data):
    """An approval at a glance. `version` grows with every change, and is the sequence of the event
    that made it; `decided_by` is a principal, `deadline` (silence) or a precedent's id."""

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
    """An approval, and how its decision came about."""

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
    """An approval as it is after the event.

    `content` is canonical JSON text, and `decision_hash` is its SHA-256. `considered` are the ids
    of the precedents it was compared with when it was asked for, whether or not `matches` shows
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
    """Somebody asks for assent, and the clock runs."""


@event("assent.approval.auto_approved.v1")
class ApprovalAutoApproved(ApprovalState):
    """A precedent assented; its veto window is open. Also the subject's first event, in place of
    `requested`."""


@event("assent.approval.voted.v1")
class ApprovalVoted(ApprovalState):
    """One more approver said yes; the rule asks for others."""


@event("assent.approval.approved.v1")
class ApprovalApproved(ApprovalState):
    """Final: assented to, by approvers, by a deputy, by breaking the glass, or by silence."""


@event("assent.approval.rejected.v1")
class ApprovalRejected(ApprovalState):
    """Final: refused, by an approver or by a veto while it was pending."""


@event("assent.approval.changes_requested.v1")
class ApprovalChangesRequested(ApprovalState):
    """Final for this content: `note` says what must change."""


@event("assent.approval.expired.v1")
class ApprovalExpired(ApprovalState):
    """Final: the deadline passed and silence means no."""


@event("assent.approval.cancelled.v1")
class ApprovalCancelled(ApprovalState):
    """Final: whoever asked no longer asks."""


@event("assent.approval.deferred.v1")
class ApprovalDeferred(ApprovalState):
    """Set aside until `deferred_until`; the time left then is the time that was left now."""


@event("assent.approval.resumed.v1")
class ApprovalResumed(ApprovalState):
    """A deferral ended; the request waits for its decision again."""


@event("assent.approval.escalated.v1")
class ApprovalEscalated(ApprovalState):
    """Open to the deputy too; or, escalated by a deputy, handed back to the governor (pending)."""


@event("assent.approval.delegated.v1")
class ApprovalDelegated(ApprovalState):
    """Open to the principal named in the newest of `grants` too."""


@event("assent.approval.vetoed.v1")
class ApprovalVetoed(ApprovalState):
    """An automatic assent was vetoed inside its window: whoever acted on it reverses."""


@event("assent.approval.confirmed.v1")
class ApprovalConfirmed(ApprovalState):
    """The veto window closed without a veto."""


@event("assent.approval.reversed.v1")
class ApprovalReversed(ApprovalState):
    """What a vetoed or overturned assent had started is undone."""


@event("assent.approval.reversal_failed.v1")
class ApprovalReversalFailed(ApprovalState):
    """What a vetoed or overturned assent had started could not be undone."""


@event("assent.approval.reviewed.v1")
class ApprovalReviewed(ApprovalState):
    """A decision that owed a review was upheld."""


@event("assent.approval.overturned.v1")
class ApprovalOverturned(ApprovalState):
    """A decision that owed a review was overturned: whoever acted on an assent reverses."""


class Violation(Data):
    """A rule of governance that was broken, with what shows it."""

    rule: str
    summary: str
    evidence: tuple[str, ...]


@event("assent.approval.review_missed.v1")
class ApprovalReviewMissed(ApprovalState):
    """A review that was owed was not made in time."""

    violation: Violation
