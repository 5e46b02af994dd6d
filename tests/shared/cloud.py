"""Pub/Sub and Cloud Tasks as `shared.messaging` meets them, and what has become of a commit."""

import asyncio
import base64
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
from google.cloud.tasks_v2 import CloudTasksAsyncClient, Queue, Task

from tests.shared.wire import Wire


@dataclass(frozen=True)
class Received:
    """One message as a subscriber gets it."""

    data: bytes
    attributes: Mapping[str, str]

    @property
    def event_id(self) -> str:
        return self.attributes["ce-id"]

    @property
    def event_ids(self) -> list[str]:
        """Of all events that it tells of."""
        names = self.attributes.get("ce-dataref", f"events/{self.event_id}")
        return names.removeprefix("events/").split(",")


class Mailbox:
    """A subscription of its own to one topic."""

    def __init__(self, http: aiohttp.ClientSession, pubsub: str, project: str, topic: str) -> None:
        self._http = http
        self._project = f"projects/{project}"
        self._url = f"http://{pubsub}/v1/{self._project}"
        self._topic = topic
        self._name = f"{topic}-{uuid.uuid4().hex[:12]}"

    async def open(self) -> None:
        """Creates topic and subscription; a topic that exists is kept."""
        async with self._http.put(f"{self._url}/topics/{self._topic}", json={}) as answer:
            assert answer.status in {200, 409}
        topic = {"topic": f"{self._project}/topics/{self._topic}"}
        async with self._http.put(f"{self._url}/subscriptions/{self._name}", json=topic) as answer:
            assert answer.status == 200, await answer.text()

    async def take(self, at_least: int = 0) -> list[Received]:
        """Everything published and not yet taken; waits until there are `at_least` so many."""
        taken: list[Received] = []
        async with asyncio.timeout(10):
            while True:
                some = await self._pull()
                taken += some
                if not some and len(taken) >= at_least:
                    return taken

    async def _pull(self) -> list[Received]:
        answer = await self._post("pull", {"maxMessages": 1000, "returnImmediately": True})
        received = answer.get("receivedMessages", [])
        if received:
            await self._post("acknowledge", {"ackIds": [each["ackId"] for each in received]})
        return [
            Received(
                base64.b64decode(each["message"].get("data", "")),
                each["message"].get("attributes", {}),
            )
            for each in received
        ]

    async def _post(self, verb: str, body: Mapping[str, Any]) -> Any:
        url = f"{self._url}/subscriptions/{self._name}:{verb}"
        async with self._http.post(url, json=body) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json()


@dataclass
class Cloud:
    """The services of a project, each at the end of a wire."""

    project: str
    firestore: Wire
    pubsub: Wire
    tasks: Wire
    http: aiohttp.ClientSession
    tasks_client: CloudTasksAsyncClient

    @property
    def location(self) -> str:
        return f"projects/{self.project}/locations/us-central1"

    async def mailbox(self, topic: str) -> Mailbox:
        mailbox = Mailbox(self.http, self.pubsub.upstream, self.project, topic)
        await mailbox.open()
        return mailbox

    async def queue(self, name: str) -> str:
        queue = f"{self.location}/queues/{name}"
        await self.tasks_client.create_queue(parent=self.location, queue=Queue(name=queue))
        return queue

    async def tasks_in(self, queue: str) -> list[Task]:
        request = {"parent": queue, "response_view": Task.View.FULL}
        return [task async for task in await self.tasks_client.list_tasks(request=request)]

    def mend(self) -> None:
        for wire in (self.firestore, self.pubsub, self.tasks):
            wire.mend()
