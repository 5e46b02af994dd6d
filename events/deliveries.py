"""What `notifications` publishes: who is told of what and where, and what devices acknowledged."""

from typing import Literal

from events.mobile_api import NoticeKind
from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData
from shared.kit.workspaces import InWorkspace

TOPIC = "notifications"

ToldKind = Literal[
    NoticeKind,
    "last_call",
    "budget_reached",
    "payment_failed",
    "plan_lost",
    "credit_granted",
    "run_failed",
    "run_doubtful",
    "connector_changed",
    "agent_recalled",
]
Means = Literal["push", "mail", "slack", "webhook"]
ChannelMeans = Literal["mail", "slack", "webhook"]


class KnownChannel(Data):
    """A channel without its address. It is told nothing before `confirmed_at`, and nothing more
    after `ended_at`, when whoever runs it said that it is gone."""

    channel_id: str
    means: ChannelMeans
    created_at: Instant
    confirmed_at: Instant | None = None
    ended_at: Instant | None = None
    workspace_id: InWorkspace = None


class QuietHours(Data):
    """From when until when nobody is told, by the clock of a time zone of the IANA database."""

    begin: str
    end: str
    time_zone: str


class RecipientState(EventData):
    """A person of a tenant and where they are told, after the event. `muted` are the kinds of
    notices that they do not want. Addresses and secrets of channels are in no event."""

    principal_id: str
    channels: tuple[KnownChannel, ...] = ()
    muted: tuple[ToldKind, ...] = ()
    quiet_hours: QuietHours | None = None


@event("assent.notification_recipient.changed.v1")
class NotificationRecipientChanged(RecipientState):
    """Somebody added, confirmed or removed a channel of theirs, or said what they want to be told
    when."""


@event("assent.notification_delivery.acknowledged.v1")
class DeliveryAcknowledged(EventData):
    """A device of `principal` had the notice about `approval_id`: it signed so, and the server knew
    it at `at`, by its own clock. Published once for each delivery, whose `delivery_id` it has."""

    delivery_id: str
    device_id: str
    principal: str
    approval_id: str
    at: Instant
