"""Publishing to Pub/Sub; to the emulator where PUBSUB_EMULATOR_HOST says so."""

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

from shared.kit.errors import Unavailable
from shared.kit.operations import count
from shared.storage.rpc import Service

# The sweep publishes what fails here.
RETRIED_FOR_SECONDS = 3.0
# Each publish request is billed as at least this many bytes.
LEAST_BILLED_BYTES = 1_000
# Pub/Sub takes 1,000 messages and 10 MB in one request.
MOST_MESSAGES = 1_000
MOST_BYTES = 9_000_000


class Unpublishable(Unavailable):
    """Pub/Sub refuses one of the messages, and would refuse it again."""


Message = tuple[bytes, Mapping[str, str]]


async def publish(topic: str, messages: Sequence[Message]) -> None:
    """Publishes all (data, attributes), in one call unless they are too many or too long for one.
    Raises Unavailable; then some or all may have been published. It is Unpublishable where Pub/Sub
    takes exception to a message."""
    from google.pubsub_v1.types import PublishRequest, PublishResponse
    from grpc import StatusCode
    from grpc.aio import AioRpcError

    path = f"projects/{os.environ['GOOGLE_CLOUD_PROJECT']}/topics/{topic}"
    for batch in _requests(messages):
        request = PublishRequest.pb()(topic=path)
        for data, attributes in batch:
            request.messages.add(data=data, attributes=attributes)
        try:
            await _pubsub().call(
                "Publish",
                request,
                PublishResponse.pb(),
                retried_for=RETRIED_FOR_SECONDS,
                topic=path,
            )
        except AioRpcError as error:
            if error.code() == StatusCode.INVALID_ARGUMENT:
                raise Unpublishable(f"topic {topic} refuses a message") from error
            raise Unavailable(f"topic {topic} cannot be published to now") from error
        count("pubsub-messages", len(batch))
        count("pubsub-bytes", max(LEAST_BILLED_BYTES, sum(_size(message) for message in batch)))


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


def _transport() -> Any:
    from google.pubsub_v1.services.publisher.transports import PublisherGrpcAsyncIOTransport

    return PublisherGrpcAsyncIOTransport


@cache
def _pubsub() -> Service:
    return Service(
        "google.pubsub.v1.Publisher", emulator="PUBSUB_EMULATOR_HOST", transport=_transport
    )
