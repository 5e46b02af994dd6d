"""An approval as others know it. Pure."""

from datetime import datetime
from typing import NamedTuple

from events.approvals import ApprovalStatus
from events.buckets import OPEN


class KnownApproval(NamedTuple):
    """An approval as it is now. `assented_by` is there where its signed decision approves, and
    nobody has taken that back; `answer_hash` names what was answered with it."""

    status: ApprovalStatus
    decision_hash: str
    decided_at: datetime | None
    assented_by: str | None
    answer_hash: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody may still decide."""
        return self.status in OPEN
