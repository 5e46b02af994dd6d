"""A message for a device, by its browser's push service."""

import hashlib
from datetime import datetime

from functions.notifications.means.post import Answer, post
from functions.notifications.rules.delivery import Delivery, Ended
from functions.notifications.rules.message import URGENT, Message
from functions.notifications.rules.webpush import (
    UserKeys,
    declared,
    encrypt,
    flaw_of_endpoint,
    headers_of,
)
from functions.notifications.settings import console_url, link_to, push_key, settings
from shared.devices.reading import read_device, read_subscription
from shared.kit import base64url
from shared.storage.firestore import TenantStore

# A push service keeps one message of a topic, whose name has at most 32 characters (RFC 8030, 5.4).
_TOPIC_BYTES = 24


async def push(store: TenantStore, delivery: Delivery, message: Message, at: datetime) -> Ended:
    """What became of the message: `gone` where the device has no subscription any more. Raises
    Unavailable, SealBroken, with nothing sent."""
    assert delivery.device_id is not None
    device = await read_device(store, delivery.device_id)
    if device is None:
        return Ended("gone", "the device was removed")
    subscription = await read_subscription(device, store.tenant_id)
    if subscription is None or device.held_by != delivery.principal:
        return Ended("gone", "the device has no subscription any more")
    endpoint = subscription.endpoint
    flaw = flaw_of_endpoint(endpoint, may_be_loopback=settings().is_local)
    if flaw is not None:
        return Ended("refused", flaw)
    keys = UserKeys(
        base64url.decode(subscription.keys.p256dh), base64url.decode(subscription.keys.auth)
    )
    plain = declared(
        title=message.title,
        body=message.sentence,
        link=link_to(message.path),
        tag=message.tag,
        tenant_id=store.tenant_id,
        delivery_id=message.delivery_id,
    )
    headers = headers_of(
        endpoint,
        await push_key(),
        contact=console_url(),
        at=at,
        useful_until=delivery.useful_until,
        is_urgent=message.kind in URGENT or message.risk == "critical",
        topic=base64url.encode(hashlib.sha256(message.tag.encode()).digest()[:_TOPIC_BYTES]),
    )
    try:
        content = encrypt(keys, plain)
    except ValueError:
        return Ended("refused", "the subscription's keys are none")
    found = await post(endpoint, headers, content, at)
    return found.ended if isinstance(found, Answer) else found
