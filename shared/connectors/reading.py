"""Reads connectors' documents by their names; writes nothing."""

from collections.abc import Iterable, Mapping

from events.connectors import CONNECTORS, Connector, connector_id
from shared.storage.firestore import TenantStore


async def read_connectors(
    store: TenantStore, names: Iterable[str], workspace_id: str | None
) -> Mapping[str, Connector]:
    """The connectors with these names in the workspace or, for None, among those in none; without
    those that were removed. One round trip, none for no name. Raises Unavailable."""
    wanted = list(dict.fromkeys(names))
    if not wanted:
        return {}
    keys = [(CONNECTORS, connector_id(each, workspace_id)) for each in wanted]
    documents = await store.get_many(keys)
    found = {
        name: Connector.model_validate_json(document.data["state"])
        for name, document in zip(wanted, documents, strict=True)
        if document is not None and "state" in document.data
    }
    return {name: each for name, each in found.items() if each.status != "removed"}
