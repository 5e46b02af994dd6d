"""What `runs` publishes about how long runs are kept, and about those whose time is over."""

from events.registry import event
from shared.kit.models import Data, EventData
from shared.kit.retention import KeptDays

# Events of runs are many, and `tools` reads no other of them.
TOPIC = "runs.retention"
# Where `runs` stores it, one document for each tenant.
RETENTION, RETENTION_ID = "run_retention", "current"
DEFAULT_DAYS, LEAST_DAYS = 365, 30


class RetentionState(EventData):
    """For how many days runs of the tenant are kept after they ended."""

    days: int


class RunsKept(KeptDays, RetentionState):
    """For how long, as `runs` stores it."""

    days: int = DEFAULT_DAYS


class RunToRemove(Data):
    """A run whose time is over, and how many events there are of it."""

    run_id: str
    events: int


@event("assent.run_retention.changed.v1")
class RunRetentionChanged(RetentionState):
    """An admin of the tenant set it; a shorter time holds a week later."""

    set_by: str


@event("assent.run_retention.reached.v1")
class RunRetentionReached(RetentionState):
    """The time of these runs is over, or who started them was erased: they are removed once a
    checkpoint covers all their events and receipts."""

    runs: tuple[RunToRemove, ...]


@event("assent.run_retention.removed.v1")
class RunsRemoved(RetentionState):
    """These runs are gone; so are, soon, the results of their steps and the records of their calls.
    Their events and receipts stay."""

    run_ids: tuple[str, ...]
