"""A person's channels: added, confirmed, removed; and what they want to be told when."""

import base64
import secrets
from collections.abc import Callable
from functools import partial

from events.deliveries import QuietHours
from functions.notifications.aggregates import RECIPIENTS, RUN
from functions.notifications.means.mail import is_mail_sent, mail_code
from functions.notifications.rules import recipient as rules
from functions.notifications.rules.places import address_of, shown_of
from functions.notifications.rules.recipient import Recipient, Steps, unknown
from functions.notifications.rules.webpush import point_of
from functions.notifications.service.mailboxes import count_code_for
from functions.notifications.settings import push_key, seed, settings
from functions.notifications.views import (
    ChannelBody,
    ChannelList,
    ChannelView,
    NewChannel,
    PreferencesBody,
    PreferencesView,
)
from shared.aggregates.command import Command
from shared.kit import base64url
from shared.kit.callers import Caller
from shared.kit.digests import is_same, mac_of
from shared.kit.errors import FieldError, Invalid, NotFound
from shared.kit.ids import is_id, new_id
from shared.kit.models import Data, part_of
from shared.kit.webhooks import PREFIX
from shared.messaging.misses import report_miss
from shared.storage.idempotency import IdempotencyKey

CHANNEL_PREFIX = "nch"
_SECRET_BYTES = 32


class Counted(Data):
    """Whether a code is to be mailed, and was counted."""

    is_due: bool


async def show_preferences(caller: Caller) -> PreferencesView:
    """What the caller wants to be told when, and the key that a browser subscribes with. Raises
    Unavailable."""
    found = await RUN.find(caller, RECIPIENTS, caller.principal)
    return await _preferences(found or unknown(caller.principal))


async def prefer(caller: Caller, key: IdempotencyKey, body: PreferencesBody) -> PreferencesView:
    """What the caller wants from now on. Raises IdempotencyKeyReused, Unavailable."""
    quiet = part_of(QuietHours, body.quiet_hours) if body.quiet_hours is not None else None
    rule = partial(rules.prefer, muted=body.muted, quiet_hours=quiet)
    shown = await _preferences(unknown(caller.principal))

    async def use_case(work: Command) -> PreferencesView:
        saved = await _changed(work, rule)
        return part_of(PreferencesView, saved, push_key=shown.push_key)

    return await RUN.command(caller, use_case, PreferencesView, key=key)


async def add_channel(caller: Caller, key: IdempotencyKey, body: ChannelBody) -> NewChannel:
    """The new channel, with the secret of a webhook, which is shown this once. A mailbox gets a
    code, five within a day for one person and ten for one mailbox at most. Raises Invalid,
    VersionConflict, Unavailable."""
    if body.means == "mail" and not await is_mail_sent():
        what = "no mail is sent from here: choose slack or webhook, or ask who operates Assent"
        raise Invalid(FieldError("means", what))
    address = address_of(body.means, body.address, may_be_loopback=settings().is_local)
    secret = _new_secret() if body.means == "webhook" else ""

    async def use_case(work: Command) -> NewChannel:
        channel_id = new_id(CHANNEL_PREFIX, work.at)
        rule = partial(
            rules.add,
            channel_id=channel_id,
            means=body.means,
            address=address,
            shown=shown_of(body.means, address),
            secret=secret,
            workspace_id=caller.workspace_id,
            at=work.at,
        )
        saved = await _changed(work, rule)
        channel = saved.channel(channel_id)
        assert channel is not None
        return part_of(NewChannel, ChannelView.of(channel), secret=secret or None)

    added = await RUN.command(caller, use_case, NewChannel, key=key)
    # The same call again mails again, because nobody knows whether the first one did.
    if body.means == "mail" and await _is_code_due(caller, added.channel_id):
        await count_code_for(address, caller.received_at)
        code = await _code(caller, added.channel_id)
        await mail_code(address, code, added.channel_id, caller.received_at)
    return added


