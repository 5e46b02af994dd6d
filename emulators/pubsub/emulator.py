"""Google's Pub/Sub emulator, run from its jar, and its topics and subscriptions."""

import asyncio
import base64
from collections.abc import Mapping
from typing import Any

import aiohttp

from emulators.directory import PlatformDirectory
from emulators.failures import PlatformError
from emulators.google_cli import Tools
from emulators.google_emulator import GoogleEmulator
from emulators.iam import PROJECT
from emulators.pubsub.ledger import DEAD_LETTERS, Message
from emulators.pubsub.wire import as_published
from shared.manifest import Manifests

_RESOURCES = f"projects/{PROJECT}"


class PubsubEmulator(GoogleEmulator):
    """The ledger knows what was undelivered when the process ended."""

    NAME = "Pub/Sub emulator"

    @classmethod
    async def start(
        cls, tools: Tools, directory: PlatformDirectory, http: aiohttp.ClientSession
    ) -> "PubsubEmulator":
        """Returns once it answers. Raises ProcessDied or PlatformError."""
        jar = tools.pubsub_jar
        return await cls._run(tools, jar, ["-jar", str(jar)], directory, http)

    async def create(self, manifests: Manifests) -> None:
        """Creates every topic, and the subscription from which dead letters are pulled. Push
        subscribers get their messages from the emulator's front."""
        await asyncio.gather(
            *(self._put(f"topics/{topic}", {}) for topic in (*manifests.topics, DEAD_LETTERS))
        )
        topic = f"{_RESOURCES}/topics/{DEAD_LETTERS}"
        await self._put(f"subscriptions/{DEAD_LETTERS}", {"topic": topic})

    async def publish(self, topic: str, data: bytes, attributes: Mapping[str, str]) -> Message:
        """Publishes one message without the platform's own front; returns it, for the ledger."""
        message = {"data": base64.b64encode(data).decode(), "attributes": dict(attributes)}
        answer = await self._call("POST", f"topics/{topic}:publish", {"messages": [message]})
        return as_published(topic, answer["messageIds"][0], data, attributes)

    async def _put(self, resource: str, content: object) -> None:
        await self._call("PUT", resource, content)

    async def _call(self, method: str, resource: str, content: object) -> Any:
        url = f"http://{self.address}/v1/{_RESOURCES}/{resource}"
        async with self.http.request(method, url, json=content) as answer:
            if answer.status != 200:
                text = await answer.text()
                raise PlatformError(f"the {self.NAME} refused {method} {resource}: {text}")
            return await answer.json()
