"""What the API takes and shows of notifications."""

from typing import Annotated, Self

from pydantic import Field, StringConstraints, model_validator

from events.deliveries import ChannelMeans, KnownChannel, Means, QuietHours, ToldKind
from functions.notifications.rules.delivery import Attempt, Delivery, Status
from functions.notifications.rules.quiet import flaw_of
from functions.notifications.rules.recipient import Channel
from shared.kit.device_signatures import CompactJws
from shared.kit.instants import Instant
from shared.kit.models import Data, Model, Page, part_of
from shared.kit.personal import PersonalText
from shared.kit.workspaces import InWorkspace

_Short = Annotated[str, StringConstraints(max_length=64)]


class QuietHoursBody(Model):
    """From when until when nothing is sent, such as `22:00` to `07:00`, in a time zone such as
    `Europe/Berlin`."""

    begin: _Short
    end: _Short
    time_zone: _Short

    @model_validator(mode="after")
    def _can_be_kept(self) -> Self:
        if flaw := flaw_of(part_of(QuietHours, self)):
            raise ValueError(flaw)
        return self


class PreferencesBody(Model):
    """Which kinds of notices the caller does not want, and when they are not to be disturbed: what
    comes then is sent afterwards, but before the last call for what it is about."""

    muted: Annotated[tuple[ToldKind, ...], Field(max_length=20)] = ()
    quiet_hours: QuietHoursBody | None = None


class PreferencesView(Data):
    """What the caller wants to be told when. `push_key` is the `applicationServerKey` with which a
    browser subscribes to push messages."""

    muted: tuple[ToldKind, ...]
    quiet_hours: QuietHours | None
    push_key: str


class ChannelBody(Model):
    """Where the caller is told: a mailbox; an incoming webhook of Slack; or an https address that
    takes signed webhooks."""

    means: ChannelMeans
    address: Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class ChannelView(KnownChannel):
    """A channel. Where its address is a secret, `shown` has only the host."""

    shown: PersonalText

    @classmethod
    def of(cls, channel: Channel) -> Self:
        """The channel as it is shown."""
        return part_of(cls, channel)


class NewChannel(ChannelView):
    """A new channel. `secret` signs its webhooks; it is shown this once."""

    secret: PersonalText | None


class ChannelList(Data):
    """The caller's channels, oldest first."""

    items: tuple[ChannelView, ...]


class CodeBody(Model):
    """The eight digits that were mailed."""

    code: Annotated[str, StringConstraints(pattern=r"^[0-9]{8}$")]


class AcknowledgementBody(Model):
    """The device's signature of `{v, tenant, delivery_id}` (docs/contracts.md, Notifications)."""

    signature: CompactJws


class DeliveryView(Data):
    """A notice on its way to one place of the caller's. `status`: `waiting` for its time or its
    next try, `sending`, `delivered` to whoever passes it on, `failed`, `moot` where nobody needed
    it any more, `doubtful` where nobody knows whether it arrived and it was sent twice. A place
    that was sent two copies of a message knows them by one `delivery_id`."""

    delivery_id: str
    kind: ToldKind
    means: Means
    device_id: str | None
    channel_id: str | None
    subject: str
    approval_id: str | None
    status: Status
    attempts: tuple[Attempt, ...]
    created_at: Instant
    due_at: Instant | None
    useful_until: Instant | None
    acknowledged_at: Instant | None
    workspace_id: InWorkspace = None

    @classmethod
    def of(cls, delivery: Delivery) -> Self:
        """The delivery as it is shown."""
        return part_of(cls, delivery)


class DeliveryPage(Page[DeliveryView]):
    """Some deliveries, newest first."""
