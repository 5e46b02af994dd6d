"""Messages in the forms that the emulator, its front and push endpoints use."""

from collections.abc import Mapping
from datetime import UTC, datetime

from emulators.gateway.messages import Call
from emulators.iam import PROJECT
from emulators.pubsub.ledger import Message
from shared.kit.instants import format_instant

MESSAGE_ID = "x-goog-pubsub-message-id"


def as_published(
    topic: str, message_id: str, data: bytes, attributes: Mapping[str, str]
) -> Message:
    """A message that was just published; its time is real, like the emulator's."""
    now = format_instant(datetime.now(UTC))
    return Message(message_id, topic, data, dict(attributes), now)


def as_pushed(message: Message, subscription: str) -> Call:
    """The push request for a message, without a wrapper, with metadata as headers."""
    metadata = (
        (MESSAGE_ID, message.id),
        ("x-goog-pubsub-publish-time", message.published_at),
        ("x-goog-pubsub-subscription-name", f"projects/{PROJECT}/subscriptions/{subscription}"),
    )
    headers = (*message.attributes.items(), *metadata)
    return Call("POST", f"/{message.topic}", headers, message.data)
