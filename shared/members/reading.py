"""Reads members' documents; writes nothing."""

from collections.abc import Mapping, Sequence

from events.members import MemberState
from shared.storage.firestore import TenantStore

# `functions/identity` alone writes them.
COLLECTION = "members"


async def read_members(
    store: TenantStore, principals: Sequence[str]
) -> Mapping[str, MemberState | None]:
    """The place in the tenant of each of the principals; None for who has none. One round trip.
    Raises Unavailable."""
    documents = await store.get_many([(COLLECTION, each) for each in principals])
    states = (
        MemberState.model_validate_json(each.data["state"])
        if each is not None and "state" in each.data
        else None
        for each in documents
    )
    return dict(zip(principals, states, strict=True))
