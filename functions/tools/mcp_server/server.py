"""One message of a client: the official SDK reads and answers it, and asks here for tools."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from starlette.requests import Request
from starlette.responses import Response

from functions.tools.mcp_server.answers import ASSENT, asked, result_of
from functions.tools.mcp_server.tools import Tool, schema_of, systems_of, tools_of
from functions.tools.service.direct_answers import DirectCallView
from functions.tools.service.direct_calls import call_directly, withdraw_call
from functions.tools.settings import settings
from shared.agents import KnownAgent, read_agent
from shared.connectors import read_connectors
from shared.kit.callers import Caller
from shared.kit.errors import AssentError, Forbidden
from shared.policy.authorization import choose
from shared.storage.firestore import TenantStore

if TYPE_CHECKING:
    import mcp_types
    from mcp.server.lowlevel import Server

NAME = "assent"
# A receipt takes no more of one.
LONGEST_OPERATION = 200
_INSTRUCTIONS = (
    "Each call is judged by the rights of your agent. A call whose result says pending was not "
    "made: a person decides about it. Call the tool again with the same arguments once it is "
    "approved."
)


@dataclass(frozen=True)
class Desk:
    """What one caller may do: the tools of the agent that its key, or its sign-in, names."""

    caller: Caller

    async def agent(self) -> KnownAgent:
        """The agent. Raises Forbidden where the key names none of this tenant, Unavailable."""
        id = self.caller.agent_id
        agent = await read_agent(self._store, id) if id is not None else None
        if agent is None or agent.state.workspace_id != self.caller.workspace_id:
            told = (
                "the token names no agent that lies here: sign in for this address and choose one,"
                " or make a key of a service with the role service_runtime and an agent_id"
            )
            raise Forbidden(told)
        return agent

    async def tools(self, agent: KnownAgent) -> tuple[Tool, ...]:
        """The tools of the agent; none while it does not serve. Raises Unavailable."""
        if agent.why_not(self.caller.received_at) is not None:
            return ()
        names = systems_of(agent.rights)
        found = await read_connectors(self._store, names, self.caller.workspace_id)
        return tools_of(agent.rights, found)

    async def call(
        self, name: str, arguments: Mapping[str, Any], *, withdraws: bool
    ) -> DirectCallView | None:
        """What became of the call; None for a name that no operation has."""
        agent = await self.agent()
        operation = await self._operation(agent, name)
        if operation is None:
            return None
        if withdraws:
            return await withdraw_call(self.caller, agent, operation, dict(arguments))
        choose("tools.invoke")
        return await call_directly(self.caller, agent, operation, dict(arguments))

    async def _operation(self, agent: KnownAgent, name: str) -> str | None:
        """The operation of that name, also one that the agent may not use now."""
        for each in await self.tools(agent):
            if each.name == name:
                return each.operation
        system, _, named = name.partition("__")
        if len(name) > LONGEST_OPERATION:
            return None
        return f"{system}/{named}" if system and named else None

    @property
    def _store(self) -> TenantStore:
        return TenantStore(self.caller.tenant_id)


async def answer(request: Request, caller: Caller) -> Response:
    """The answer to one message, by the rules of the client's era of the protocol. Raises what the
    tools raise."""
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    desk = Desk(caller)
    raised: list[AssentError] = []
    await desk.agent()
    server = _server(desk, raised)
    body = await request.body()
    answered = _Answered()
    # Nothing of a session is kept, so any instance answers the next message.
    manager = StreamableHTTPSessionManager(server, json_response=True, stateless=True)
    async with manager.run():
        await manager.handle_request(request.scope, _sent(body), answered)
    if raised:
        raise raised[0]
    return answered.response()


def _server(desk: Desk, raised: list[AssentError]) -> "Server[Any]":
    import mcp_types
    from mcp.server.lowlevel import Server
    from mcp.shared.exceptions import MCPError

    async def list_tools(_: Any, __: Any) -> "mcp_types.ListToolsResult":
        tools = await desk.tools(await desk.agent())
        return mcp_types.ListToolsResult(tools=[_shown(each) for each in tools])

    async def call_tool(context: Any, params: "mcp_types.CallToolRequestParams") -> Any:
        said = (params.input_responses or {}).get(ASSENT)
        action = getattr(said, "action", None)
        try:
            view = await desk.call(
                params.name, params.arguments or {}, withdraws=action == "decline"
            )
        except AssentError as error:
            raised.append(error)
            raise
        if view is None:
            raise MCPError(mcp_types.INVALID_PARAMS, f"there is no tool {params.name[:100]!r}")
        origin = settings().origin
        if view.status == "pending" and action is None and _opens_addresses(context):
            return asked(view, origin)
        return result_of(view, origin)

    return Server(
        NAME, instructions=_INSTRUCTIONS, on_list_tools=list_tools, on_call_tool=call_tool
    )


def _shown(tool: Tool) -> "mcp_types.Tool":
    import mcp_types

    return mcp_types.Tool(
        name=tool.name,
        title=tool.operation,
        description=tool.description,
        input_schema=schema_of(tool.definition),
        annotations=mcp_types.ToolAnnotations.model_validate(tool.hints),
    )


def _opens_addresses(context: Any) -> bool:
    """Whether the client shows addresses to a person, in the era in which the server may ask."""
    from mcp_types.version import MODERN_PROTOCOL_VERSIONS

    known = context.session.client_capabilities
    shows = (
        known is not None and known.elicitation is not None and known.elicitation.url is not None
    )
    return shows and context.protocol_version in MODERN_PROTOCOL_VERSIONS


def _sent(body: bytes) -> Callable[[], Awaitable[dict[str, Any]]]:
    """The request's body once more, for who reads it from the connection."""

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": body, "more_body": False}

    return receive


class _Answered:
    """An answer as it is sent, kept until it is whole."""

    def __init__(self) -> None:
        self._status, self._body = 500, b""
        self._headers: dict[str, str] = {}

    async def __call__(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            named = ((name.decode(), value.decode()) for name, value in message["headers"])
            self._headers = {n: v for n, v in named if n.lower() != "content-length"}
        elif message["type"] == "http.response.body":
            self._body += message.get("body", b"")

    def response(self) -> Response:
        """The whole answer."""
        return Response(self._body, self._status, self._headers)
