"""HTTP in, HTTP out: the Model Context Protocol, for agents that run elsewhere."""

from dataclasses import replace
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict
from starlette.responses import Response

from functions.tools.mcp_server.server import answer
from functions.tools.rules.entity_types import INVOCATION
from functions.tools.settings import settings
from shared.kit.callers import Caller
from shared.kit.errors import Unauthenticated
from shared.kit.roles import SERVICE_RUNTIME
from shared.policy.authorization import choose_and_ask
from shared.runtime.access_tokens import TokenRefused
from shared.runtime.acts import does
from shared.runtime.auth import authenticate
from shared.runtime.bodies import Accepts
from shared.runtime.routes import Route

_METADATA = "/.well-known/oauth-protected-resource/mcp"
_SCOPE = "tools:write"


class McpRoute(Route):
    """The call of the protocol. Guarantees what `Route` does. It takes an API key that names an
    agent, and a token that a person let a client have for this address: its bearer is what runs the
    agent that the person chose, and has no role of theirs. Who is not let in is told where to ask
    (RFC 9728), with which scope, and what is wrong with a token (RFC 6750)."""

    async def _caller_of(self, request: Request) -> Caller:
        try:
            caller = await authenticate(request, resource=f"{settings().origin}/mcp")
        except Unauthenticated as refusal:
            address = f"{settings().origin}{_METADATA}"
            told = f'Bearer resource_metadata="{address}", scope="{_SCOPE}"'
            if isinstance(refusal, TokenRefused):
                told += ', error="invalid_token"'
            refusal.headers = {"WWW-Authenticate": told}
            raise
        if caller.on_behalf_of is None:
            return caller
        return replace(caller, roles=frozenset({SERVICE_RUNTIME}))


class McpMessage(BaseModel):
    """One message of the protocol: a request, a notification or a response of JSON-RPC 2.0. The
    official SDK reads the rest of it."""

    model_config = ConfigDict(extra="allow", frozen=True)


_route: Any = partial(McpRoute, write=(_SCOPE,), within=("execute_tool_call",), narrows=True)
ROUTER = APIRouter(route_class=_route)


@ROUTER.post("/mcp", response_model=dict[str, Any])
@does("tools.call", within=("execute_tool_call",))
@does("tools.invoke", about=INVOCATION, within=("execute_tool_call",), deed="this call of a tool")
async def post_mcp(
    request: Request, caller: Caller, body: Annotated[McpMessage, Accepts()]
) -> Response:
    """Answers one message of the Model Context Protocol: an agent elsewhere lists the tools that it
    may use, and calls them; a call that needs assent waits for a person."""
    choose_and_ask("tools.call", caller.received_at)
    return await answer(request, caller)
