"""A person and where they are told: channels, what they do not want, and their quiet hours."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Any

from events.deliveries import (
    ChannelMeans,
    KnownChannel,
    NotificationRecipientChanged,
    QuietHours,
    RecipientState,
    ToldKind,
)
from shared.kit.errors import NotFound, VersionConflict
from shared.kit.instants import Instant, format_instant
from shared.kit.models import part_of
from shared.kit.personal import Personal
from shared.kit.transitions import Transition
from shared.kit.workspaces import includes

MOST_CHANNELS = 10
# So many wrong codes end a channel that waits to be confirmed.
MOST_TRIES = 5
# So many codes are mailed for one person within a day, to whichever mailboxes: the relay is the
# operator's, and would mail to anybody.
MOST_CODES = 5
_DAY = timedelta(days=1)
OwnersText = Annotated[str, Personal(of="principal_id")]


class Channel(KnownChannel):
    """A channel as it is stored: where its messages go, the secret that signs those of a webhook,
    and as what it is shown. `tries` counts wrong codes."""

    address: OwnersText
    secret: OwnersText = ""
    shown: OwnersText
    tries: int = 0

    @property
    def is_told(self) -> bool:
        """Whether messages go there."""
        return self.confirmed_at is not None and self.ended_at is None


class Recipient(RecipientState):
    """A recipient as it is stored. `devices` are those that a browser's push service reaches,
    `codes_at` is when codes were mailed for them within a day."""

    channels: tuple[Channel, ...] = ()
    devices: tuple[str, ...] = ()
    codes_at: tuple[Instant, ...] = ()

    @property
    def is_reached(self) -> bool:
        """Whether anything reaches them at all."""
        return bool(self.devices) or any(each.is_told for each in self.channels)

    def channel(self, channel_id: str) -> Channel | None:
        """The channel with that id."""
        return next((each for each in self.channels if each.channel_id == channel_id), None)

    def places(self, workspace_id: str | None) -> tuple[str, ...]:
        """The ids of all devices and channels that are told of a thing in that workspace."""
        told = (each for each in self.channels if each.is_told)
        within = (each for each in told if includes(each.workspace_id, workspace_id))
        return (*self.devices, *(each.channel_id for each in within))


Steps = tuple[Transition[Recipient], ...]


def unknown(principal_id: str) -> Recipient:
    """A person who has not said anything yet: told of all that concerns them, at once, nowhere."""
    return Recipient(principal_id=principal_id)


def prefer(
    recipient: Recipient, muted: tuple[ToldKind, ...], quiet_hours: QuietHours | None
) -> Steps:
    """The recipient with these wishes; no change where they are the same."""
    wished = recipient.but(muted=tuple(sorted(set(muted))), quiet_hours=quiet_hours)
    return () if wished == recipient else (_changed(wished),)


def add(
    recipient: Recipient,
    channel_id: str,
    *,
    means: ChannelMeans,
    address: str,
    shown: str,
    secret: str,
    workspace_id: str | None,
    at: datetime,
) -> Steps:
    """The recipient with one more channel; who has a mailbox confirms it first. Raises
    VersionConflict for one too many, and for a mailbox that gets no code today."""
    if len(recipient.channels) >= MOST_CHANNELS:
        raise VersionConflict(f"you have {MOST_CHANNELS} channels: remove one first")
    if means == "mail":
        _codes_before_one_more(recipient, at)
    channel = Channel(
        channel_id=channel_id,
        means=means,
        created_at=at,
        confirmed_at=None if means == "mail" else at,
        address=address,
        shown=shown,
        secret=secret,
        workspace_id=workspace_id,
    )
    return (_changed(recipient.but(channels=(*recipient.channels, channel))),)


def remove(recipient: Recipient, channel_id: str) -> Steps:
    """The recipient without the channel. Raises NotFound."""
    _found(recipient, channel_id)
    left = (each for each in recipient.channels if each.channel_id != channel_id)
    return (_changed(recipient.but(channels=tuple(left))),)


def confirm(recipient: Recipient, channel_id: str, *, is_right: bool, at: datetime) -> Steps:
    """The recipient whose mailbox is told from now on, or has one wrong code more: after
    MOST_TRIES it is told nothing ever. No change for one that was confirmed. Raises NotFound,
    VersionConflict for one that takes no code any more."""
    channel = _found(recipient, channel_id)
    if channel.confirmed_at is not None:
        return ()
    if channel.tries >= MOST_TRIES:
        raise VersionConflict(f"{MOST_TRIES} codes were wrong: remove the channel and add it again")
    if is_right:
        return (_changed(_with(recipient, channel.but(confirmed_at=at))),)
    return (Transition(_with(recipient, channel.but(tries=channel.tries + 1))),)


def count_code(recipient: Recipient, channel_id: str, at: datetime) -> Steps:
    """The recipient for whom one more code is mailed; no change, and no code to mail, for a channel
    that takes none: unknown, removed, confirmed, or after MOST_TRIES. Raises VersionConflict beyond
    MOST_CODES within a day."""
    channel = recipient.channel(channel_id)
    if channel is None or channel.confirmed_at is not None or channel.tries >= MOST_TRIES:
        return ()
    before = _codes_before_one_more(recipient, at)
    return (Transition(recipient.but(codes_at=(*before, at))),)


def end(recipient: Recipient, channel_id: str, at: datetime) -> Steps:
    """The recipient whose channel is gone, as whoever runs it said; no change for an unknown one
    and for one that ended."""
    channel = recipient.channel(channel_id)
    if channel is None or channel.ended_at is not None:
        return ()
    return (_changed(_with(recipient, channel.but(ended_at=at))),)


def pushed(recipient: Recipient, device_id: str) -> Steps:
    """The recipient with a device that a push service reaches; no change for a known one."""
    if device_id in recipient.devices:
        return ()
    return (Transition(recipient.but(devices=(*recipient.devices, device_id))),)


def unpushed(recipient: Recipient, device_id: str) -> Steps:
    """The recipient without a device that nothing reaches any more; no change for an unknown
    one."""
    if device_id not in recipient.devices:
        return ()
    left = tuple(each for each in recipient.devices if each != device_id)
    return (Transition(recipient.but(devices=left)),)


Rule = Callable[[Recipient], Steps]


def _changed(recipient: Recipient) -> Transition[Recipient]:
    known = tuple(part_of(KnownChannel, each) for each in recipient.channels)
    fields: dict[str, Any] = {"channels": known}
    return Transition(recipient, NotificationRecipientChanged, fields)


def _with(recipient: Recipient, channel: Channel) -> Recipient:
    replaced = (
        channel if each.channel_id == channel.channel_id else each for each in recipient.channels
    )
    return recipient.but(channels=tuple(replaced))


def _codes_before_one_more(recipient: Recipient, at: datetime) -> tuple[datetime, ...]:
    of_today = tuple(each for each in recipient.codes_at if at - each < _DAY)
    if len(of_today) >= MOST_CODES:
        again = format_instant(of_today[-MOST_CODES] + _DAY)
        raise VersionConflict(
            f"{MOST_CODES} codes were mailed for you in a day: wait until {again}"
        )
    return of_today


def _found(recipient: Recipient, channel_id: str) -> Channel:
    channel = recipient.channel(channel_id)
    if channel is None:
        raise NotFound(f"there is no channel {channel_id[:40]!r} of yours")
    return channel
