"""A message for a program, signed as Standard Webhooks has it."""

import json
from datetime import datetime

from functions.notifications.means.post import Answer, post
from functions.notifications.rules.delivery import Delivery, Ended
from functions.notifications.rules.message import Message
from functions.notifications.settings import link_to
from shared.kit.instants import format_instant
from shared.kit.webhooks import signed

TYPE = "assent.notification"


async def call_webhook(
    url: str, secret: str, tenant_id: str, delivery: Delivery, message: Message, at: datetime
) -> Ended:
    """What became of the message. Its `webhook-id` is the delivery's, whatever is tried again, so
    that a receiver takes it once."""
    body = json.dumps(_content(tenant_id, delivery, message)).encode()
    headers = {
        "Content-Type": "application/json",
        **signed(secret, delivery.delivery_id, body, at),
    }
    found = await post(url, headers, body, at)
    if not isinstance(found, Answer):
        return found
    # The specification says of 410 alone that nobody is there any more.
    if found.status == 404:
        return Ended("refused", f"answered {found.status}")
    return found.ended


def _content(tenant_id: str, delivery: Delivery, message: Message) -> dict[str, object]:
    until = delivery.useful_until
    return {
        "type": TYPE,
        "timestamp": format_instant(delivery.created_at),
        "data": {
            "tenant_id": tenant_id,
            "delivery_id": delivery.delivery_id,
            "kind": message.kind,
            "subject": delivery.subject,
            "title": message.title,
            "sentence": message.sentence,
            "risk": message.risk,
            "useful_until": format_instant(until) if until is not None else None,
            "url": link_to(message.path),
        },
    }
