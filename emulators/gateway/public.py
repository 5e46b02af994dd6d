"""The one port: every public route, the API's description and the control API."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path

from emulators.gateway.ingress import Ingress
from emulators.gateway.listener import Handler
from emulators.gateway.messages import Answer, Call
from emulators.gateway.problems import problem
from emulators.sample.pages import START
from shared.kit.errors import MethodNotAllowed, NotFound, Unavailable
from shared.manifest import RouteTable

_CONTROL = "/_platform/"
_OPENAPI = "/openapi.json"
_FRONT = "/"


class PublicSide:
    """Finds the owner of a path, and dates what it answers by the platform's clock `now`;
    `saw` learns of each answer of a function."""

    def __init__(
        self,
        routes: RouteTable,
        ingresses: Mapping[str, Ingress],
        control: Handler,
        root: Path,
        now: Callable[[], datetime],
        saw: Callable[[Call, Answer], None],
    ) -> None:
        self._routes = routes
        self._ingresses = ingresses
        self._control = control
        self._openapi = root / "docs" / "api" / "openapi.json"
        self._now = now
        self._saw = saw
        self._shut = False

    def shut(self) -> None:
        """Answers all further calls with 503 and a time to retry."""
        self._shut = True

    async def answer(self, call: Call) -> Answer:
        """The function's or the platform's answer; 404 where no route matches."""
        if self._shut:
            return problem(Unavailable("the platform is stopping"))
        path = call.path
        if path.startswith(_CONTROL):
            return await self._control(call)
        if path == _OPENAPI:
            return await self._description(call)
        if path == _FRONT and call.method in {"GET", "HEAD"}:
            return Answer(302, (("Location", START),), b"")
        name = self._routes.find(path)
        if name is None:
            return problem(NotFound(f"no function answers {path}"))
        answer = await self._ingresses[name].answer(call)
        self._saw(call, answer)
        return self._dated(answer)

    def _dated(self, answer: Answer) -> Answer:
        kept = (each for each in answer.headers if each[0].lower() != "date")
        date = format_datetime(self._now(), usegmt=True)
        return replace(answer, headers=(*kept, ("Date", date)))

    async def _description(self, call: Call) -> Answer:
        if call.method not in {"GET", "HEAD"}:
            raise MethodNotAllowed(("GET", "HEAD"))
        try:
            content = await asyncio.to_thread(self._openapi.read_bytes)
        except FileNotFoundError:
            return problem(NotFound("docs/api/openapi.json was not generated yet"))
        return Answer(200, (("Content-Type", "application/json"),), content)
