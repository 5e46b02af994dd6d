"""A tenant's program that hears the published events, as any subscriber could."""

import asyncio
import json
import uuid
from types import TracebackType
from typing import Any, Self

import grpc.aio

from emulators.iam import PROJECT

ASKED = "assent.approval.requested.v1"
APPROVED = "assent.approval.approved.v1"
LIVE = "assent.agent.activated.v1"
COMPLETED = "assent.run.completed.v1"


class Subscriber:
    """Hears every event of some topics, from a subscription of its own at the emulator itself."""

    def __init__(self, emulator: str, topics: tuple[str, ...], project: str = PROJECT) -> None:
        self._emulator = emulator
        self._project = project
        self._topics = topics
        self._heard: dict[tuple[str, str], asyncio.Future[dict[str, Any]]] = {}
        self._pulling: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        from google.pubsub_v1.services.subscriber import SubscriberAsyncClient
        from google.pubsub_v1.services.subscriber.transports import SubscriberGrpcAsyncIOTransport

        channel = grpc.aio.insecure_channel(self._emulator)
        client = SubscriberAsyncClient(transport=SubscriberGrpcAsyncIOTransport(channel=channel))
        for topic in self._topics:
            own = f"projects/{self._project}"
            name = f"{own}/subscriptions/bench-{topic}-{uuid.uuid4().hex[:8]}"
            await client.create_subscription(name=name, topic=f"{own}/topics/{topic}")
            self._pulling.append(asyncio.create_task(self._listen(client, name)))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for task in self._pulling:
            task.cancel()
        await asyncio.gather(*self._pulling, return_exceptions=True)

    async def heard(self, type: str, id: str) -> dict[str, Any]:
        """What the event of that type says about the agent or, with the id of its own subject,
        about that, as soon as it was heard; nothing where its data lies in the log."""
        return await self._future((type, id))

    async def _listen(self, client: Any, subscription: str) -> None:
        async def requests() -> Any:
            yield {"subscription": subscription, "stream_ack_deadline_seconds": 600}
            await asyncio.Event().wait()

        stream = await client.streaming_pull(requests=requests())
        async for answer in stream:
            for received in answer.received_messages:
                self._take(received.message)

    def _take(self, message: Any) -> None:
        type = message.attributes["ce-type"]
        if type not in (ASKED, APPROVED, LIVE, COMPLETED):
            return
        data = json.loads(message.data) if message.data else {}
        ids = {message.attributes["ce-subject"].partition("/")[2]}
        if data and type in (ASKED, APPROVED):
            ids.add(data["subject"]["id"])
        for id in ids:
            future = self._future((type, id))
            if not future.done():  # Events may be published twice.
                future.set_result(data)

    def _future(self, key: tuple[str, str]) -> "asyncio.Future[dict[str, Any]]":
        if key not in self._heard:
            self._heard[key] = asyncio.get_running_loop().create_future()
        return self._heard[key]
