"""What `approvals` publishes: requests for approval, and their outcomes."""

from typing import ClassVar, Literal

from events.artifacts import CitedArtifacts
from events.assertions import DecisionAssertion, DecisionSignature
from events.effects import ApprovalKind, Effect, Risk
from events.quorum import BreakGlass, Capacity, Grant, LateDecision, Review, Rule, Vote
from events.registry import event
from events.vetoes import VetoReason, VetoWindow
from events.violations import Violation
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData
from shared.kit.personal import PersonalText, RequestersText
from shared.kit.workspaces import InWorkspace

TOPIC = "approvals"
# What of an approval only a passkey's signature decides: nothing, a broken glass, or all that
# assents (approve, break the glass, defer, escalate, delegate). Nobody ever needs one to refuse.
PasskeyFor = Literal["nothing", "break_glass", "assent"]
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
    "overturned",
    "reversed",
    "reversal_failed",
]


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


class CaseBinding(Data):
    """Which revision of which creation case requested the approval, and for what. Requests made
    over the API have none."""

    case_id: str
    revision: int
    purpose: Purpose


class ApprovalSummary(Data):
    """The summary of an approval. `version` is the sequence of its latest event, so it grows with
    every change. `rule` is the policy's; `added_rule`, which must be met too, the requester's.
    `missing` are the places that nobody has filled yet (`role:…`, `principal:…`). `authors` are all
    whose text is in the content; none of them assents. `decided_by` is a principal, `deadline`
    (silence) or a precedent's id, and `capacity` says which. `review` is what became of the review
    that a broken glass or a deputy's decision requires. `passkey_for` is what the policy asked of
    it at the request, `passkey_id` the passkey and `device_id` the device that signed the final
    decision, where one did.
    `workspace_id` is there for an approval in a workspace. `needs_answer`: the content has an
    `elicitation`, and whoever approves answers it."""

    kind: ApprovalKind
    risk: Risk
    status: ApprovalStatus
    summary: RequestersText
    subject: Subject
    requested_by: str
    authors: tuple[str, ...]
    requested_at: Instant
    deadline_at: Instant
    on_timeout: Literal["approve", "deny"]
    decision_hash: str
    effect: Effect | None = None
    amount_usd_micros: int | None = None
    rule: Rule
    added_rule: Rule | None = None
    votes: tuple[Vote, ...] = ()
    missing: tuple[str, ...] = ()
    deferred_until: Instant | None = None
    stage: Stage | None = None
    veto: VetoWindow | None = None
    decided_by: str | None = None
    decided_at: Instant | None = None
    capacity: Capacity | None = None
    passkey_for: PasskeyFor = "nothing"
    passkey_id: str | None = None
    device_id: str | None = None
    review: Review | None = None
    receipt_id: str | None = None
    needs_answer: bool = False
    version: int
    workspace_id: InWorkspace = None


class ApprovalRecord(ApprovalSummary):
    """An approval, and how it was decided. `late` are the decisions that came after the deadline or
    the veto window, and the refusals that came after another end. `answer_hash` names the content
    with what those who approved answered. `attachments` are the files with which somebody refused
    it; left out where there are none."""

    grants: tuple[Grant, ...] = ()
    late: tuple[LateDecision, ...] = ()
    note: PersonalText = ""
    answer_hash: str | None = None
    precedent_id: str | None = None
    break_glass: BreakGlass | None = None
    veto_reason: VetoReason | None = None
    attachments: CitedArtifacts = ()


class Card(ApprovalSummary):
    """What a phone shows of an approval."""

    id: str


class ApprovalState(ApprovalRecord, EventData):
    """An approval after the event.

    What is large is named by its hash (docs/contracts.md, Contents): `decision_hash` names the
    content to approve; `events.dossiers.DossierNames` has the others.
    `considered` are the ids of the precedents that it was compared with at its request. `token` is
    the capability token of the run that requested it; once it is approved, the assent to exactly
    its content is in it, signed by `approvals`. `evidence_files` are the files that its evidence
    names; left out where it names none.
    `signature` is a compact JWS over a `SignedDecision`, from the first final decision on."""

    approval_id: str
    evidence_hash: str
    assessment_hash: str
    matches_hash: str | None = None
    evidence_files: CitedArtifacts = ()
    case: CaseBinding | None = None
    considered: tuple[str, ...] = ()
    token: str | None = None
    signature: str | None = None


