"""Events from outside: each id is counted once for ever within its tenant, by a row of its own. The
events that one call adds to a line are one row, with a column for each of their fields."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Any, LiteralString

from shared.storage.postgres import tenant_transaction
from shared.usage.columns import as_column, as_lines, unnested, unnested_lines
from shared.usage.outside import OutsideEvent
from shared.usage.slabs import HOUR_MS, period_of

if TYPE_CHECKING:
    from psycopg import AsyncConnection

# The place of an event is that of its line, and its number there, from 1 on without a gap.
LINE_BITS = 32
# Who holds it counts alone for the tenant, and no period is closed meanwhile. A statement sees what
# was committed before it began, so each after this one sees all that others counted.
_LOCK: LiteralString = "SELECT 1 FROM usage_heads WHERE tenant_id = %s FOR NO KEY UPDATE"
_HEAD: LiteralString = (
    "INSERT INTO usage_heads VALUES (%s, 0, 0, 0, 0, NULL) ON CONFLICT DO NOTHING"
)
_KNOWN: LiteralString = "SELECT uuid_send(key) FROM usage_told_keys WHERE key = ANY(%s)"
# The section of a month is the one that is open. An upsert would take a line's number each time.
_LINES = """
WITH wanted AS MATERIALIZED (
    SELECT period, coalesce(closed.section, 0) + 1 AS section, meter, events::bigint AS events
    FROM (SELECT {}) AS given (period, meter, events)
    LEFT JOIN (
        SELECT period, max(section) AS section FROM usage_closings
        WHERE tenant_id = %(tenant)s GROUP BY period) AS closed USING (period)
), known AS (
    UPDATE usage_told_lines AS line SET told = line.told + wanted.events FROM wanted
    WHERE line.tenant_id = %(tenant)s
        AND (line.period, line.section, line.meter)
            = (wanted.period, wanted.section, wanted.meter)
    RETURNING line.period, line.meter, line.line, line.told
), new AS (
    INSERT INTO usage_told_lines (tenant_id, period, section, meter, told)
    SELECT %(tenant)s, period, section, meter, events FROM wanted
    WHERE NOT EXISTS (SELECT FROM known
        WHERE (known.period, known.meter) = (wanted.period, wanted.meter))
    RETURNING period, meter, line, told
)
SELECT * FROM known UNION ALL SELECT * FROM new
"""
_ADD_LINES = _LINES.format(unnested(("period", "meter", "events")))
# No text has a tabulator or the end of a line. A batch has its events in the order of numbers,
# and `first` is the place of its first one.
_EVENTS = """
WITH hours AS (
    INSERT INTO usage_hours AS known
    SELECT %(tenant)s, meter, hour::bigint, subject, quantity::numeric, events::bigint
    FROM (SELECT {hours}) AS new (meter, hour, subject, quantity, events)
    ON CONFLICT (tenant_id, meter, hour, subject) DO UPDATE SET
        quantity = known.quantity + excluded.quantity, events = known.events + excluded.events
), batches AS (
    INSERT INTO usage_told_batches (tenant_id, place, ids, times, quantities, subjects, properties)
    SELECT %(tenant)s, first::bigint, ids, times, quantities, subjects,
        nullif(properties, '')::jsonb
    FROM (SELECT {batches}) AS new (first, ids, times, quantities, subjects, properties)
)
INSERT INTO usage_told_keys (key, place, tenant_id)
SELECT unnest(%(keys)s), unnest(%(places)s), %(tenant)s
"""
_HOURS = ("meter", "hour", "who", "sum", "number")
_BATCHES = ("firsts", "ids", "times", "quantities", "subjects", "properties")
_ADD_EVENTS = _EVENTS.format(hours=unnested(_HOURS), batches=unnested_lines(_BATCHES))

Line = tuple[str, str]
EventsByKey = Mapping[bytes, OutsideEvent]


async def add_events(tenant_id: str, events: Sequence[OutsideEvent]) -> int:
    """Counts the events whose ids were never counted for the tenant, in one commit, and says how
    many these are; of those of one id the first. Calls of one tenant wait for each other. Raises
    Unavailable."""
    from shared.usage.binary import Keys, take_arrays

    new = dict[bytes, OutsideEvent]()
    keys = keys_of(tenant_id, [each.id for each in events])
    for key, each in zip(keys, events, strict=True):
        new.setdefault(key, each)
    # Keys that are read and written in their order go to one page of their index after another.
    ordered = sorted(new)
    async with tenant_transaction(tenant_id) as connection:
        if not (await connection.execute(_LOCK, (tenant_id,))).rowcount:
            await connection.execute(_HEAD, (tenant_id,))
            await connection.execute(_LOCK, (tenant_id,))
        take_arrays(connection)
        known = await connection.execute(_KNOWN, (Keys(ordered),))
        for (key,) in await known.fetchall():
            del new[key]
        if new:
            await _add(connection, tenant_id, new, [each for each in ordered if each in new])
    return len(new)


def keys_of(tenant_id: str, ids: Iterable[str]) -> list[bytes]:
    """What each id is known by: 128 bits of a hash of it and its tenant, so that no tenant
    finds another's. `usage_key` in the database makes the same."""
    copy, keys = sha256(f"{tenant_id}\t".encode()).copy, list[bytes]()
    for each in ids:
        hashed = copy()
        hashed.update(each.encode())
        keys.append(hashed.digest()[:16])
    return keys


