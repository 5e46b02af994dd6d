"""Sessions with servers, in both eras of the protocol.

Importing this loads the library; callers import it where they call."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import mcp_types as types
from mcp import ClientSession, MCPError
from mcp.client.session import ClientRequestContext
from mcp.client.streamable_http import streamable_http_client
from mcp.shared.dispatcher import CallOptions
from pydantic import TypeAdapter

from events.mcp import WITHOUT_HANDSHAKE
from functions.tools.mcp.exchange import Exchange
from functions.tools.rules.elicitation import Reply
from functions.tools.rules.task import LONGEST, Poll
from shared.kit.canonical import content_hash

# What a server says to a call.
ToolResult = types.CallToolResult | types.InputRequiredResult | types.Task
_BEGUN: TypeAdapter[types.CreateTaskResult | types.CallToolResult] = TypeAdapter(
    types.CreateTaskResult | types.CallToolResult
)
LONGEST_EVENT = 1024 * 1024
WE = types.Implementation(name="assent", version="1")
# These quote what servers send, a credential perhaps.
for _name in ("client", "mcp.client", "mcp.shared"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


class Session(ClientSession):
    """A session that takes what tools answer as it is: we judge it by the schema that was pinned,
    where the library would ask the server for another one. `repeats`: a server with a handshake may
    ask a person in the middle of a call, which is repeated with the answer; else it is not told
    that anybody would answer."""

    def __init__(self, read: Any, write: Any, *, repeats: bool = False) -> None:
        super().__init__(read, write, client_info=WE, elicitation_callback=self._elicit)
        self._repeats = repeats
        self._reply: Reply | None = None
        self._asked: types.ElicitRequestParams | None = None

    async def called(
        self,
        tool: str,
        arguments: Mapping[str, Any],
        reply: Reply | Poll | None,
        *,
        as_task: bool = False,
    ) -> ToolResult:
        """What the server answers to a call, with the `reply` to its question; what it asks; or the
        task as which it goes on, and how that stands.
        A session that `repeats` makes one call at a time. Raises what the library raises."""
        # An answer is for this call alone, also where its server does not ask for it.
        self._reply = self._asked = None
        if isinstance(reply, Poll):
            return await self._polled(reply)
        if as_task:
            return await self._begun(tool, arguments)
        self._reply = reply
        try:
            return await self._answered(tool, arguments, reply)
        finally:
            self._reply = None

    async def _answered(
        self, tool: str, arguments: Mapping[str, Any], reply: Reply | None
    ) -> types.CallToolResult | types.InputRequiredResult:
        answers: types.InputResponses | None = None
        state = None
        if reply is not None and self.protocol_version in WITHOUT_HANDSHAKE:
            answers, state = {reply.resume.key: _accepted(reply)}, reply.resume.state
        try:
            result = await self.call_tool(
                tool,
                dict(arguments),
                input_responses=answers,
                request_state=state,
                allow_input_required=True,
            )
        except MCPError:
            if self._asked is None:
                raise
        if self._asked is not None:
            # Whatever else it says, it says to somebody who did not answer.
            request = types.ElicitRequest(params=self._asked)
            return types.InputRequiredResult(input_requests={"": request})
        return result

    async def _begun(self, tool: str, arguments: Mapping[str, Any]) -> ToolResult:
        kept = types.TaskMetadata(ttl=int(LONGEST.total_seconds() * 1000))
        params = types.CallToolRequestParams(name=tool, arguments=dict(arguments), task=kept)
        request = types.CallToolRequest(params=params)
        data = request.model_dump(by_alias=True, mode="json", exclude_none=True)
        # `send_request` takes no task as the answer of a call.
        options: CallOptions = {}
        self._stamp(data, options)
        raw = await self._dispatcher.send_raw_request(data["method"], data["params"], options)
        said = _BEGUN.validate_python(raw, by_name=False)
        return said.task if isinstance(said, types.CreateTaskResult) else said

    async def _polled(self, poll: Poll) -> ToolResult:
        """What the task gave, once it has ended with something; else how it stands."""
        if poll.cancels:
            cancelling = types.CancelTaskRequestParams(task_id=poll.task_id)
            # One that has ended cannot be cancelled.
            with suppress(MCPError):
                await self.send_request(
                    types.CancelTaskRequest(params=cancelling), types.CancelTaskResult
                )
        asking = types.GetTaskRequestParams(task_id=poll.task_id)
        task = await self.send_request(types.GetTaskRequest(params=asking), types.GetTaskResult)
        if task.status != "completed":
            return task
        payload = types.GetTaskPayloadRequestParams(task_id=poll.task_id)
        request = types.GetTaskPayloadRequest(params=payload)
        return await self.send_request(request, types.CallToolResult)

    async def validate_tool_result(self, name: str, result: types.CallToolResult) -> None:
        """Nothing is asked of the server."""

    async def _elicit(
        self, context: ClientRequestContext, params: types.ElicitRequestParams
    ) -> types.ElicitResult | types.ErrorData:
        """The answer, to exactly the question that a person saw, once; any other is noted."""
        if not self._repeats:
            # Nobody knows in which of several calls it asks.
            return types.ErrorData(code=types.INVALID_REQUEST, message="nobody answers")
        reply, self._reply = self._reply, None
        if reply is not None and isinstance(params, types.ElicitRequestFormParams):
            known = reply.elicitation
            said = (params.message, content_hash(params.requested_schema))
            if said == (known.message, content_hash(known.requested_schema)):
                return _accepted(reply)
        self._asked = self._asked or params
        return types.ElicitResult(action="cancel")

    def _build_capabilities(self, version: str) -> types.ClientCapabilities:
        """Nobody opens addresses for a server."""
        known = super()._build_capabilities(version)
        may_ask = self._repeats or version in WITHOUT_HANDSHAKE
        form = types.ElicitationCapability(form=types.FormElicitationCapability())
        known.elicitation = form if may_ask else None
        return known


def _accepted(reply: Reply) -> types.ElicitResult:
    return types.ElicitResult.model_validate({"action": "accept", "content": reply.content})


@asynccontextmanager
async def opened(exchange: Exchange, *, repeats: bool) -> AsyncIterator[Session]:
    """A session over HTTP that has not begun. Closing it ends it at the server where that keeps
    one. Raises groups of what the client raises."""
    async with (
        exchange.client() as client,
        streamable_http_client(
            exchange.url, http_client=client, max_sse_event_size=LONGEST_EVENT
        ) as (read, write),
        Session(read, write, repeats=repeats) as session,
    ):
        yield session


async def begin(session: Session, protocol: str | None) -> str:
    """The version that the session goes on in: `protocol`, or for None whichever the server knows,
    the newest first. Raises MCPError, RuntimeError where there is none."""
    if protocol in WITHOUT_HANDSHAKE:
        session.adopt(_known(protocol))
    elif protocol is not None:
        await session.initialize()
    else:
        try:
            await session.discover()
        except (MCPError, RuntimeError):
            await session.initialize()
    version = session.protocol_version
    if version is None or (protocol is not None and version != protocol):
        raise RuntimeError(f"the server speaks {version}")
    return version


def _known(protocol: str) -> types.DiscoverResult:
    """What a server of that version is known to say: nothing has to be asked."""
    return types.DiscoverResult(
        supported_versions=[protocol],
        capabilities=types.ServerCapabilities(),
        result_type="complete",
        ttl_ms=0,
        cache_scope="public",
    )
