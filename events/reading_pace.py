"""What `approvals` publishes of how fast people decide."""

from events.registry import event
from events.violations import Violation
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData

TOPIC = "approvals"


class FastDecision(Data):
    """A yes after `read_ms` milliseconds with the card on the screen, as the device said, though
    its content takes anybody `least_read_ms` to read."""

    approval_id: str
    read_ms: int
    least_read_ms: int
    at: Instant


class ReadingPaceState(EventData):
    """The latest decisions of a person that were faster than anybody reads, oldest first."""

    principal: str
    decisions: tuple[FastDecision, ...] = ()


@event("assent.reading_pace.exceeded.v1")
class ReadingPaceExceeded(ReadingPaceState):
    """A person said yes three times within an hour, each time sooner than anybody could have read
    what it was about: a notice to them, the governors and the tenant's admins, at most once a day.
    It stops nothing."""

    violation: Violation
