"""What the people of a tenant are called."""

from collections.abc import Mapping, Sequence

from functions.identity.aggregates import PRINCIPALS, USERS
from functions.identity.rules.directory import DirectoryUser
from functions.identity.rules.principal import Principal, display_name
from functions.identity.rules.tenant import Member
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.storage.firestore import TenantStore
from shared.storage.states import read_states


async def display_names(tenant_id: str, members: Sequence[Member]) -> Mapping[str, str]:
    """The names of those who belong to the tenant now, by principal: as their provider called them
    at their last sign-in; of who never signed in, as the tenant's directory does. Who has neither
    is missing. Each name is read where it lies, so that it is gone once it is erased there. Two
    round trips at most. Raises Unavailable."""
    ids = [each.principal_id for each in members if each.removed_at is None]
    people = await read_states(TenantStore(PLATFORM_TENANT), PRINCIPALS.collection, Principal, ids)
    names = {id: display_name(each.name) for id, each in people.items()}
    unnamed = [id for id in ids if not names.get(id)]
    known = await read_states(TenantStore(tenant_id), USERS.collection, DirectoryUser, unnamed)
    names |= {id: display_name(each.display_name) for id, each in known.items() if each.is_active}
    return {id: name for id, name in names.items() if name}
