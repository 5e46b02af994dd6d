"""A gRPC server in front of the Pub/Sub emulator that records what is published, pulled and
acknowledged. All else passes through as bytes.

The platform delivers the published messages itself. The emulator's own push would go to every
subscription of the topic, because it ignores filters; it delivers one message at a time, up to a
tenth of a second later; and it forgets a message that fails twice in the same millisecond."""

from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass
from typing import Any

import grpc
import grpc.aio

from emulators.activity import Activity
from emulators.faults import Faults
from emulators.grpc_server import UNLIMITED, relay_stream, relay_unary, serve
from emulators.operations import Operations
from emulators.pubsub.ledger import Ledger, Owed
from emulators.pubsub.wire import as_published

_PUBLISH = "/google.pubsub.v1.Publisher/Publish"
_PULL = "/google.pubsub.v1.Subscriber/Pull"
_ACKNOWLEDGE = "/google.pubsub.v1.Subscriber/Acknowledge"
Deliver = Callable[[Iterable[Owed]], None]


@dataclass(kw_only=True, eq=False)
class PubsubFront(grpc.GenericRpcHandler):
    """Clients reach the emulator, which listens at `emulator`, through the address of `open`."""

    emulator: str
    ledger: Ledger
    activity: Activity
    faults: Faults
    operations: Operations
    deliver: Deliver

    async def open(self) -> str:
        """Returns its `host:port`."""
        self._channel = grpc.aio.insecure_channel(self.emulator, options=UNLIMITED)
        self._server, address = await serve(self)
        return address

    async def close(self) -> None:
        await self._server.stop(grace=None)
        await self._channel.close()

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        method = handler_call_details.method
        watched = {
            _PUBLISH: self._on_publish,
            _PULL: self._on_pull,
            _ACKNOWLEDGE: self._on_acknowledge,
        }
        if method in watched:
            return grpc.unary_unary_rpc_method_handler(watched[method])
        return grpc.stream_stream_rpc_method_handler(self._pass_on(method))

    async def _on_publish(self, request: bytes, context: Any) -> bytes:
        fault = self.faults.take("pubsub:publish")
        if fault is not None:
            await context.abort(grpc.StatusCode.UNAVAILABLE, "Pub/Sub is unavailable (injected)")
        from google.pubsub_v1.types import PublishRequest, PublishResponse

        parsed = PublishRequest.pb().FromString(request)
        with self.activity.one("publishes"):
            answer = await relay_unary(self._channel, _PUBLISH, request, context)
            topic = parsed.topic.rpartition("/")[2]
            ids = PublishResponse.pb().FromString(answer).message_ids
            for message_id, message in zip(ids, parsed.messages, strict=True):
                published = as_published(topic, message_id, message.data, message.attributes)
                self.operations.count_message(published)
                self.deliver(self.ledger.published(published))
        return answer

    async def _on_pull(self, request: bytes, context: Any) -> bytes:
        from google.pubsub_v1.types import PullResponse

        answer = await relay_unary(self._channel, _PULL, request, context)
        # Functions are pushed to; only dead letters are pulled.
        for received in PullResponse.pb().FromString(answer).received_messages:
            self.ledger.leased(received.ack_id, received.message.message_id)
        return answer

    async def _on_acknowledge(self, request: bytes, context: Any) -> bytes:
        from google.pubsub_v1.types import AcknowledgeRequest

        answer = await relay_unary(self._channel, _ACKNOWLEDGE, request, context)
        for ack_id in AcknowledgeRequest.pb().FromString(request).ack_ids:
            self.ledger.acknowledged(ack_id)
        return answer

    def _pass_on(self, method: str) -> Any:
        # Must be a generator itself: gRPC looks at the function, not at its result.
        async def pass_on(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
            async for answer in relay_stream(self._channel, method, requests, context):
                yield answer

        return pass_on
