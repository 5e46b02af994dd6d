"""Who asks a model that answers one call at a time, and who is next. Pure."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

# Places in a process for one model: one call is answered and the others wait.
PLACES = 8
# A tenant's second call takes a place only while fewer than so many are taken: the others are left
# for tenants that have none.
PLACES_FOR_SECONDS = 4
OF_TENANT = 2


class Waiting(NamedTuple):
    """A call that waits, and its number: who came later has a higher one."""

    tenant_id: str
    number: int


def has_place(tenant_id: str, taken: Mapping[str, int]) -> bool:
    """Whether a call of the tenant may take a place, beside those that are `taken` by tenant."""
    together, own = sum(taken.values()), taken.get(tenant_id, 0)
    if not own:
        return together < PLACES
    return own < OF_TENANT and together < PLACES_FOR_SECONDS


def next_place(waiting: Iterable[Waiting], taken: Mapping[str, int]) -> Waiting | None:
    """Who takes a place now: a tenant that has none before one that has, then whoever came first.
    None where nobody may."""
    may = (each for each in waiting if has_place(each.tenant_id, taken))
    return min(may, key=lambda each: (taken.get(each.tenant_id, 0), each.number), default=None)


def next_turn(waiting: Iterable[Waiting], last: Mapping[str, int]) -> Waiting | None:
    """Whose turn it is: of the tenant that had none for longest by `last`, the numbers at which
    turns ended, and of its calls the first that came. So a tenant's first call waits behind one
    call at most of each other tenant, however many they send. None where nobody waits."""
    return min(waiting, key=lambda each: (last.get(each.tenant_id, -1), each.number), default=None)


def remembered(last: Mapping[str, int], waiting: Iterable[Waiting]) -> dict[str, int]:
    """What of `last` still matters: turns that ended while somebody waited who still does."""
    oldest = min((each.number for each in waiting), default=None)
    if oldest is None:
        return {}
    return {tenant_id: number for tenant_id, number in last.items() if number > oldest}
