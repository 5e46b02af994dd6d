"""HTTP in, HTTP out: what a person wants to be told, where, and what was sent."""

from typing import Annotated

from fastapi import Depends

from functions.notifications.aggregates import RUN
from functions.notifications.service import channels, deliveries
from functions.notifications.views import (
    AcknowledgementBody,
    ChannelBody,
    ChannelList,
    ChannelView,
    CodeBody,
    DeliveryPage,
    DeliveryView,
    NewChannel,
    PreferencesBody,
    PreferencesView,
)
from shared.kit.callers import Caller
from shared.runtime.auth import requires
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

__all__ = ["ROUTER", "RUN"]

# Each call is about the caller alone; whoever may see what notices are about may be told of it.
# Keys and clients act as their person but change nothing of theirs: silence decides, so whoever
# mutes a governor decides too.
_READ = ("governance:read", "runs:read")
ROUTER = Router(
    prefix="/v1/notifications",
    tag="notifications",
    read=_READ,
    write=("identity:write",),
    narrows=True,
    within=("own_affairs",),
)
# The device's signature says whose word it is, whatever token carries it.
Carrier = Annotated[Caller, Depends(requires(*_READ))]


@ROUTER.get("/preferences")
async def get_preferences(caller: Caller) -> PreferencesView:
    """Shows what the caller wants to be told when, and the key that a browser subscribes with."""
    return await channels.show_preferences(caller)


@ROUTER.put("/preferences")
async def put_preferences(caller: Caller, key: Key, body: PreferencesBody) -> PreferencesView:
    """Says what the caller does not want to be told, and their quiet hours. A last call before a
    deadline comes in quiet hours too, unless it is muted."""
    return await channels.prefer(caller, key, body)


@ROUTER.get("/channels")
async def get_channels(caller: Caller) -> ChannelList:
    """Lists the caller's channels, at most ten, oldest first."""
    return await channels.list_channels(caller)


@ROUTER.post("/channels", status_code=201)
async def post_channel(caller: Caller, key: Key, body: ChannelBody) -> NewChannel:
    """Adds a channel of the caller's: it is told what concerns them, while they may see that. A
    token for a workspace adds one that is told of that workspace alone. A mailbox gets a code that
    confirms it."""
    return await channels.add_channel(caller, key, body)


@ROUTER.post("/channels/{channel_id}/confirm")
async def confirm_channel(caller: Caller, key: Key, channel_id: str, body: CodeBody) -> ChannelView:
    """Confirms a mailbox by the code that it got; after five wrong codes it takes no more."""
    return await channels.confirm_channel(caller, key, channel_id, body.code)


@ROUTER.delete("/channels/{channel_id}", status_code=204)
@beyond_quota
async def delete_channel(caller: Caller, key: Key, channel_id: str) -> None:
    """Removes a channel of the caller's: nothing is sent there any more."""
    await channels.remove_channel(caller, key, channel_id)


@ROUTER.get("/deliveries")
async def get_deliveries(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> DeliveryPage:
    """Lists what was sent to the caller, newest first, with each try and what became of it."""
    return await deliveries.list_deliveries(caller, limit, cursor)


@ROUTER.post("/deliveries/{delivery_id}/resend", status_code=202)
async def resend_delivery(caller: Caller, key: Key, delivery_id: str) -> DeliveryView:
    """Sends a delivery again, which is over: delivered, failed, doubtful or moot."""
    return await deliveries.resend(caller, key, delivery_id)


@ROUTER.post("/deliveries/{delivery_id}/acknowledge")
async def acknowledge_delivery(
    caller: Carrier, key: Key, delivery_id: str, body: AcknowledgementBody
) -> DeliveryView:
    """Says that a device had a delivery, signed by the device's key. The first time counts."""
    return await deliveries.acknowledge(caller, key, delivery_id, body.signature)
