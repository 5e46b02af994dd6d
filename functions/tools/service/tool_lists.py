"""The tools of MCP servers: read when a connector is registered, and again when somebody asks."""

import asyncio

from events.connector_definition import ConnectorDefinition
from events.connectors import Connector
from functions.tools.aggregates import CONNECTORS, RUN
from functions.tools.mcp.tool_list import NotRead, ReadRefused, read_tools
from functions.tools.rules import connector as rules
from functions.tools.rules.tools import Listing, ListingRefused, read
from functions.tools.service.connected_calls import NoCredential, made_with
from functions.tools.service.connectors import checked_here, id_of, register
from functions.tools.settings import settings
from functions.tools.views import ConnectorView
from shared.aggregates import Command
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid, Unavailable, VersionConflict
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey

# What says where a server is, and who calls it.
_PLACE = ("url", "hosts", "credential")


async def register_server(
    caller: Caller, key: IdempotencyKey, unread: ConnectorDefinition
) -> ConnectorView:
    """The connector as a draft, with the tools that its server lists now. Raises Invalid where it
    cannot be called, or lists what cannot be taken; VersionConflict, Unavailable."""
    place = checked_here(unread)
    try:
        listing = await _listed(caller, place, caller.workspace_id)
        return await register(caller, key, await asyncio.to_thread(read, listing, place))
    except ListingRefused as error:
        raise Invalid(FieldError("url", f"the server {error}")) from error


async def refresh(caller: Caller, key: IdempotencyKey, name: str) -> ConnectorView:
    """The connector with the tools that its server lists now: suspended where anything differs, or
    the listing cannot be taken. Raises NotFound, Invalid, VersionConflict, Unavailable."""
    before = rules.found(await RUN.read(caller, CONNECTORS, id_of(caller, name)))
    place = before.definition
    if place.kind != "mcp":
        raise Invalid(FieldError("name", f"{name} is no MCP server: nothing lists its operations"))
    why_not: str | None = None
    listing: Listing | None = None
    try:
        listing = await _listed(caller, place, before.workspace_id)
        # Reading a schema for the first time takes longer than a turn of the loop may.
        await asyncio.to_thread(read, listing, place)
    except ListingRefused as error:
        why_not = f"the server {error}"[:2_000]

    def after(connector: Connector, work: Command) -> rules.Steps:
        if any(getattr(connector.definition, each) != getattr(place, each) for each in _PLACE):
            raise VersionConflict("it was changed while its server was read: refresh it again")
        try:
            if listing is not None:
                definition = read(listing, connector.definition)
                right = checked_here(definition)
                return rules.change(connector, right, caller.principal, work.at)
            said = why_not or ""
        except ListingRefused as error:
            said = f"the server {error}"[:2_000]
        except Invalid as error:
            said = f"what the server lists is refused: {error.errors[0].message}"[:2_000]
        if connector.status == "draft":
            raise Invalid(FieldError("url", said))
        return rules.suspend(connector, caller.principal, said)

    async def use_case(work: Command) -> ConnectorView:
        connector = rules.found(await work.get(CONNECTORS, id_of(caller, name)))
        return ConnectorView.of(await work.save_change(connector, *after(connector, work)))

    about = (CONNECTORS, id_of(caller, name))
    return await RUN.command(caller, use_case, ConnectorView, key=key, about=about)


async def _listed(
    caller: Caller, definition: ConnectorDefinition, workspace_id: str | None
) -> Listing:
    """What the server lists. Raises ListingRefused, Invalid, Unavailable."""
    try:
        if definition.baked is not None:
            return await _listed_by_baked(caller.tenant_id, definition.baked)
        shown = await made_with(TenantStore(caller.tenant_id), definition, workspace_id)
        return await read_tools(
            definition, shown.auth, shown.secret, may_be_loopback=settings().may_be_loopback
        )
    except NoCredential as error:
        raise Invalid(FieldError("credential", str(error))) from error
    except ReadRefused as error:
        raise Invalid(FieldError("url", f"its tools cannot be read: {error}")) from error
    except NotRead as error:
        raise Unavailable(f"its tools cannot be read now: {error}") from error


async def _listed_by_baked(tenant_id: str, name: str) -> Listing:
    """What the server of the image lists. Raises ListingRefused, NotRead, ReadRefused."""
    from functions.tools.mcp.baked_servers import read_baked

    command = settings().mcp_servers.get(name)
    if command is None:
        raise ReadRefused("this installation has it no more")
    return await read_baked(tenant_id, name, command)
