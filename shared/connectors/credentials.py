"""Reads credentials without their values where `tools` keeps them; writes nothing."""

from collections.abc import Iterable, Mapping

from events.credentials import CREDENTIALS, Credential
from shared.connectors.stored import read_stored
from shared.storage.firestore import TenantStore


async def read_credentials(store: TenantStore, ids: Iterable[str]) -> Mapping[str, Credential]:
    """The credentials with these ids, also those that were removed. One round trip, none for no id.
    Raises Unavailable."""
    return await read_stored(store, CREDENTIALS, Credential, ids)