async def list_channels(caller: Caller) -> ChannelList:
    """The caller's channels that their token opens, oldest first. Raises Unavailable."""
    found = await RUN.find(caller, RECIPIENTS, caller.principal)
    channels = found.channels if found is not None else ()
    opened = (each for each in channels if caller.sees(each.workspace_id))
    return ChannelList(items=tuple(map(ChannelView.of, opened)))


async def confirm_channel(
    caller: Caller, key: IdempotencyKey, channel_id: str, code: str
) -> ChannelView:
    """The mailbox that is told from now on. Raises NotFound, Invalid for a wrong code, which counts
    all the same, VersionConflict, Unavailable."""
    is_right = is_same(code, await _code(caller, channel_id))

    async def use_case(work: Command) -> ChannelView:
        await _require(work, channel_id)
        rule = partial(rules.confirm, channel_id=channel_id, is_right=is_right, at=work.at)
        channel = (await _changed(work, rule)).channel(channel_id)
        assert channel is not None
        return ChannelView.of(channel)

    shown = await RUN.command(caller, use_case, ChannelView, key=key)
    if shown.confirmed_at is None:
        raise Invalid(FieldError("code", "is not the one that was mailed"))
    return shown


async def remove_channel(caller: Caller, key: IdempotencyKey, channel_id: str) -> None:
    """Removes the channel: nothing is sent there any more. Raises NotFound, Unavailable."""

    async def use_case(work: Command) -> ChannelList:
        await _require(work, channel_id)
        await _changed(work, partial(rules.remove, channel_id=channel_id))
        return ChannelList(items=())

    await RUN.command(caller, use_case, ChannelList, key=key)


async def _changed(work: Command, rule: Callable[[Recipient], Steps]) -> Recipient:
    principal = work.caller.principal
    known = await work.find(RECIPIENTS, principal)
    if known is not None:
        work.is_about(RECIPIENTS, principal)
    recipient = known or unknown(principal)
    return await work.save_change(recipient, *rule(recipient))


async def _require(work: Command, channel_id: str) -> None:
    """Raises NotFound for a channel that the caller does not have, or that their token does not
    open."""
    known = await work.find(RECIPIENTS, work.caller.principal)
    channel = known.channel(channel_id) if known is not None else None
    if channel is None or not work.caller.sees(channel.workspace_id):
        if is_id(CHANNEL_PREFIX, channel_id):
            await report_miss(RUN.outbox, work.caller, channel_id)
        raise NotFound(f"there is no channel {channel_id[:40]!r} of yours")


async def _preferences(recipient: Recipient) -> PreferencesView:
    point = point_of((await push_key()).public_key())
    return part_of(PreferencesView, recipient, push_key=base64url.encode(point))


async def _is_code_due(caller: Caller, channel_id: str) -> bool:
    """Whether the channel waits for a code, which is counted before it is mailed. Raises
    VersionConflict for one too many, Unavailable."""

    async def use_case(work: Command) -> Counted:
        known = await work.find(RECIPIENTS, work.caller.principal)
        if known is None:
            return Counted(is_due=False)
        work.is_about(RECIPIENTS, known.principal_id)
        steps = rules.count_code(known, channel_id, work.at)
        await work.save(*steps)
        return Counted(is_due=bool(steps))

    return (await RUN.command(caller, use_case, Counted)).is_due


async def _code(caller: Caller, channel_id: str) -> str:
    """Eight digits that only the mailbox of that channel gets. Nothing stores them."""
    said = f"channel\x1f{caller.tenant_id}\x1f{caller.principal}\x1f{channel_id}".encode()
    made = mac_of(await seed(), said)
    return f"{int.from_bytes(made[:8], 'big') % 100_000_000:08}"


def _new_secret() -> str:
    return PREFIX + base64.b64encode(secrets.token_bytes(_SECRET_BYTES)).decode()
