"""Sessions with servers, in both eras of the protocol.

Importing this loads the library; callers import it where they call."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import mcp_types as types
from mcp import ClientSession, MCPError
from mcp.client.streamable_http import streamable_http_client

from events.mcp import WITHOUT_HANDSHAKE
from functions.tools.mcp.exchange import Exchange

LONGEST_EVENT = 1024 * 1024
WE = types.Implementation(name="assent", version="1")
# These quote what servers send, a credential perhaps.
for _name in ("client", "mcp.client", "mcp.shared"):
    logging.getLogger(_name).setLevel(logging.CRITICAL + 1)


class Session(ClientSession):
    """A session that takes what tools answer as it is: we judge it by the schema that was pinned,
    where the library would ask the server for another one."""

    async def validate_tool_result(self, name: str, result: types.CallToolResult) -> None:
        """Nothing is asked of the server."""


@asynccontextmanager
async def opened(exchange: Exchange) -> AsyncIterator[Session]:
    """A session over HTTP that has not begun. Closing it ends it at the server where that keeps
    one. Raises groups of what the client raises."""
    async with (
        exchange.client() as client,
        streamable_http_client(
            exchange.url, http_client=client, max_sse_event_size=LONGEST_EVENT
        ) as (read, write),
        Session(read, write, client_info=WE) as session,
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
