"""A deployable inside the platform's own loop: the same ASGI app, without a process or a socket."""

import asyncio
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from emulators.gateway.messages import Answer, Call, Unreachable, passed_on
from emulators.ports import HOST


class InProcessBackend:
    """Builds the app on the first request. Its environment is the process's own and must be set
    before. Other code's caches outlive `kill`, so only processes show what a real crash loses."""

    def __init__(self, name: str, *, target: str, source: Path) -> None:
        self._name = name
        self._target = target
        self._source = source
        self._app: Any = None
        self._running: set[asyncio.Task[Answer]] = set()
        self._last_used = time.monotonic()

    @property
    def state(self) -> str:
        return "cold" if self._app is None else "warm"

    async def send(self, call: Call) -> Answer:
        """The app's answer. Raises Unreachable when it was killed while it worked."""
        await self.warm_up()
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
        finally:
            self._last_used = time.monotonic()

    async def warm_up(self) -> None:
        if self._app is None:
            self._app = self._build()

    async def kill(self) -> None:
        """Cancels what runs, wherever it stands, and forgets the app."""
        self._app = None
        running = list(self._running)
        for task in running:
            task.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.gather(*running, return_exceptions=True)

    async def stop(self) -> None:
        await self.kill()

    async def stop_if_idle(self, seconds: float) -> None:
        """Keeps the app: nothing is gained by building it again."""

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


async def _ask(app: Any, call: Call) -> Answer:
    received = asyncio.Queue[dict[str, Any]]()
    received.put_nowait({"type": "http.request", "body": call.body, "more_body": False})
    status = 500
    headers: Iterable[tuple[bytes, bytes]] = ()
    body = bytearray()

    async def send(message: dict[str, Any]) -> None:
        nonlocal status, headers
        if message["type"] == "http.response.start":
            status, headers = message["status"], message.get("headers", ())
        elif message["type"] == "http.response.body":
            body.extend(message.get("body", b""))

    await app(_scope(call), received.get, send)
    decoded = ((key.decode("latin-1"), value.decode("latin-1")) for key, value in headers)
    return Answer(status, passed_on(decoded), b"" if call.method == "HEAD" else bytes(body))


def _scope(call: Call) -> dict[str, Any]:
    path, _, query = call.target.partition("?")
    length = (("content-length", str(len(call.body))),) if call.body else ()
    headers = [
        (key.lower().encode("latin-1", "surrogateescape"), _raw(value))
        for key, value in (*call.headers, ("host", HOST), *length)
    ]
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": call.method,
        "scheme": "http",
        "path": unquote(path),
        "raw_path": path.encode("ascii", "replace"),
        "root_path": "",
        "query_string": query.encode("latin-1", "replace"),
        "headers": headers,
        "client": (HOST, 0),
        "server": (HOST, 0),
        "extensions": {},
    }


def _raw(value: str) -> bytes:
    return value.encode("utf-8", "surrogateescape")
