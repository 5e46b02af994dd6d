"""What `mobile-api` publishes: that somebody should be told, and lookups that found nothing."""

from typing import Literal

from events.deliveries import DeliveryState
from events.lookups import LookupMissed
from events.registry import EventData, event
from shared.kit.instants import Instant

TOPIC = "mobile-api"

NoticeKind = Literal[
    "approval_pending",
    "veto_window_opened",
    "reversal_failed",
    "pipeline_paused",
    "violation_reported",
]


@event("assent.notification.requested.v1")
class NotificationRequested(EventData):
    """Whoever holds one of `roles` or is one of `principals` should look at `subject`
    (`<noun>/<id>`). Carries nothing of what it is about: a push service reads it.

    `useful_until` is when the notice becomes moot: the deadline, or the window's end."""

    notification_id: str
    kind: NoticeKind
    roles: tuple[str, ...]
    principals: tuple[str, ...]
    subject: str
    approval_id: str | None = None
    useful_until: Instant | None = None


@event("assent.mobile_lookup.missed.v1")
class MobileLookupMissed(LookupMissed):
    """A call of the governor's API asked for an id that is not there, or not theirs."""


@event("assent.mobile_delivery.buried.v1")
class MobileDeliveryBuried(DeliveryState):
    """`mobile-api` sent a delivery to the dead letters, since no repetition could mend it."""


@event("assent.mobile_delivery.recovered.v1")
class MobileDeliveryRecovered(DeliveryState):
    """`mobile-api` handled a delivery that it had sent to the dead letters before."""
