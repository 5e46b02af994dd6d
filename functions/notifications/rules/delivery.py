"""A delivery: one notice on its way to one place, from the event until what became of it."""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from events.deliveries import DeliveryAcknowledged, Means, ToldKind
from shared.kit.errors import VersionConflict
from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.transitions import Transition
from shared.kit.workspaces import InWorkspace

DELIVERY_DUE = "assent.notification_delivery.due.v1"
PREFIX = "ndl"
# Whoever sends has so long to say what became of it; then it counts as sent by nobody knows whom.
LEASE = timedelta(minutes=2)
# The pauses after tries that surely did not arrive; after the last one nothing more is tried.
PAUSES = tuple(timedelta(seconds=each) for each in (10, 60, 300, 900, 3_600, 3 * 3_600, 6 * 3_600))
LONGEST_PAUSE = timedelta(hours=6)
# A message of which nobody knows whether it arrived is sent once more, and then no more.
MOST_UNKNOWN = 2
MOST_KEPT = 30

Status = Literal["waiting", "sending", "delivered", "failed", "doubtful", "moot"]
Outcome = Literal["delivered", "not_sent", "refused", "gone", "unknown"]
FINAL: frozenset[Status] = frozenset({"delivered", "failed", "doubtful", "moot"})


class Attempt(Data):
    """A try, and what became of it. `not_sent`: it surely did not arrive, and is tried again.
    `refused`: it never will. `gone`: the place is no more. `unknown`: it may have arrived."""

    at: Instant
    outcome: Outcome
    detail: str = ""


class Delivery(Data):
    """A delivery as it is stored. It is for `principal`, at a device or a channel. `roles` and
    `principals` are whom the notice is for, which is asked again before it is sent. Attempts before
    `since` were made before somebody had it sent again. `claim` names the one process that may say
    what became of a delivery that is `sending`."""

    delivery_id: str
    event_id: str
    kind: ToldKind
    means: Means
    principal: str
    device_id: str | None = None
    channel_id: str | None = None
    subject: str
    approval_id: str | None = None
    about: str = ""
    detail: str = ""
    roles: tuple[str, ...]
    principals: tuple[str, ...] = ()
    created_at: Instant
    useful_until: Instant | None = None
    status: Status = "waiting"
    attempts: tuple[Attempt, ...] = ()
    since: int = 0
    claim: str = ""
    due_at: Instant | None
    acknowledged_at: Instant | None = None
    workspace_id: InWorkspace = None

    @property
    def place(self) -> str:
        """The id of the device or the channel."""
        return self.device_id or self.channel_id or ""

    @property
    def unknown(self) -> int:
        """How often it may have been sent, as far as anybody knows."""
        return sum(each.outcome == "unknown" for each in self.attempts[self.since :])


class Ended(NamedTuple):
    """What became of one try. `retry_at` is when the other side wants to be asked again."""

    outcome: Outcome
    detail: str = ""
    retry_at: datetime | None = None


Steps = tuple[Transition[Delivery], ...]


def next_timer(delivery: Delivery) -> tuple[str, datetime] | None:
    """The next try, or the end of the lease of one."""
    return (DELIVERY_DUE, delivery.due_at) if delivery.due_at is not None else None


def begin(delivery: Delivery, claim: str, at: datetime) -> Steps:
    """The delivery that this process sends now; no change for one that is not due. One whose
    process said nothing in time is sent once more, and is doubtful after that."""
    if delivery.due_at is None or delivery.due_at > at or delivery.status in FINAL:
        return ()
    if delivery.status == "sending":
        lost = Attempt(at=delivery.due_at - LEASE, outcome="unknown", detail="nobody said")
        delivery = _with(delivery, lost)
        if delivery.unknown >= MOST_UNKNOWN:
            return (_over(delivery, "doubtful"),)
    return (Transition(delivery.but(status="sending", claim=claim, due_at=at + LEASE)),)


def end(delivery: Delivery, claim: str, ended: Ended, at: datetime) -> Steps:
    """The delivery after a try: delivered, given up, or waiting for the next one. No change where
    another process has taken it over."""
    if delivery.status != "sending" or delivery.claim != claim:
        return ()
    tried = _with(delivery, Attempt(at=at, outcome=ended.outcome, detail=ended.detail[:300]))
    match ended.outcome:
        case "delivered":
            return (_over(tried, "delivered"),)
        case "refused" | "gone":
            return (_over(tried, "failed"),)
        case "unknown" if tried.unknown >= MOST_UNKNOWN:
            return (_over(tried, "doubtful"),)
        case _:
            return (_again(tried, ended.retry_at, at),)


def stand_down(delivery: Delivery, claim: str) -> Steps:
    """The delivery that nobody needs any more, which was not sent."""
    if delivery.status != "sending" or delivery.claim != claim:
        return ()
    return (_over(delivery, "moot"),)


def put_off(delivery: Delivery, claim: str, until: datetime, useful_until: datetime) -> Steps:
    """The last call, to be made later because the deadline moved; it was not sent."""
    if delivery.status != "sending" or delivery.claim != claim:
        return ()
    moved = {"status": "waiting", "claim": "", "due_at": until, "useful_until": useful_until}
    return (Transition(delivery.but(**moved)),)


def resend(delivery: Delivery, at: datetime) -> Steps:
    """The delivery, to be sent again now. Raises VersionConflict for one that is on its way."""
    if delivery.status not in FINAL:
        raise VersionConflict("it is on its way: it is tried again by itself")
    again = {"status": "waiting", "since": len(delivery.attempts), "due_at": at, "claim": ""}
    return (Transition(delivery.but(**again)),)


def acknowledge(delivery: Delivery, at: datetime) -> Steps:
    """The delivery that its device had; no change for one that was acknowledged. Raises
    VersionConflict for one that was never sent to a device."""
    if delivery.acknowledged_at is not None:
        return ()
    if delivery.device_id is None or not (delivery.attempts or delivery.status == "sending"):
        raise VersionConflict("it was not sent to a device: there is nothing to acknowledge")
    had = delivery.but(acknowledged_at=at)
    if delivery.approval_id is None:
        return (Transition(had),)
    return (Transition(had, DeliveryAcknowledged, {"at": at}),)


def _again(delivery: Delivery, retry_at: datetime | None, at: datetime) -> Transition[Delivery]:
    tries = len(delivery.attempts) - delivery.since
    if tries > len(PAUSES):
        return _over(delivery, "failed")
    due = at + PAUSES[tries - 1]
    if retry_at is not None:
        due = max(due, min(retry_at, at + LONGEST_PAUSE))
    if delivery.useful_until is not None and due > delivery.useful_until:
        return _over(delivery, "doubtful" if delivery.unknown else "failed")
    return Transition(delivery.but(status="waiting", claim="", due_at=due))


def _over(delivery: Delivery, status: Status) -> Transition[Delivery]:
    return Transition(delivery.but(status=status, claim="", due_at=None))


def _with(delivery: Delivery, attempt: Attempt) -> Delivery:
    attempts = (*delivery.attempts, attempt)
    cut = max(0, len(attempts) - MOST_KEPT)
    return delivery.but(attempts=attempts[cut:], since=max(0, delivery.since - cut))
