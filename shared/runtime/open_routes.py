"""Routes that strangers may call: whoever signs in has no token yet."""

import functools
from enum import Enum
from typing import Any

from fastapi import APIRouter, Request

from shared.kit.callers import Caller
from shared.policy.authorization import Authorization
from shared.runtime.authorization import authorization_of
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
        async def admit(request: Request, _: Caller) -> Authorization:
            return await authorization_of(request, None, self.acts)

        return admit


class OpenRouter(Router):
    """A router whose calls are `OpenRoute`s. With `takes_any_query` the endpoints read the query
    themselves, where a standard demands that parameters which nobody knows are ignored."""

    def __init__(
        self,
        *,
        prefix: str = "",
        tag: str | None = None,
        action: str = "",
        takes_any_query: bool = False,
    ) -> None:
        tags: list[str | Enum] | None = [tag] if tag else None
        route: Any = functools.partial(
            OpenRoute, action=action, within=("sign_in",), takes_any_query=takes_any_query
        )
        APIRouter.__init__(self, prefix=prefix, tags=tags, route_class=route)


def _stranger(request: Request) -> Caller:
    """Who calls, as the limits see it: the address that Google's front end added last."""
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    client = request.client.host if request.client else ""
    at = received_at(request.scope)
    return Caller.acting(forwarded or client, STRANGERS, at)
