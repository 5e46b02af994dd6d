"""Counts a tenant's audit log: each entry once and in its order, whoever counts."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.kit.errors import Unavailable
from shared.kit.instants import milliseconds_of
from shared.storage.postgres import tenant_transaction
from shared.usage.columns import as_array, as_column, unpacked_column
from shared.usage.measuring import ACTIONS, Files, Noted, counted, hours_of_files
from shared.usage.slabs import Counted, Hour, Slab, by_period, sealed

if TYPE_CHECKING:
    from psycopg import AsyncConnection

# What one call counts at most; the next one goes on. Each batch is a statement of twenty slabs.
MOST_BATCHES = 2
MOST_ENTRIES = 10_000
_ATTEMPTS = 5

_HEAD = """
SELECT coalesce(head.version, 0), coalesce(head.counted, 0), coalesce(head.slabs, 0),
    coalesce(head.stored_bytes, 0), head.sampled_hour, coalesce(log.number, 0)
FROM (SELECT %s AS tenant_id) AS it
LEFT JOIN usage_heads AS head USING (tenant_id) LEFT JOIN audit_heads AS log USING (tenant_id)
"""
_ENTRIES = """
SELECT number, event_id, action, body
FROM audit_entries WHERE tenant_id = %s AND number > %s AND number <= %s AND action = ANY(%s)
ORDER BY number LIMIT %s
"""
# Nothing happens where somebody else counted or closed since the head was read, so the sections are
# those that were open then.
_APPEND = """
WITH head AS (
    INSERT INTO usage_heads AS known
        (tenant_id, version, counted, slabs, stored_bytes, sampled_hour)
    VALUES (%(tenant)s, 1, %(counted)s, %(last_slab)s, %(bytes)s, %(sampled)s)
    ON CONFLICT (tenant_id) DO UPDATE SET version = known.version + 1,
        counted = excluded.counted, slabs = excluded.slabs,
        stored_bytes = excluded.stored_bytes, sampled_hour = excluded.sampled_hour
        WHERE known.version = %(version)s
    RETURNING tenant_id
), slab AS (
    INSERT INTO usage_slabs
    SELECT head.tenant_id, new.slab, new.period, coalesce(closed.section, 0) + 1, new.first,
        new.last, new.events, string_to_array(new.meters, ','),
        string_to_array(new.quantities, ',')::bigint[],
        string_to_array(new.counts, ',')::bigint[], new.root, new.content
    FROM head, unnest(%(slabs)s::bigint[], %(firsts)s::bigint[], %(lasts)s::bigint[],
            %(events)s::integer[], {texts}, %(roots)b::bytea[], %(contents)b::bytea[])
        AS new (slab, first, last, events, period, meters, quantities, counts, root, content)
    LEFT JOIN (
        SELECT period, max(section) AS section FROM usage_closings
        WHERE tenant_id = %(tenant)s GROUP BY period) AS closed USING (period)
), hours AS (
    INSERT INTO usage_hours AS known
    SELECT head.tenant_id, meter, hour::bigint, subject, quantity::numeric, count::bigint
    FROM head, unnest({hours}) AS new (meter, hour, subject, quantity, count)
    ON CONFLICT (tenant_id, meter, hour, subject) DO UPDATE SET
        quantity = known.quantity + excluded.quantity, events = known.events + excluded.events
)
SELECT count(*) FROM head
"""
_HOURS = ("meter", "hour", "subject", "quantity", "count")
_TEXTS = ("periods", "meters", "quantities", "counts")
_STATEMENT = _APPEND.format(
    hours=", ".join(map(unpacked_column, _HOURS)), texts=", ".join(map(unpacked_column, _TEXTS))
)


class Head(NamedTuple):
    """How far a tenant's log is counted, as the database has it, and `log`, its last entry."""

    version: int
    counted: int
    slabs: int
    stored_bytes: int
    sampled_hour: int | None
    log: int


class Placed(NamedTuple):
    """A slab with its place: in which month, with which number, and the first and the last entry
    that it counts."""

    slab: int
    period: str
    first: int
    last: int
    sealed: Slab


async def count_log(tenant_id: str, at: datetime) -> bool:
    """Counts what the tenant's log has gained, and its files for each hour that ended by `at`;
    whether all of it is counted now. Each batch is one commit, so that nothing is counted twice
    wherever this ends. Raises Unavailable."""
    for _ in range(MOST_BATCHES):
        if await _count_batch(tenant_id, at):
            return True
    return False


