"""The approval itself, and what all of its transitions share."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from events.approvals import ApprovalState
from events.buckets import OPEN, Bucket, bucket_of, open_until
from events.effects import ApprovalKind
from functions.approvals.rules.gist import Gist, folded
from functions.approvals.rules.likeness import in_row
from functions.approvals.rules.quorum import missing_places
from functions.approvals.rules.subjects import is_for_calls
from shared.kit.canonical import content_hash
from shared.kit.instants import Instant
from shared.kit.transitions import Transition

DEADLINE_DUE = "assent.deadline.due.v1"
VETO_WINDOW_DUE = "assent.veto_window.due.v1"
REVIEW_DUE = "assent.review.due.v1"
REFUSAL_DUE = "assent.refusal.due.v1"

# A closing timer waits this long for decisions that were received in time and are not stored yet.
GRACE = timedelta(seconds=60)

Verb = Literal[
    "approve",
    "reject",
    "request_changes",
    "defer",
    "escalate",
    "delegate",
    "break_glass",
    "veto",
    "cancel",
    "silence",
    "precedent",
]

REFUSALS: tuple[Verb, ...] = ("reject", "request_changes", "veto")
_ENDED_OTHERWISE = (
    "rejected",
    "changes_requested",
    "cancelled",
    "vetoed",
    "reversed",
    "reversal_failed",
)


class Approval(ApprovalState):
    """The fields that events publish, and below them private ones: `silence_at` is when it expired
    because no governor acted, though it had the policy's default time, `governed_at` when a
    governor last acted on it or requested it (`by_governor`). `proposal` is the version of the
    approval policy that it proposes to replace. `barred` says why no precedent may approve it,
    whatever its conditions. `gist` is that of its content (`rules/gist.py`); `refused_at` when
    somebody whose refusal counts refused it (`rules/refusals.py`), `refused_by` who did so by
    cancelling its case, and `spreads_at` when more requests with its content are taken back.
    `deferred_by` is who deferred it, while it is deferred; `approved_version` the version with
    which people approved it, if they did; `least_read_ms` how long anybody takes to read it,
    where the policy looks at that; `meant_yes` says that silence meant yes
    when it was requested. `audits` is the precedent on probation that would have approved it, which
    nobody is told before they decide."""

    proposal: int | None = None
    precedents_allowed: bool = True
    had_default_time: bool = True
    barred: tuple[str, ...] = ()
    likeness: str = ""
    streak: int = 0
    counted_at: Instant | None = None
    decision: Verb | None = None
    decided_claim: str | None = None
    silence_at: Instant | None = None
    governed_at: Instant | None = None
    by_governor: bool = False
    gist: tuple[str, ...] = ()
    refused_at: Instant | None = None
    refused_by: str | None = None
    spreads_at: Instant | None = None
    deferred_by: str | None = None
    undone: bool = False
    approved_version: int | None = None
    least_read_ms: int | None = None
    meant_yes: bool = False
    audits: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether no final decision was taken; ignores the clock."""
        return self.status in OPEN

    @property
    def is_refusal(self) -> bool:
        """Whether the decision was a person's refusal, whatever followed."""
        return self.decision in REFUSALS

    @property
    def is_a_deputys_refusal(self) -> bool:
        """Whether it counts as refused only because a deputy refused it, so that a review may take
        that back."""
        by_deputy = self.capacity == "deputy" and self.review is not None
        return self.is_refusal and by_deputy and not self.was_refused_late

    @property
    def was_refused_late(self) -> bool:
        """Whether somebody whose word counts refused it after it had ended."""
        return any(each.counts_as_refused for each in self.late)

    @property
    def may_still_be_refused(self) -> bool:
        """Whether it ended without an approval that holds, and no refusal of it lasts: it was
        withdrawn, returned, or refused by a deputy or by whom the requester added."""
        if self.status not in _ENDED_OTHERWISE:
            return False
        return self.refused_kind is None or self.is_a_deputys_refusal

    @property
    def content_marks(self) -> tuple[str, ...]:
        """Two requests that share one of these have the same content, perhaps rewritten."""
        return tuple(f"{kind}:{each}" for kind, each in zip(Gist._fields, self.gist, strict=False))

    @property
    def subject_mark(self) -> str:
        """The same for requests of the same kind about the same subject. An agent is known by its
        name, which outlives a case; what callers name, by its id."""
        subject = self.subject
        known_by = subject.id if self.case is None else subject.name
        return f"subject:{content_hash([self.kind, folded(subject.type), folded(known_by)])}"

    @property
    def row(self) -> str:
        """The same for similar requests that lie in the same place, whose decisions make a row."""
        return in_row(self.likeness, self.workspace_id)

    @property
    def refused_marks(self) -> tuple[str, ...]:
        """The marks of what no precedent approves any more because this was refused. Who asks for
        changes refuses this content only."""
        if self.refused_at is None:
            return ()
        if self.refused_kind is None:
            return self.content_marks
        return (*self.content_marks, self.subject_mark)

    @property
    def tacit_marks(self) -> tuple[str, ...]:
        """The marks of its content while it stands approved unless somebody objects: silence would
        approve it, or a precedent did and a veto still counts."""
        by_silence = self.is_open and self.on_timeout == "approve"
        return self.content_marks if by_silence or self.status == "auto_approved" else ()

    @property
    def refused_kind(self) -> ApprovalKind | None:
        """Its kind, where it was refused, and not only returned for changes."""
        only_returned = self.decision == "request_changes" and not self.was_refused_late
        return self.kind if self.refused_at is not None and not only_returned else None

    @property
    def bucket(self) -> Bucket:
        """The bucket of its status."""
        return bucket_of(self)

    @property
    def open_until(self) -> str:
        """The last moment at which it lies in that bucket; empty for ever."""
        return open_until(self)


@dataclass(frozen=True)
class Repeat:
    """The same decision was taken before: nothing changes, and the first answer is given again."""


Step = Transition[Approval]
Steps = tuple[Step, ...]


def transition(approval: Approval, event: type[ApprovalState], **fields: Any) -> Step:
    """`approval` with `fields` replaced, what it still misses, and its version increased by one."""
    after = approval.but(**fields, version=approval.version + 1)
    missing = missing_places(after.rule, after.added_rule, after.votes) if after.is_open else ()
    return Transition(after.but(missing=missing), event)


def next_timer(approval: Approval) -> tuple[str, datetime] | None:
    """The timer that this state waits for: its type and its due time."""
    if approval.spreads_at is not None:
        return REFUSAL_DUE, approval.spreads_at
    if approval.status == "deferred" and approval.deferred_until is not None:
        return DEADLINE_DUE, approval.deferred_until
    if approval.is_open:
        return DEADLINE_DUE, approval.deadline_at + GRACE
    if approval.status == "auto_approved" and approval.veto is not None:
        return VETO_WINDOW_DUE, approval.veto.closes_at + GRACE
    if approval.review is not None and approval.review.status == "owed":
        return REVIEW_DUE, approval.review.due_at + GRACE
    return None


def is_swept(approval: Approval) -> bool:
    """Whether the sweep alone fires the timer: the deadline of what a call waits for, which nearly
    always is decided before. It only records what the clock has decided already."""
    is_deadline = next_timer(approval) == (DEADLINE_DUE, approval.deadline_at + GRACE)
    return is_deadline and approval.on_timeout == "deny" and is_for_calls(approval.subject)
