"""A request and an answer as plain data, and the headers that may be forwarded."""

from collections.abc import AsyncGenerator, Iterable
from dataclasses import dataclass, replace
from typing import Protocol

Headers = tuple[tuple[str, str], ...]

# RFC 9110, 7.6.1, and the framing, which each hop writes itself.
_HOP_BY_HOP = frozenset(
    {
        "connection",
        "content-length",
        "host",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
# Cloud Run's front end sets these itself and ignores a client's.
_SET_BY_THE_FRONT_END = frozenset(
    {"forwarded", "x-forwarded-for", "x-forwarded-proto", "x-serverless-authorization"}
)


@dataclass(frozen=True)
class Call:
    """A request. `target` is the path with its query, unchanged."""

    method: str
    target: str
    headers: Headers
    body: bytes

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    def header(self, name: str) -> str | None:
        """The first header called `name` (lower case)."""
        return next((value for key, value in self.headers if key.lower() == name), None)

    def with_headers(self, **values: str) -> "Call":
        """The same call with these headers set; underscores stand for hyphens."""
        names = {name.replace("_", "-"): value for name, value in values.items()}
        kept = tuple(pair for pair in self.headers if pair[0].lower() not in names)
        return replace(self, headers=(*kept, *names.items()))


@dataclass(frozen=True)
class Answer:
    """A response: whole or, where it has `parts`, its beginning, whose parts come later. Whoever
    has it takes all of these or closes them."""

    status: int
    headers: Headers
    body: bytes
    parts: AsyncGenerator[bytes, None] | None = None

    def header(self, name: str) -> str | None:
        """The first header called `name` (lower case)."""
        return next((value for key, value in self.headers if key.lower() == name), None)


class Unreachable(Exception):
    """No answer: the function's instance could not start, or died during the request."""


class Backend(Protocol):
    """The backend of one deployable."""

    @property
    def state(self) -> str:
        """`cold`, `starting` or `warm`."""

    async def send(self, call: Call) -> Answer:
        """The function's answer; starts an instance where none runs. Raises Unreachable."""

    async def warm_up(self) -> None:
        """Starts an instance where none runs. Raises Unreachable."""

    async def kill(self) -> None:
        """Kills the instance at once; the next request starts another."""

    async def stop(self) -> None:
        """Ends the instance for good."""

    async def stop_if_idle(self, seconds: float) -> None:
        """Stops the instance when it was idle for that long."""


def passed_on(headers: Iterable[tuple[str, str]]) -> Headers:
    """The end-to-end headers of a request or an answer."""
    pairs = tuple(headers)
    named = {
        token.strip().lower()
        for key, value in pairs
        if key.lower() == "connection"
        for token in value.split(",")
    }
    return tuple(
        (key, value)
        for key, value in pairs
        if key.lower() not in _HOP_BY_HOP and key.lower() not in named
    )


def as_the_front_end_sends(call: Call, client: str) -> Call:
    """The call as Cloud Run's front end hands it to an instance."""
    kept = tuple(
        pair for pair in passed_on(call.headers) if pair[0].lower() not in _SET_BY_THE_FRONT_END
    )
    added = (("X-Forwarded-For", client), ("X-Forwarded-Proto", "http"))
    return replace(call, headers=(*kept, *added))
