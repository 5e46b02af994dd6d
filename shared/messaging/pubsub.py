"""Publishing to Pub/Sub; to the emulator where PUBSUB_EMULATOR_HOST says so."""

import asyncio
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from shared.kit.errors import Unavailable
from shared.kit.operations import count
from shared.storage.patience import patience

if TYPE_CHECKING:
    from google.pubsub_v1.services.publisher import PublisherAsyncClient

# The sweep publishes what we could not.
RETRIED_FOR_SECONDS = 3.0
# Each publish request is billed as at least this much.
LEAST_BILLED_BYTES = 1_000
# Pub/Sub takes 1,000 messages and 10 MB in one request.
MOST_MESSAGES = 1_000
MOST_BYTES = 9_000_000

Message = tuple[bytes, Mapping[str, str]]

_clients: "WeakKeyDictionary[asyncio.AbstractEventLoop, PublisherAsyncClient]" = WeakKeyDictionary()


async def publish(topic: str, messages: Sequence[Message]) -> None:
    """Hands all (data, attributes) over, in one call unless they are too many or too long for one.
    Raises Unavailable; then some or all may have been published."""
    from google.api_core.exceptions import GoogleAPICallError, RetryError
    from google.pubsub_v1.types import PubsubMessage

    path = f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/topics/{topic}"
    for request in _requests(messages):
        payload = [PubsubMessage(data=data, attributes=attributes) for data, attributes in request]
        try:
            await _client().publish(
                topic=path, messages=payload, **patience(retried_for=RETRIED_FOR_SECONDS)
            )
        except (GoogleAPICallError, RetryError) as error:
            raise Unavailable(f"topic {topic} takes no messages now") from error
        count("pubsub-messages", len(request))
        count("pubsub-bytes", max(LEAST_BILLED_BYTES, sum(_size(message) for message in request)))


def _requests(messages: Sequence[Message]) -> Iterator[list[Message]]:
    request: list[Message] = []
    size = 0
    for message in messages:
        if request and (len(request) == MOST_MESSAGES or size + _size(message) > MOST_BYTES):
            yield request
            request, size = [], 0
        request.append(message)
        size += _size(message)
    if request:
        yield request


def _size(message: Message) -> int:
    data, attributes = message
    return len(data) + sum(
        len(name.encode()) + len(value.encode()) for name, value in attributes.items()
    )


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
