"""What `mobile-api` publishes: notices that a person should look at something."""

from typing import Literal

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import EventData

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
    """Everybody with one of `roles` and each of `principals` should look at `subject`
    (`<noun>/<id>`). Carries no content, because a push service reads it.

    `useful_until` is when the notice becomes moot: the deadline, or the window's end."""

    notification_id: str
    kind: NoticeKind
    roles: tuple[str, ...]
    principals: tuple[str, ...]
    subject: str
    approval_id: str | None = None
    useful_until: Instant | None = None