async def _add(
    connection: "AsyncConnection[Any]", tenant_id: str, new: EventsByKey, ordered: Sequence[bytes]
) -> None:
    """Adds the new events; `ordered` are their keys in the order of the index."""
    from shared.usage.binary import Keys, Numbers

    lines = _by_line(new)
    firsts = await _first_places(connection, tenant_id, {each: len(lines[each]) for each in lines})
    places, batches, sums = dict[bytes, int](), list[tuple[str, ...]](), list[tuple[object, ...]]()
    for line, some in lines.items():
        places.update(zip(some, count(firsts[line]), strict=False))
        columns = list(zip(*some.values(), strict=True))
        batches.append((str(firsts[line]), *_batch(columns)))
        sums += _sums(line, columns)
    values = {
        "tenant": tenant_id,
        "keys": Keys(ordered),
        "places": Numbers([places[each] for each in ordered]),
        **dict(zip(_BATCHES, map(as_lines, zip(*batches, strict=True)), strict=True)),
        **dict(zip(_HOURS, map(as_column, zip(*sums, strict=True)), strict=True)),
    }
    await connection.execute(_ADD_EVENTS, values)


def _by_line(events: EventsByKey) -> Mapping[Line, EventsByKey]:
    """The events of each line, by period and meter, in the order of the call."""
    lines = defaultdict[Line, dict[bytes, OutsideEvent]](dict)
    of_hours = dict[int, str]()
    for key, each in events.items():
        hour = each.at // HOUR_MS
        period = of_hours.get(hour)
        if period is None:
            period = of_hours[hour] = period_of(each.at)
        lines[period, each.meter][key] = each
    return lines


async def _first_places(
    connection: "AsyncConnection[Any]", tenant_id: str, events: Mapping[Line, int]
) -> Mapping[Line, int]:
    """The place of the first of so many new events of each line: they follow those that it has."""
    periods, meters = zip(*events, strict=True)
    values = {
        "tenant": tenant_id,
        "period": as_column(periods),
        "meter": as_column(meters),
        "events": as_column(events.values()),
    }
    rows = await connection.execute(_ADD_LINES, values)
    return {
        (period, meter): (line << LINE_BITS) + last - events[period, meter] + 1
        for period, meter, line, last in await rows.fetchall()
    }


def _batch(columns: Sequence[Sequence[Any]]) -> tuple[str, ...]:
    """The columns of a line's events, each as one text with a tabulator between each two; the last
    is empty where no event has properties."""
    ids, _, quantities, times, subjects, properties = columns
    said = json.dumps(properties) if any(properties) else ""
    return (
        "\t".join(ids),
        "\t".join(map(str, times)),
        "\t".join(map(str, quantities)),
        "\t".join(subjects),
        said,
    )


def _sums(line: Line, columns: Sequence[Sequence[Any]]) -> Iterable[tuple[object, ...]]:
    """What is added to the hours: meter, hour, subject, the sum and of how many events."""
    _, meter = line
    _, _, quantities, times, subjects, _ = columns
    sums = defaultdict[tuple[int, str], list[int]](list)
    for at, subject, quantity in zip(times, subjects, quantities, strict=True):
        sums[at // HOUR_MS, subject].append(quantity)
    return [(meter, hour, subject, sum(some), len(some)) for (hour, subject), some in sums.items()]
