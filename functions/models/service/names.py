"""The names of a tenant's members, as `identity` keeps them: what a tenant knows to be a person's
is recognised as it is written."""

import time
from collections import OrderedDict

from pydantic import BaseModel

from events.members import MemberState
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.storage.firestore import TenantStore
from shared.storage.states import read_states

# `identity` alone writes them.
MEMBERS, PRINCIPALS = "members", "principals"
# Somebody who joins is recognised after this time at the latest.
TRUSTED_SECONDS = 300.0
MOST_MEMBERS, MOST_TENANTS = 500, 256

_known: "OrderedDict[str, tuple[tuple[str, ...], float]]" = OrderedDict()


class _Person(BaseModel):
    """What a principal is called."""

    name: str = ""


async def names_of_members(tenant_id: str) -> tuple[str, ...]:
    """The names of the 500 members who joined last, where they have a first and a last name: one
    word alone stands in many texts. Two round trips, or none where this process knows them. Raises
    Unavailable."""
    names, read_at = _known.get(tenant_id, ((), float("-inf")))
    if time.monotonic() - read_at < TRUSTED_SECONDS:
        return names
    read_at = time.monotonic()
    page = await TenantStore(tenant_id).find(
        MEMBERS, order_by="joined_at", descending=True, limit=MOST_MEMBERS
    )
    members = [MemberState.model_validate_json(each.data["state"]) for each in page.items]
    ids = [
        each.principal_id for each in members if each.removed_at is None and each.kind == "human"
    ]
    people = await read_states(TenantStore(PLATFORM_TENANT), PRINCIPALS, _Person, ids)
    names = tuple(sorted({each.name for each in people.values() if len(each.name.split()) > 1}))
    _known[tenant_id] = names, read_at
    _known.move_to_end(tenant_id)
    while len(_known) > MOST_TENANTS:
        _known.popitem(last=False)
    return names


def forget() -> None:
    """Lets the next call read again."""
    _known.clear()
