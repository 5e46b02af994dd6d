"""HTTP in, HTTP out: the Model Context Protocol, for agents that run elsewhere."""

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
from shared.policy.authorization import choose_and_ask
from shared.runtime.acts import does
from shared.runtime.auth import TokenRefused
from shared.runtime.bodies import Accepts
from shared.runtime.routes import Route

_RESOURCE = "/.well-known/oauth-protected-resource/mcp"
# In the header as it is: it has neither a quote nor a letter beyond ASCII.
_PERSONS = (
    "a token that a person lets a client have calls no tools here: their rights are no agent's."
    " Make an API key with the role service_runtime, the scope tools:write and an agent_id, and"
    " send it as the bearer token"
)


class McpRoute(Route):
    """The call of the protocol. Guarantees what `Route` does; who is not let in is told where to
    ask (RFC 9728) and, with a person's token, which one to make instead (RFC 6750)."""

    async def _caller_of(self, request: Request) -> Caller:
        try:
            return await super()._caller_of(request)
        except Unauthenticated as refusal:
            address = f"{settings().origin}{_RESOURCE}"
            told = f'Bearer resource_metadata="{address}"'
            if isinstance(refusal, TokenRefused) and refusal.reason == "another_audience":
                refusal.detail = _PERSONS
                told += f', error="invalid_token", error_description="{_PERSONS}"'
            refusal.headers = {"WWW-Authenticate": told}
            raise


class McpMessage(BaseModel):
    """One message of the protocol: a request, a notification or a response of JSON-RPC 2.0. The
    official SDK reads the rest of it."""

    model_config = ConfigDict(extra="allow", frozen=True)


_route: Any = partial(McpRoute, write=("tools:write",), within=("execute_tool_call",), narrows=True)
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
