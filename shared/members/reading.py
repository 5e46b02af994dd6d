"""Reads members' documents; writes nothing."""

from collections.abc import Mapping, Sequence

from events.members import MemberState
from shared.storage.firestore import TenantStore
from shared.storage.states import read_states

# `functions/identity` alone writes them.
COLLECTION = "members"


async def read_members(
    store: TenantStore, principals: Sequence[str]
) -> Mapping[str, MemberState | None]:
    """The place in the tenant of each of the principals; None for who has none. One round trip.
    Raises Unavailable."""
    found = await read_states(store, COLLECTION, MemberState, principals)
    return {each: found.get(each) for each in principals}
