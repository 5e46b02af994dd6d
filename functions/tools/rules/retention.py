"""How long records of calls of agents elsewhere are kept: as long as the tenant's runs. Pure."""

from datetime import datetime, timedelta

from events.direct_calls import CallRetentionReached, CallToRemove
from events.retention import LEAST_DAYS
from shared.kit.instants import Instant
from shared.kit.models import Model
from shared.kit.transitions import Transition

CALL_RETENTION_DUE = "assent.call_retention.due.v1"
# One event names at most so many calls.
MOST_TOGETHER = 100
SOON, A_DAY = timedelta(minutes=10), timedelta(days=1)


class CallRetention(Model):
    """When somebody looks next whether the time of some calls is over."""

    due_at: Instant


def next_timer(retention: CallRetention) -> tuple[str, datetime]:
    """When somebody looks next."""
    return CALL_RETENTION_DUE, retention.due_at


def begin(at: datetime) -> CallRetention:
    """The setting of a tenant whose agent elsewhere makes its first call: no time is over
    before."""
    return CallRetention(due_at=at + timedelta(days=LEAST_DAYS))


def look(
    retention: CallRetention, over: tuple[CallToRemove, ...], at: datetime
) -> Transition[CallRetention]:
    """What somebody found who looked: the calls whose time is over. They are named again each day
    until they are gone."""
    is_all = len(over) < MOST_TOGETHER
    looked = retention.but(due_at=at + (A_DAY if is_all else SOON))
    return Transition(looked, CallRetentionReached, {"calls": over}) if over else Transition(looked)
