"""Slabs: up to 500 counted events of one tenant and one month, compressed, with the root of an RFC
9162 Merkle tree over them. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from itertools import repeat
from typing import NamedTuple

from shared.kit.months import month_of
from shared.usage.packing import packed, unpacked

MOST_EVENTS = 500
HOUR_MS = 3_600_000
_LINE = "{}\t{}\t{}\t{}\t{}".format


class Counted(NamedTuple):
    """What one entry of the audit log counts for. `id` is that of its receipt or event, `at` are
    milliseconds since 1970, `subject` is who used it; `used` is what, as `meter=quantity`, by
    meter, with a comma between each two. No quantity is negative."""

    entry: int
    id: str
    at: int
    subject: str
    used: str

    @property
    def line(self) -> str:
        """Its text, of which the SHA-256 is its leaf."""
        return _LINE(*self)

    @property
    def quantities(self) -> dict[str, int]:
        """How much of each meter."""
        return dict(_pairs(self.used))


class Total(NamedTuple):
    """The sum of one meter, and of how many events."""

    quantity: int
    events: int


class Hour(NamedTuple):
    """What a subject used of a meter in the hour that begins at `hour`, in hours since 1970."""

    meter: str
    hour: int
    subject: str


class Slab(NamedTuple):
    """Events that were sealed: `totals` are by meter, `hours` by meter, hour and subject."""

    root: bytes
    content: bytes
    events: int
    totals: Mapping[str, Total]
    hours: Mapping[Hour, Total]


def period_of(at: int) -> str:
    """The month of an instant in UTC, as `2026-11`."""
    return month_of(datetime.fromtimestamp(at // 1000, UTC))


def by_period(events: Sequence[Counted]) -> Iterator[tuple[str, Sequence[Counted]]]:
    """The events by their months, in slabs of MOST_EVENTS at most, each in the given order."""
    times = [each.at for each in events]
    ends = {period_of(at) for at in (min(times), max(times))} if times else set()
    if len(ends) == 1:
        months: Mapping[str, Sequence[Counted]] = {ends.pop(): events}
    else:
        months = _months(times, events)
    for period, some in sorted(months.items()):
        for first in range(0, len(some), MOST_EVENTS):
            yield period, some[first : first + MOST_EVENTS]


def _months(times: Sequence[int], events: Sequence[Counted]) -> Mapping[str, Sequence[Counted]]:
    hours = [at // HOUR_MS for at in times]
    of_hours = {hour: period_of(hour * HOUR_MS) for hour in set(hours)}
    months = defaultdict[str, list[Counted]](list)
    for hour, each in zip(hours, events, strict=True):
        months[of_hours[hour]].append(each)
    return months


def sealed(events: Sequence[Counted]) -> Slab:
    """The slab of these events. The same events give the same slab."""
    entries, ids, times, subjects, used = zip(*events, strict=True)
    hours = _hours(times, subjects, used)
    totals = defaultdict[str, list[int]](lambda: [0, 0])
    for at, both in hours.items():
        _add(totals[at.meter], *both)
    leaves = [sha256(f"\0{a}\t{b}\t{c}\t{d}\t{e}".encode()).digest() for a, b, c, d, e in events]
    return Slab(
        _levels(leaves)[-1][0],
        packed(entries, ids, times, subjects, used),
        len(events),
        {meter: Total(*both) for meter, both in sorted(totals.items())},
        hours,
    )


def opened(content: bytes) -> list[Counted]:
    """The events of a slab. Raises ValueError for other bytes."""
    return list(map(Counted._make, unpacked(content)))


def slab_line(slab: int, meter: str, total: Total, root: bytes) -> str:
    """What the root of a meter's month has of one slab: its number, what it counts of the meter,
    and its own root."""
    return f"{slab}\t{meter}\t{total.quantity}\t{total.events}\t{root.hex()}"


def line_root(tenant_id: str, period: str, section: int, slabs: Sequence[str]) -> bytes:
    """The root of a line of usage: its first leaf is whose it is, of which month and section, and
    each other the `slab_line` of a slab. So no line proves another's sum."""
    return root_of([each.encode() for each in (f"{tenant_id}\t{period}\t{section}", *slabs)])


def root_of(lines: Sequence[bytes]) -> bytes:
    """The root of the RFC 9162 tree over these lines."""
    return _levels(_leaves(lines))[-1][0] if lines else sha256(b"").digest()


def path_of(lines: Sequence[bytes], index: int) -> list[bytes]:
    """What proves that the line with that index is in the tree over all of them (RFC 9162,
    2.1.3.1)."""
    path = []
    for level in _levels(_leaves(lines))[:-1]:
        if (sibling := index ^ 1) < len(level):
            path.append(level[sibling])
        index >>= 1
    return path


def _leaves(lines: Sequence[bytes]) -> list[bytes]:
    return [sha256(b"\x00" + each).digest() for each in lines]


def _levels(leaves: list[bytes]) -> list[list[bytes]]:
    """The hashes of the tree from its leaves up to its root. One that has no sibling moves up."""
    levels = [leaves]
    while len(nodes := levels[-1]) > 1:
        one = iter(nodes)
        pairs = zip(one, one, strict=False)
        above = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
        levels.append([*above, nodes[-1]] if len(nodes) % 2 else above)
    return levels


def _hours(times: Sequence[int], subjects: Sequence[str], used: Sequence[str]) -> dict[Hour, Total]:
    """The sums by hour, subject and meter. What each used in an hour is taken apart as one text,
    which is faster than event by event."""
    said = defaultdict[tuple[int, str], list[str]](list)
    first, last = min(times) // HOUR_MS, max(times) // HOUR_MS
    hours = repeat(first) if first == last else [at // HOUR_MS for at in times]
    for hour, subject, each in zip(hours, subjects, used, strict=False):
        said[hour, subject].append(each)
    found = dict[Hour, Total]()
    for (hour, subject), some in said.items():
        parts = iter(",".join(some).replace("=", ",").split(","))
        quantities = defaultdict[str, list[str]](list)
        for meter, quantity in zip(parts, parts, strict=True):
            quantities[meter].append(quantity)
        for meter, all in quantities.items():
            found[Hour(meter, hour, subject)] = Total(sum(map(int, all)), len(all))
    return found


def _add(both: list[int], quantity: int, count: int) -> None:
    both[0] += quantity
    both[1] += count


def _pairs(used: str) -> Iterator[tuple[str, int]]:
    for each in used.split(","):
        meter, _, quantity = each.partition("=")
        yield meter, int(quantity)
