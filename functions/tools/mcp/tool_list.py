"""Reads what tools a server has."""

import asyncio
from typing import TYPE_CHECKING, Any

from events.connector_definition import ConnectorDefinition
from functions.tools.http.call import Auth, Credential, NeverSent
from functions.tools.http.shown_credential import show
from functions.tools.rules.tools import Listing, ListingRefused, ToolSaid, refuse_too_many

if TYPE_CHECKING:
    import mcp_types as types

    from functions.tools.mcp.exchange import Exchange
    from functions.tools.mcp.sessions import Session

WITHIN_SECONDS, CONNECTED_WITHIN_SECONDS = 15.0, 3.0
MOST_BYTES = 1024 * 1024
MOST_PAGES = 10


class NotRead(Exception):
    """The server did not answer, and may another time. Its text says why."""


class ReadRefused(Exception):
    """The server is not to be read from, or lets nobody read. Its text says why."""


async def read_tools(
    definition: ConnectorDefinition,
    auth: Auth | None,
    credential: Credential | None,
    *,
    may_be_loopback: bool,
) -> Listing:
    """The tools that the server lists now, in the newest version of the protocol that it and we
    speak, within fifteen seconds and a megabyte. Raises NotRead, ReadRefused, ListingRefused."""
    import httpx2

    from functions.tools.http.requests import NotSendable
    from functions.tools.http.tokens import NoToken
    from functions.tools.mcp.exchange import Exchange

    timeout = httpx2.Timeout(WITHIN_SECONDS, connect=CONNECTED_WITHIN_SECONDS)
    try:
        shown = await show(auth, credential, may_be_loopback=may_be_loopback)
    except NotSendable as error:
        raise ReadRefused(str(error)) from error
    except NoToken as error:
        raise NotRead(str(error)) from error
    exchange = Exchange(
        definition.url,
        shown,
        most_bytes=MOST_BYTES,
        may_be_loopback=may_be_loopback,
        timeout=timeout,
    )
    return await _listed(exchange)


async def _listed(exchange: "Exchange") -> Listing:
    from functions.tools.mcp.faults import FAULTS, fault_of, leaves
    from functions.tools.mcp.sessions import begin, opened

    found: list[Listing] = []
    try:
        async with asyncio.timeout(WITHIN_SECONDS), opened(exchange, repeats=True) as session:
            version = await begin(session, None)
            found.append(await listing_of(session, version))
    except FAULTS as error:
        # Whatever fails as the session closes does not undo what was read.
        if found:
            return found[0]
        for each in leaves(error):
            if isinstance(each, ListingRefused):
                raise each from None
        if exchange.stopped is not None:
            raise ListingRefused(exchange.stopped) from None
        fault = fault_of(error, exchange, WITHIN_SECONDS)
        reason = getattr(fault, "reason", "the server does not answer")
        raise (NotRead if isinstance(fault, NeverSent) else ReadRefused)(reason) from None
    return found[0]


async def listing_of(session: "Session", version: str) -> Listing:
    """What the server lists, page by page. Raises ListingRefused, and what the library raises."""
    import mcp_types as types

    tools: list[ToolSaid] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        page = await session.list_tools(params=types.PaginatedRequestParams(cursor=cursor))
        tools += [_said(each) for each in page.tools]
        cursor = page.next_cursor
        refuse_too_many(len(tools))
        if cursor is None:
            server = session.server_info
            return Listing(server.name if server is not None else "", version, tuple(tools))
    raise ListingRefused(f"lists its tools on more than {MOST_PAGES} pages")


def _said(tool: "types.Tool") -> ToolSaid:
    annotations: dict[str, Any] = {}
    if tool.annotations is not None:
        annotations = tool.annotations.model_dump(mode="json", by_alias=True, exclude_none=True)
    execution = tool.execution
    return ToolSaid(
        name=tool.name,
        title=tool.title,
        description=tool.description,
        input_schema=tool.input_schema,
        output_schema=tool.output_schema,
        annotations=annotations,
        needs_task=execution is not None and execution.task_support == "required",
    )
