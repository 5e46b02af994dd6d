"""Gives a function every request that reaches its process."""

import functions_framework.aio
from starlette.routing import Match, Route
from starlette.types import Receive, Scope, Send


class EveryRequest(Route):
    """The functions framework's route to a function, for every method and every path. The framework
    would answer what its own route does not match (PROPFIND, TRACE, a path with a line break,
    /robots.txt) in plain text, with an `Allow` that is not the call's."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        if scope["type"] != "http":
            return Match.NONE, {}
        return Match.FULL, {"endpoint": self.endpoint}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self.app(scope, receive, send)


def route_every_request() -> None:
    """Makes the framework use this route. It offers no setting for that, and builds its app after
    it has imported a function's main.py."""
    functions_framework.aio.Route = EveryRequest  # type: ignore[attr-defined]
