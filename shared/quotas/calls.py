"""The calls that count in a tenant's month, by hour. The commit of the first lease after an hour
notes that hour's calls; what is not noted yet is read from the balance."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

from shared.kit.months import month_of
from shared.kit.tier_limits import BALANCES, GROUPS, HOUR, Balance, HourCalls
from shared.storage.batches import Add, Batch, Document
from shared.storage.firestore import TenantStore

# A document for each month and group, with a field for each hour.
HOURS = "call_hours"
_PREFIX = "h"


class CallsOfHour(NamedTuple):
    """How many calls a group (members, or governors and deputies) made in an `hour`, which is
    counted in hours since 1970."""

    hour: int
    group: str
    calls: int


def note(batch: Batch, group: str, notes: Sequence[HourCalls]) -> None:
    """Adds these to the notes of hours, in this commit."""
    months: dict[str, dict[str, Add]] = defaultdict(dict)
    for each in notes:
        months[_month(each.hour)][f"{_PREFIX}{each.hour}"] = Add(each.calls)
    for month, fields in months.items():
        batch.merge(HOURS, _id(month, group), fields)


async def read_calls(store: TenantStore, first: int, end: int) -> list[CallsOfHour]:
    """The calls of the hours from `first` to before `end`, in hours since 1970, by hour. Requests
    that are leased in the hour under way count, also before they are sent. Two documents for each
    month and two more, in one round trip. Raises Unavailable."""
    months = dict.fromkeys(_month(each) for each in range(first, end, 24))
    if first < end:
        months[_month(end - 1)] = None
    places = [(HOURS, _id(month, group)) for month in months for group in GROUPS]
    balances = [(BALANCES, group) for group in GROUPS]
    documents = await store.get_many([*places, *balances])
    found = [*_noted(documents[: len(places)]), *_not_noted(documents[len(places) :])]
    return sorted(each for each in found if first <= each.hour < end)


def _noted(documents: Sequence[Document | None]) -> Iterator[CallsOfHour]:
    for document in documents:
        if document is not None:
            group = document.id.partition(".")[2]
            for name, calls in document.data.items():
                if calls > 0:
                    yield CallsOfHour(int(name.removeprefix(_PREFIX)), group, calls)


def _not_noted(documents: Sequence[Document | None]) -> Iterator[CallsOfHour]:
    for document in documents:
        if document is not None:
            balance = Balance.model_validate_json(document.data["state"])
            if balance.unnoted > 0:
                yield CallsOfHour(balance.hour, document.id, balance.unnoted)


def _month(hour: int) -> str:
    return month_of(datetime.fromtimestamp(hour * HOUR, UTC))


def _id(month: str, group: str) -> str:
    return f"{month}.{group}"
