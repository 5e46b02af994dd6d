"""Reads credentials without their values where `tools` keeps them; writes nothing."""

from collections.abc import Iterable, Mapping

from events.credentials import CREDENTIALS, Credential
from shared.storage.firestore import TenantStore


async def read_credentials(store: TenantStore, ids: Iterable[str]) -> Mapping[str, Credential]:
    """The credentials with these ids, also those that were removed. One round trip, none for no id.
    Raises Unavailable."""
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return {}
    documents = await store.get_many([(CREDENTIALS, each) for each in wanted])
    return {
        id: Credential.model_validate_json(document.data["state"])
        for id, document in zip(wanted, documents, strict=True)
        if document is not None and "state" in document.data
    }
