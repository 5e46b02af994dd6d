"""Slabs: up to 500 counted events of one tenant and one month, compressed, with the root of an RFC
9162 Merkle tree over them. Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from operator import add, itemgetter
from typing import TYPE_CHECKING, NamedTuple

from shared.kit.months import month_of
from shared.usage.packing import packed, unpacked

if TYPE_CHECKING:
    from hashlib import _Hash as Hash

MOST_EVENTS = 500
HOUR_MS = 3_600_000
# A copy of a hash that has begun takes less time than a new one.
_BEGUN_LEAF, _BEGUN_NODE = sha256(b"\0"), sha256(b"\1")
# That of an event, read faster than by its name.
_TIME = itemgetter(2)
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


class SlabOfLine(NamedTuple):
    """A slab as a line has it; `slab` is the page's number where its events came from outside."""

    slab: int
    total: Total
    root: bytes

    def line(self, meter: str) -> str:
        """Its text, of which the root of the line is made."""
        return slab_line(self.slab, meter, self.total, self.root)


def period_of(at: int) -> str:
    """The month of an instant in UTC, as `2026-11`."""
    return month_of(datetime.fromtimestamp(at // 1000, UTC))


def by_period(events: Sequence[Counted]) -> Iterator[tuple[str, Sequence[Counted]]]:
    """The events by their months, in slabs of MOST_EVENTS at most, each in the given order."""
    times = list(map(_TIME, events))
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
    totals = dict[str, list[int]]()
    for at, both in hours.items():
        _add(totals, at.meter, *both)
    # Rows of columns are plain tuples, which are taken apart faster than events.
    rows = zip(entries, ids, times, subjects, used, strict=True)
    leaves = _leaves([f"{a}\t{b}\t{c}\t{d}\t{e}".encode() for a, b, c, d, e in rows])
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
    return _digests(_BEGUN_LEAF, lines)


def _digests(begun: "Hash", texts: Iterable[bytes]) -> list[bytes]:
    """The hash of each text after what has begun."""
    copy, digests = begun.copy, list[bytes]()
    for each in texts:
        hashed = copy()
        hashed.update(each)
        digests.append(hashed.digest())
    return digests


def _levels(leaves: list[bytes]) -> list[list[bytes]]:
    """The hashes of the tree from its leaves up to its root. One that has no sibling moves up."""
    levels = [leaves]
    while len(nodes := levels[-1]) > 1:
        following = iter(nodes)
        above = _digests(_BEGUN_NODE, map(add, following, following))
        levels.append([*above, nodes[-1]] if len(nodes) % 2 else above)
    return levels


def _hours(times: Sequence[int], subjects: Sequence[str], used: Sequence[str]) -> dict[Hour, Total]:
    """The sums by hour, subject and meter."""
    said = defaultdict[tuple[int, str], list[str]](list)
    first, last = min(times) // HOUR_MS, max(times) // HOUR_MS
    if first == last:
        by_subject = defaultdict[str, list[str]](list)
        for subject, each in zip(subjects, used, strict=True):
            by_subject[subject].append(each)
        said.update(((first, subject), some) for subject, some in by_subject.items())
    else:
        for at, subject, each in zip(times, subjects, used, strict=True):
            said[at // HOUR_MS, subject].append(each)
    return {
        Hour(meter, hour, subject): Total(*both)
        for (hour, subject), some in said.items()
        for meter, both in _summed(some).items()
    }


def _summed(used: Sequence[str]) -> dict[str, list[int]]:
    """The sums by meter. What is alike is taken apart once, and the rest as one text, which is
    faster than each by itself, and most so where all of it names the same meters."""
    sums, single = dict[str, list[int]](), list[str]()
    for each, count in Counter(used).items():
        if count == 1:
            single.append(each)
            continue
        for meter, quantity in _pairs(each):
            _add(sums, meter, quantity * count, count)
    if not single:
        return sums
    parts = ",".join(single).replace("=", ",").split(",")
    together = 2 * single[0].count(",") + 2
    meters = parts[:together:2]
    if parts[::2] == meters * len(single):
        for place, meter in enumerate(meters):
            _add(sums, meter, sum(map(int, parts[2 * place + 1 :: together])), len(single))
    else:
        for meter, number in zip(parts[::2], parts[1::2], strict=True):
            _add(sums, meter, int(number), 1)
    return sums


def _add(sums: dict[str, list[int]], meter: str, quantity: int, count: int) -> None:
    known = sums.get(meter)
    if known is None:
        sums[meter] = [quantity, count]
    else:
        known[0] += quantity
        known[1] += count


def _pairs(used: str) -> Iterator[tuple[str, int]]:
    for each in used.split(","):
        meter, _, quantity = each.partition("=")
        yield meter, int(quantity)
