"""Somebody at the other end of HTTP who answers, or does not, as a test says."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from shared.kit.errors import AssentError
from shared.runtime.problems import problem_response


@dataclass(frozen=True)
class Asked:
    """One request that arrived."""

    path: str
    headers: dict[str, str]
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


@dataclass
class OwnerStandIn:
    """Gives the answers a test queued, the last one again and again."""

    url: str = ""
    asked: list[Asked] = field(default_factory=list)
    answers: list[Any] = field(default_factory=list)

    @classmethod
    @asynccontextmanager
    async def open(cls) -> "AsyncIterator[OwnerStandIn]":
        owner = cls()
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", owner._answer)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        owner.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield owner
        finally:
            await runner.cleanup()

    def forget(self) -> None:
        self.asked.clear()
        self.answers.clear()

    def will(self, *answers: Any) -> None:
        """Each is a JSON value to answer with 200, an AssentError, an HTTP status, "hang up", or
        seconds of silence (a float)."""
        self.answers[:] = answers

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.asked.append(Asked(request.path, headers, await request.read()))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer == "hang up":
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return web.Response(status=500)
        if isinstance(answer, AssentError):
            said = problem_response(answer, "0" * 32)
            return web.Response(
                status=said.status_code, body=bytes(said.body), headers=dict(said.headers)
            )
        if isinstance(answer, int):
            return web.Response(status=answer, text="no JSON")
        return web.json_response(answer)
