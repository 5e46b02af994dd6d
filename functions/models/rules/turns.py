"""Which call a model that answers one at a time takes next. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

# Places in a process for one model: one call is answered and the others wait.
PLACES = 8
# A tenant's second call takes a place only while fewer than so many are taken, so that tenants
# without a place find one.
PLACES_FOR_SECONDS = 4
OF_TENANT = 2


class Waiting(NamedTuple):
    """A call that waits, with its number: a later call has a higher one."""

    tenant_id: str
    number: int


def has_place(tenant_id: str, taken: Mapping[str, int]) -> bool:
    """Whether a call of the tenant may take a place while these are `taken`, counted by tenant."""
    together, own = sum(taken.values()), taken.get(tenant_id, 0)
    if not own:
        return together < PLACES
    return own < OF_TENANT and together < PLACES_FOR_SECONDS


def next_place(waiting: Iterable[Waiting], taken: Mapping[str, int]) -> Waiting | None:
    """The call that takes a place now: of a tenant without one first, then the earliest. None where
    no call may."""
    may = (each for each in waiting if has_place(each.tenant_id, taken))
    return min(may, key=lambda each: (taken.get(each.tenant_id, 0), each.number), default=None)


def next_turn(waiting: Iterable[Waiting], last: Mapping[str, int]) -> Waiting | None:
    """The call whose turn is next: of the tenant whose turn ended longest ago, the earliest. `last`
    has, by tenant, the number at which its turn ended. So a tenant's first call waits behind at
    most one call of each other tenant, however many they send. None where no call waits."""
    return min(waiting, key=lambda each: (last.get(each.tenant_id, -1), each.number), default=None)


def remembered(last: Mapping[str, int], waiting: Iterable[Waiting]) -> dict[str, int]:
    """The part of `last` that still matters: turns that ended while a call waited that still
    waits."""
    oldest = min((each.number for each in waiting), default=None)
    if oldest is None:
        return {}
    return {tenant_id: number for tenant_id, number in last.items() if number > oldest}
