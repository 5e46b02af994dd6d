"""Reads connectors' documents by their names; writes nothing."""

from collections.abc import Iterable, Mapping

from events.connectors import CONNECTORS, Connector, connector_id
from shared.connectors.stored import read_stored
from shared.storage.firestore import TenantStore


async def read_connectors(
    store: TenantStore, names: Iterable[str], workspace_id: str | None
) -> Mapping[str, Connector]:
    """The connectors with these names in the workspace or, for None, among those in none; without
    those that were removed. One round trip, none for no name. Raises Unavailable."""
    ids = {connector_id(each, workspace_id): each for each in names}
    found = await read_stored(store, CONNECTORS, Connector, ids)
    return {ids[id]: each for id, each in found.items() if each.status != "removed"}
