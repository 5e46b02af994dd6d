"""Calls of a server below the store: what is read of it, and what becomes of a call."""

from typing import Any

from pydantic import SecretStr

from emulators.ports import HOST
from events.connector_definition import ConnectorDefinition, ToolOperation
from functions.tools.http.call import Auth, Bearer, Credential
from functions.tools.mcp.call import call_tool
from functions.tools.mcp.outcomes import ToolOutcome
from functions.tools.mcp.tool_list import read_tools
from functions.tools.mcp.whose import Whose
from functions.tools.rules.tools import Listing, ToolSaid, read

SECRET = "a-secret-of-the-tenant"
CREDENTIAL = Credential(
    tenant_id="clinic", name="helper", version="1", secret=SecretStr(SECRET), user="assent"
)
WHOSE = Whose("clinic", None, "helper")


def unread(url: str) -> ConnectorDefinition:
    """A connector whose server nobody has read."""
    return ConnectorDefinition.model_construct(
        name="helper", kind="mcp", url=url, hosts=(HOST,), credential=None, operations=()
    )


async def listed(url: str, *, may_be_loopback: bool = True) -> Listing:
    return await read_tools(unread(url), Bearer(), CREDENTIAL, may_be_loopback=may_be_loopback)


def pinned(url: str, *, protocol: str = "2026-07-28", **said: Any) -> ConnectorDefinition:
    """A connector with one tool, as it was read."""
    told: dict[str, Any] = {
        "name": "send",
        "title": None,
        "description": None,
        "input_schema": {"type": "object"},
        "output_schema": None,
        "annotations": {},
        **said,
    }
    return read(Listing("x", protocol, (ToolSaid(**told),)), unread(url))


async def called(
    url: str,
    *,
    auth: Auth | None = None,
    may_be_loopback: bool = True,
    protocol: str = "2026-07-28",
    whose: Whose = WHOSE,
    credential: Credential = CREDENTIAL,
    **said: Any,
) -> ToolOutcome:
    """What became of the call of the server's one tool."""
    definition = pinned(url, protocol=protocol, **said)
    (operation,) = definition.operations
    assert isinstance(operation, ToolOperation)
    return await call_tool(
        definition,
        operation,
        {"text": "x"},
        whose=whose,
        pin=definition.digest,
        auth=auth or Bearer(),
        credential=credential,
        may_be_loopback=may_be_loopback,
    )
