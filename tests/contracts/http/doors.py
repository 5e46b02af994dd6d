"""Every public function as one ASGI app, in the loop of a running platform."""

from functools import cache
from typing import Any

import httpx
import requests
from functions_framework.aio import create_asgi_app

from emulators.running import RunningPlatform
from shared.manifest import Deployable

BASE_URL = "http://assent.test"


class Doors:
    """Requests without a socket between the test and the function; what the function talks to is
    the platform's."""

    def __init__(self, running: RunningPlatform, deployables: tuple[Deployable, ...]) -> None:
        self._running = running
        self._sources = {each.noun: each.source for each in deployables if each.public}
        self._app = cache(self._build)

    def send(self, noun: str, request: requests.PreparedRequest) -> httpx.Response:
        """What the function answers to the request as it stands."""
        return self._running.run(self._send(noun, request))

    async def _send(self, noun: str, request: requests.PreparedRequest) -> httpx.Response:
        transport = httpx.ASGITransport(app=self._app(noun))
        async with httpx.AsyncClient(transport=transport) as client:
            body = request.body
            assert body is None or isinstance(body, str | bytes)
            return await client.request(
                str(request.method),
                str(request.url),
                headers={name: _text(value) for name, value in request.headers.items()},
                content=body,
            )

    def _build(self, noun: str) -> Any:
        # Untyped in the framework.
        return create_asgi_app("api", str(self._sources[noun]), "http")  # type: ignore[no-untyped-call]


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
