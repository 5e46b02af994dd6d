"""Publishing to Pub/Sub; to the emulator where PUBSUB_EMULATOR_HOST says so."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from shared.kit.errors import Unavailable
from shared.kit.operations import count

if TYPE_CHECKING:
    from google.pubsub_v1.services.publisher import PublisherAsyncClient

TIMEOUT_SECONDS = 5.0
# Each publish request is billed as at least this much.
LEAST_BILLED_BYTES = 1_000

Message = tuple[bytes, Mapping[str, str]]

_clients: "WeakKeyDictionary[asyncio.AbstractEventLoop, PublisherAsyncClient]" = WeakKeyDictionary()


async def publish(topic: str, messages: Sequence[Message]) -> None:
    """Hands all (data, attributes) over in one call. Raises Unavailable; then some or all may have
    been published."""
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.pubsub_v1.types import PubsubMessage

    path = f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/topics/{topic}"
    payload = [PubsubMessage(data=data, attributes=attributes) for data, attributes in messages]
    try:
        await _client().publish(topic=path, messages=payload, timeout=TIMEOUT_SECONDS)
    except (GoogleAPICallError, RetryError) as error:
        raise Unavailable(f"topic {topic} takes no messages now") from error
    count("pubsub-messages", len(messages))
    count("pubsub-bytes", max(LEAST_BILLED_BYTES, sum(_size(message) for message in messages)))


def _size(message: Message) -> int:
    data, attributes = message
    return len(data) + sum(len(name) + len(value) for name, value in attributes.items())


def _client() -> "PublisherAsyncClient":
    loop = asyncio.get_running_loop()
    if loop not in _clients:
        from google.pubsub_v1.services.publisher import PublisherAsyncClient
        from google.pubsub_v1.services.publisher.transports import (
            PublisherGrpcAsyncIOTransport,
        )
        from grpc.aio import insecure_channel

        emulator = os.environ.get("PUBSUB_EMULATOR_HOST")
        _clients[loop] = (
            PublisherAsyncClient(
                transport=PublisherGrpcAsyncIOTransport(channel=insecure_channel(emulator))
            )
            if emulator
            else PublisherAsyncClient()
        )
    return _clients[loop]
