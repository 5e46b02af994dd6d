"""Google's Pub/Sub emulator, run from its jar, and the topics and subscriptions in it."""

import asyncio
import base64
from collections.abc import Mapping
from typing import Any

import aiohttp

from emulators.failures import PlatformError
from emulators.firestore import answers_ok
from emulators.google_cli import FRUGAL_JVM, Tools
from emulators.iam import PROJECT
from emulators.ports import HOST, free_port
from emulators.processes import Process, start_process, until_ready
from emulators.pubsub.ledger import DEAD_LETTERS, Message
from emulators.pubsub.wire import as_published
from emulators.workplace import Workplace
from shared.manifest import Manifests

NAME = "Pub/Sub emulator"
_RESOURCES = f"projects/{PROJECT}"


class PubsubEmulator:
    """Holds everything in memory, which ends with the process: the ledger knows what was owed."""

    def __init__(self, process: Process, port: int, http: aiohttp.ClientSession) -> None:
        self.process = process
        self.port = port
        self.address = f"{HOST}:{port}"
        self._http = http

    @classmethod
    async def start(
        cls, tools: Tools, workplace: Workplace, http: aiohttp.ClientSession
    ) -> "PubsubEmulator":
        """Returns once it answers. Raises ProcessDied or PlatformError."""
        port = free_port()
        command = [
            *(tools.java, *FRUGAL_JVM, "-jar", str(tools.pubsub_jar)),
            *(f"--host={HOST}", f"--port={port}"),
        ]
        process = await start_process(NAME, command, log=workplace.log("pubsub-emulator"))
        try:
            await until_ready(process, lambda: answers_ok(http, port), within=60)
        except BaseException:
            await process.kill()
            raise
        return cls(process, port, http)

    async def stop(self) -> None:
        await self.process.kill()

    async def create(self, manifests: Manifests) -> None:
        """Creates every topic, and the subscription that dead letters are pulled from. Who is
        pushed to gets messages from the emulator's front."""
        await asyncio.gather(
            *(self._put(f"topics/{topic}", {}) for topic in (*manifests.topics, DEAD_LETTERS))
        )
        topic = f"{_RESOURCES}/topics/{DEAD_LETTERS}"
        await self._put(f"subscriptions/{DEAD_LETTERS}", {"topic": topic})

    async def publish(self, topic: str, data: bytes, attributes: Mapping[str, str]) -> Message:
        """Publishes one message past the platform's own front; returns it, for the ledger."""
        message = {"data": base64.b64encode(data).decode(), "attributes": dict(attributes)}
        answer = await self._call("POST", f"topics/{topic}:publish", {"messages": [message]})
        return as_published(topic, answer["messageIds"][0], data, attributes)

    async def _put(self, resource: str, content: object) -> None:
        await self._call("PUT", resource, content)

    async def _call(self, method: str, resource: str, content: object) -> Any:
        url = f"http://{self.address}/v1/{_RESOURCES}/{resource}"
        async with self._http.request(method, url, json=content) as answer:
            if answer.status != 200:
                text = await answer.text()
                raise PlatformError(f"the {NAME} refused {method} {resource}: {text}")
            return await answer.json()
