"""Routes that strangers may call: whoever signs in has no token yet."""

from enum import Enum

from fastapi import APIRouter, Request

from shared.kit.callers import Caller
from shared.runtime.boundary import received_at
from shared.runtime.routes import Admission, Route, Router

# No token can name it.
STRANGERS = "_strangers"


class OpenRoute(Route):
    """One call without a token. Guarantees what `Route` does but for the caller: the endpoint reads
    no `Caller`, and judges itself whatever proves who is there. One address may use as much as one
    caller of a tenant, and all strangers together as much as a tenant's callers."""

    async def _caller_of(self, request: Request) -> Caller:
        return _stranger(request)

    def _admission(self) -> Admission:
        return _everybody


class OpenRouter(Router):
    """A router whose calls are `OpenRoute`s."""

    def __init__(self, *, prefix: str = "", tag: str | None = None) -> None:
        tags: list[str | Enum] | None = [tag] if tag else None
        APIRouter.__init__(self, prefix=prefix, tags=tags, route_class=OpenRoute)


async def _everybody(request: Request, caller: Caller) -> None:
    pass


def _stranger(request: Request) -> Caller:
    """Who calls, as the limits see it: the address that Google's front end added last."""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    client = request.client.host if request.client else ""
    at = received_at(request.scope)
    return Caller(forwarded or client, STRANGERS, frozenset(), frozenset(), at, "")
