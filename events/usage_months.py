"""What `billing` publishes of months of usage, once it has closed them: so the audit log has their
roots, and its checkpoints cover them."""

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData

TOPIC = "billing"


class ClosedUsage(Data):
    """A closed line: what was used of a meter, by so many events in so many slabs, and the RFC 9162
    root over these, in hex."""

    meter: str
    quantity: int
    events: int
    slabs: int
    root: str


class UsageMonthState(EventData):
    """A section of a month, such as 2026-10, which is closed for ever; a later section corrects the
    first. `root` is the RFC 9162 root, in hex, over the texts of its `lines`, `size` of them, in
    the order of their meters."""

    period: str
    section: int
    closed_at: Instant
    size: int
    root: str
    lines: tuple[ClosedUsage, ...]


@event("assent.usage_month.closed.v1")
class UsageMonthClosed(UsageMonthState):
    """A section of a month was closed, and its lines never change again."""
