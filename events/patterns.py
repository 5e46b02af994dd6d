"""What `learning` publishes: patterns in the decisions of a tenant's people."""

from typing import Literal

from events.effects import ApprovalKind, Risk
from events.precedents import Conditions
from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData
from shared.kit.workspaces import InWorkspace

TOPIC = "learning"

PatternStatus = Literal["found", "lost"]


class Holdout(Data):
    """The later decisions, which the search did not see: how many of them the pattern covers, and
    how many of those people approved."""

    decisions: int
    approved: int


class KeptOut(Data):
    """What one condition keeps out: requests that people refused and that satisfy all the others.
    `condition` is its place among them; `approval_ids` are the latest of so many `refused`."""

    condition: int
    refused: int
    approval_ids: tuple[str, ...]


class PatternRecord(Data):
    """What people approve. `support` are the decisions that it covers, `approved` those of them
    that people approved; `lower_bound` is the least share of approvals that the earlier ones leave
    likely (Wilson, one-sided 95 %). `exceptions` are the latest of `exception_count` that people
    refused all the same. `waited_seconds` is the median time for which those requests were open.
    `example_approval_id` is the latest that was approved. It is `lost` once newer decisions do not
    show it any more."""

    kind: ApprovalKind
    max_risk: Risk
    conditions: Conditions
    status: PatternStatus
    support: int
    approved: int
    lower_bound: float
    holdout: Holdout
    exceptions: tuple[str, ...] = ()
    exception_count: int = 0
    kept_out: tuple[KeptOut, ...] = ()
    waited_seconds: int
    example_approval_id: str
    since: Instant
    until: Instant
    found_at: Instant
    lost_at: Instant | None = None
    version: int
    workspace_id: InWorkspace = None


class PatternState(PatternRecord, EventData):
    """A pattern after the event."""

    pattern_id: str


@event("assent.pattern.found.v1")
class PatternFound(PatternState):
    """The decisions show it, for the first time or again with other figures."""


@event("assent.pattern.lost.v1")
class PatternLost(PatternState):
    """Newer decisions do not show it any more; what was drafted from it stays."""