class DecisionState(ApprovalState):
    """An approval after somebody's decision. `assertion` is a passkey's signature of it and
    `device_signature` a device's, where one signed. `seen_version` is the version of the approval
    that whoever decided had on the screen, and `read_ms` for how long, as they said."""

    assertion: DecisionAssertion | None = None
    device_signature: DecisionSignature | None = None
    seen_version: int | None = None
    read_ms: int | None = None


@event("assent.approval.requested.v1")
class ApprovalRequested(ApprovalState):
    """Somebody requested an approval; its deadline runs."""


@event("assent.approval.auto_approved.v1")
class ApprovalAutoApproved(ApprovalState):
    """A precedent approved the request; the veto window is open. The subject's first event, in
    place of `requested`."""


@event("assent.approval.voted.v1")
class ApprovalVoted(DecisionState):
    """One more approver said yes; the rule requires others."""


@event("assent.approval.approved.v1")
class ApprovalApproved(DecisionState):
    """Final: approved by approvers, by a deputy, by breaking the glass, or by silence."""

    # A run notes it before it acts on it.
    reader_clears: ClassVar[frozenset[str]] = frozenset({"run"})


@event("assent.approval.rejected.v1")
class ApprovalRejected(DecisionState):
    """Final: rejected by an approver, or by a veto while it was pending."""


@event("assent.approval.changes_requested.v1")
class ApprovalChangesRequested(DecisionState):
    """Final for this content: an approver asked for changes, which `note` describes."""


@event("assent.approval.expired.v1")
class ApprovalExpired(ApprovalState):
    """Final: the deadline passed, and silence means no."""


@event("assent.approval.silence_revoked.v1")
class ApprovalSilenceRevoked(ApprovalState):
    """Silence will not approve it any more, because somebody refused the same content."""


@event("assent.approval.cancelled.v1")
class ApprovalCancelled(ApprovalState):
    """Final: the request was withdrawn."""


@event("assent.approval.decided_late.v1")
class ApprovalDecidedLate(ApprovalState):
    """Somebody who could have decided did so too late, or after the request had ended otherwise,
    and was refused; the newest of `late`."""


@event("assent.approval.deferred.v1")
class ApprovalDeferred(DecisionState):
    """The request was deferred until `deferred_until`; it then has as much time left as now."""


@event("assent.approval.resumed.v1")
class ApprovalResumed(ApprovalState):
    """The deferral ended; the request waits for its decision again."""


@event("assent.approval.time_given_back.v1")
class ApprovalTimeGivenBack(ApprovalState):
    """Its tenant was suspended, or closing: its deadline, its veto window or its review is due as
    much later."""


@event("assent.approval.escalated.v1")
class ApprovalEscalated(DecisionState):
    """The deputy may decide too; or a deputy escalated it back to the governor (pending)."""


@event("assent.approval.delegated.v1")
class ApprovalDelegated(DecisionState):
    """The principal in the newest of `grants` may decide too."""


@event("assent.approval.vetoed.v1")
class ApprovalVetoed(DecisionState):
    """An automatic approval was vetoed in its window, or people's approval was refused by somebody
    who could not know of it: the function that acted on it reverses."""


@event("assent.approval.delivered.v1")
class ApprovalDelivered(ApprovalState):
    """The first device had the notice of an automatic approval: its veto window closes as `veto`
    says from now on."""


@event("assent.approval.confirmed.v1")
class ApprovalConfirmed(ApprovalState):
    """The veto window closed without a veto."""


@event("assent.approval.reversed.v1")
class ApprovalReversed(ApprovalState):
    """What a vetoed or overturned approval had started was rolled back; or the case that was
    approved was cancelled before it went live."""


@event("assent.approval.reversal_failed.v1")
class ApprovalReversalFailed(ApprovalState):
    """What a vetoed or overturned approval had started could not be rolled back."""


@event("assent.approval.reviewed.v1")
class ApprovalReviewed(ApprovalState):
    """A review upheld a decision."""


@event("assent.approval.overturned.v1")
class ApprovalOverturned(ApprovalState):
    """A review overturned a decision: the function that acted on an approval reverses."""


@event("assent.approval.review_missed.v1")
class ApprovalReviewMissed(ApprovalState):
    """A required review was not made in time."""

    violation: Violation