async def _count_batch(tenant_id: str, at: datetime) -> bool:
    for _ in range(_ATTEMPTS):
        async with tenant_transaction(tenant_id) as connection:
            head = await _head(connection, tenant_id)
            entries = await _entries(connection, tenant_id, head)
            is_all = len(entries) < MOST_ENTRIES
            up_to = head.log if is_all else entries[-1].number
            events, files = counted(entries, Files(head.stored_bytes, head.sampled_hour))
            if is_all:
                more, files = hours_of_files(files, milliseconds_of(at), up_to)
                events += more
            if (up_to, files) == (head.counted, (head.stored_bytes, head.sampled_hour)):
                return True
            if await append(connection, tenant_id, head, up_to, files, events):
                return is_all
    raise Unavailable("others count this tenant's usage at the same moment; try again")


async def _head(connection: "AsyncConnection[Any]", tenant_id: str) -> Head:
    row = await (await connection.execute(_HEAD, (tenant_id,))).fetchone()
    assert row is not None
    return Head(*row)


async def _entries(connection: "AsyncConnection[Any]", tenant_id: str, head: Head) -> list[Noted]:
    if head.counted == head.log:
        return []
    batch = (tenant_id, head.counted, head.log, list(ACTIONS), MOST_ENTRIES)
    rows = await connection.execute(_ENTRIES, batch)
    return [Noted(*row) for row in await rows.fetchall()]


async def open_sections(
    connection: "AsyncConnection[Any]", tenant_id: str
) -> defaultdict[str, int]:
    """The number of each month's section that is not closed."""
    rows = await connection.execute(
        "SELECT period, max(section) + 1 FROM usage_closings WHERE tenant_id = %s GROUP BY period",
        (tenant_id,),
    )
    return defaultdict(lambda: 1, dict(await rows.fetchall()))


async def append(
    connection: "AsyncConnection[Any]",
    tenant_id: str,
    head: Head,
    up_to: int,
    files: Files,
    events: Sequence[Counted],
) -> bool:
    """Seals the events and appends their slabs, adds them to the hours, and moves the head up to
    that entry, in one statement; False, and nothing is changed, where the head is another by
    now."""
    slabs = _placed(events, head.slabs + 1)
    hours = [(*hour, *both) for hour, both in _hours(slabs).items()]
    columns = zip(*hours, strict=True) if hours else [()] * len(_HOURS)
    values = {
        "tenant": tenant_id,
        "version": head.version,
        "counted": up_to,
        "last_slab": head.slabs + len(slabs),
        "bytes": files.bytes,
        "sampled": files.sampled_hour,
        "slabs": as_array(each.slab for each in slabs),
        "firsts": as_array(each.first for each in slabs),
        "lasts": as_array(each.last for each in slabs),
        "events": as_array(each.sealed.events for each in slabs),
        "periods": as_column(each.period for each in slabs),
        "meters": as_column(",".join(each.sealed.totals) for each in slabs),
        "quantities": as_column(_numbers(each, 0) for each in slabs),
        "counts": as_column(_numbers(each, 1) for each in slabs),
        "roots": [each.sealed.root for each in slabs],
        "contents": [each.sealed.content for each in slabs],
        **dict(zip(_HOURS, map(as_column, columns), strict=True)),
    }
    row = await (await connection.execute(_STATEMENT, values)).fetchone()
    assert row is not None
    return bool(row[0])


def _placed(events: Sequence[Counted], first: int) -> list[Placed]:
    """The slabs of the events, which have their numbers from `first` on."""
    return [
        Placed(number, period, some[0].entry, some[-1].entry, sealed(some))
        for number, (period, some) in enumerate(by_period(events), first)
    ]


def _hours(slabs: Sequence[Placed]) -> dict[Hour, tuple[int, int]]:
    """The sums by hour, in an order that is the same for everybody, so that none waits for another
    in a circle."""
    sums = defaultdict[Hour, tuple[int, int]](lambda: (0, 0))
    for each in slabs:
        for hour, (quantity, events) in each.sealed.hours.items():
            known = sums[hour]
            sums[hour] = known[0] + quantity, known[1] + events
    return dict(sorted(sums.items()))


def _numbers(placed: Placed, which: int) -> str:
    return ",".join(str(total[which]) for total in placed.sealed.totals.values())
