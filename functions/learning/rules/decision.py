"""A person's decision as the miner sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from events.effects import ApprovalKind, Risk


@dataclass(frozen=True)
class Decision:
    """A decision of a person about a request that a precedent might have covered. `fields` are
    the fields of its content that tell its class. `requested_by` and `subject` are whose it is;
    no condition names them. `waited` is how long it was open, in seconds."""

    approval_id: str
    decided_at: datetime
    approved: bool
    kind: ApprovalKind
    risk: Risk
    requested_by: str
    subject: str
    fields: Mapping[str, Any]
    waited: float = 0.0

    @property
    def order(self) -> tuple[datetime, str]:
        """Decisions in the order in which they were taken, whatever order they were read in."""
        return self.decided_at, self.approval_id
