"""What an approval is at a moment: one rule for its cards, its lists and their counts.

A closing timer waits for decisions that were received in time, so what is stored is older than the
clock for a minute. Whoever stores approvals stores `bucket` and `open_until` beside them and lists
them by `in_bucket`, in the order of `NEWEST_FIRST`."""

from datetime import datetime
from typing import Any, Literal, TypeVar

from events.approvals import ApprovalSummary
from shared.kit.instants import format_instant

Bucket = Literal["pending", "veto_open", "decided"]
A = TypeVar("A", bound=ApprovalSummary)

OPEN = frozenset({"pending", "deferred", "escalated"})
NEWEST_FIRST = ("requested_at", "open_until")


def as_of(approval: A, at: datetime) -> A:
    """The approval at `at`: after `deadline_at` it is decided by silence, after the veto window it
    is confirmed, whether or not its timer has fired."""
    until = open_until(approval)
    if not until or format_instant(at) <= until:
        return approval
    is_confirmed = approval.status == "auto_approved"
    passed = {"status": "confirmed"} if is_confirmed else silence_fields(approval)
    known = type(approval).model_fields.keys() & passed.keys()
    return approval.but(**{name: passed[name] for name in known})


def silence_fields(approval: ApprovalSummary) -> dict[str, Any]:
    """What silence changes at the deadline."""
    return {
        "status": "approved" if approval.on_timeout == "approve" else "expired",
        "decision": "silence",
        "decided_by": "deadline",
        "decided_at": approval.deadline_at,
        "capacity": "silence",
        "missing": (),
        "deferred_until": None,
    }


def bucket_of(approval: ApprovalSummary) -> Bucket:
    """The bucket of the approval's status; the clock does not count."""
    if approval.status in OPEN:
        return "pending"
    return "veto_open" if approval.status == "auto_approved" and approval.veto else "decided"


def open_until(approval: ApprovalSummary) -> str:
    """The last moment at which the approval lies in the bucket of its status, as text that sorts;
    empty where it stays there."""
    if approval.status in OPEN:
        return format_instant(approval.deadline_at)
    if approval.status == "auto_approved" and approval.veto:
        return format_instant(approval.veto.closes_at)
    return ""


def in_bucket(bucket: Bucket | None, at: datetime) -> list[tuple[str, str, str]]:
    """The conditions of a query for the approvals that lie in the bucket at `at`; None for all."""
    now = format_instant(at)
    if bucket is None:
        return []
    if bucket == "decided":
        return [("open_until", "<", now)]
    return [("bucket", "==", bucket), ("open_until", ">=", now)]
