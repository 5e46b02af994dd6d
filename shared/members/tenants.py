"""Reads tenants' own documents; writes nothing."""

from shared.kit.models import Data
from shared.storage.firestore import TenantStore
from shared.storage.states import read_state

# `functions/identity` alone writes them.
COLLECTION = "tenant_records"


class KnownTenant(Data):
    """A tenant's own document, as far as others than `identity` read it."""

    people: int = 0
    created_by: str = ""
    admins: tuple[str, ...] = ()


async def read_tenant(store: TenantStore) -> KnownTenant:
    """The store's tenant, without people where nobody signed it up. One document. Raises
    Unavailable."""
    return await read_state(store, COLLECTION, KnownTenant, store.tenant_id) or KnownTenant()
