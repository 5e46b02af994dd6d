"""A deployable inside the platform's own loop: the same ASGI app without a process or a socket."""

import asyncio
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx

from emulators.gateway.messages import Answer, Call, Unreachable, passed_on
from emulators.ports import HOST


class InProcessBackend:
    """Builds the app on the first request. Its environment is the process's own and must be set
    before. Caches in other modules outlive `kill`, so only processes show what a real crash
    loses."""

    def __init__(self, name: str, *, target: str, source: Path) -> None:
        self._name = name
        self._target = target
        self._source = source
        self._app: httpx.ASGITransport | None = None
        self._running: set[asyncio.Task[Answer]] = set()

    @property
    def state(self) -> str:
        return "cold" if self._app is None else "warm"

    async def send(self, call: Call) -> Answer:
        """The app's answer. Raises Unreachable when it was killed during the request."""
        await self.warm_up()
        assert self._app is not None
        task = asyncio.create_task(_ask(self._app, call), name=f"{self._name} {call.target}")
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            if not task.cancelled():
                task.cancel()
                raise
            raise Unreachable(f"{self._name} was killed while it answered") from None

    async def warm_up(self) -> None:
        if self._app is None:
            self._app = httpx.ASGITransport(self._build(), raise_app_exceptions=True)

    async def kill(self) -> None:
        """Cancels the running requests at any point, and drops the app."""
        self._app = None
        running = list(self._running)
        for task in running:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*running, return_exceptions=True)

    async def stop(self) -> None:
        await self.kill()

    async def stop_if_idle(self, seconds: float) -> None:
        """Keeps the app: building it again would gain nothing."""

    def _build(self) -> Any:
        from functions_framework.aio import create_asgi_app

        before = list(sys.path)
        try:
            # Untyped in the framework.
            return create_asgi_app(self._target, str(self._source), "http")  # type: ignore[no-untyped-call]
        except Exception as error:
            raise Unreachable(f"{self._name} cannot be loaded: {error!r}") from error
        finally:
            sys.path[:] = before  # the framework appends the function's folder


async def _ask(app: httpx.ASGITransport, call: Call) -> Answer:
    request = httpx.Request(
        call.method,
        httpx.URL(scheme="http", host=HOST, raw_path=call.target.encode()),
        headers=[(key.encode(), value.encode()) for key, value in call.headers],
        content=call.body or None,
    )
    response = await app.handle_async_request(request)
    body = b"" if call.method == "HEAD" else await response.aread()
    return Answer(response.status_code, passed_on(response.headers.multi_items()), body)
