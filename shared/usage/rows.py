"""Events from outside: a row each, and each id counted once for ever within its tenant."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import count
from typing import TYPE_CHECKING, Any, LiteralString

from shared.storage.postgres import tenant_transaction
from shared.usage.columns import as_array, as_column, unnested
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
_KNOWN: LiteralString = "SELECT uuid_send(key) FROM usage_told WHERE key = ANY(%s)"
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
# None of the texts has a tabulator. Where no event has properties their column is empty, and what
# is unnested beside longer columns is null.
_EVENTS = """
WITH hours AS (
    INSERT INTO usage_hours AS known
    SELECT %(tenant)s, meter, hour::bigint, subject, quantity::numeric, events::bigint
    FROM (SELECT {hours}) AS new (meter, hour, subject, quantity, events)
    ON CONFLICT (tenant_id, meter, hour, subject) DO UPDATE SET
        quantity = known.quantity + excluded.quantity, events = known.events + excluded.events
)
INSERT INTO usage_told (key, place, at, quantity, tenant_id, id, subject, properties)
SELECT key, place, at, quantity, %(tenant)s, id, subject, nullif(properties, '')::jsonb
FROM (SELECT unnest(%(keys)s), unnest(%(places)s::bigint[]), unnest(%(times)s::bigint[]),
        unnest(%(quantities)s::bigint[]), {texts})
    AS new (key, place, at, quantity, id, subject, properties)
"""
_HOURS = ("meter", "hour", "who", "sum", "number")
_ADD_EVENTS = _EVENTS.format(
    hours=unnested(_HOURS), texts=unnested(("ids", "subjects", "properties"))
)

Line = tuple[str, str]


async def add_events(tenant_id: str, events: Sequence[OutsideEvent]) -> int:
    """Counts the events whose ids were never counted for the tenant, in one commit, and says how
    many these are; of those of one id the first. Calls of one tenant wait for each other. Raises
    Unavailable."""
    from shared.usage.binary import Keys, take_keys

    told = dict[bytes, OutsideEvent]()
    keys = keys_of(tenant_id, [each.id for each in events])
    for key, each in zip(keys, events, strict=True):
        told.setdefault(key, each)
    async with tenant_transaction(tenant_id) as connection:
        if not (await connection.execute(_LOCK, (tenant_id,))).rowcount:
            await connection.execute(_HEAD, (tenant_id,))
            await connection.execute(_LOCK, (tenant_id,))
        take_keys(connection)
        known = await connection.execute(_KNOWN, (Keys(sorted(told)),))
        for (key,) in await known.fetchall():
            del told[key]
        if told:
            await _add(connection, tenant_id, told)
    return len(told)


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
    connection: "AsyncConnection[Any]", tenant_id: str, told: Mapping[bytes, OutsideEvent]
) -> None:
    from shared.usage.binary import Keys

    ids, meters, quantities, times, subjects, properties = zip(*told.values(), strict=True)
    hours = [at // HOUR_MS for at in times]
    of_hours = {hour: period_of(hour * HOUR_MS) for hour in set(hours)}
    lines = list(zip(map(of_hours.__getitem__, hours), meters, strict=True))
    places = await _places(connection, tenant_id, lines)
    sums = _sums(meters, hours, subjects, quantities)
    texts = [json.dumps(each) if each else "" for each in properties]
    # Keys that are written in their order go to one page after another.
    ordered = sorted(zip(told, places, times, quantities, ids, subjects, texts, strict=True))
    keys, *numbers, ids, subjects, said = zip(*ordered, strict=True)
    values = {
        "tenant": tenant_id,
        "keys": Keys(keys),
        **dict(zip(("places", "times", "quantities"), map(as_array, numbers), strict=True)),
        "ids": as_column(ids),
        "subjects": as_column(subjects),
        "properties": as_column(said if any(said) else ()),
        **sums,
    }
    await connection.execute(_ADD_EVENTS, values)


async def _places(
    connection: "AsyncConnection[Any]", tenant_id: str, lines: Sequence[Line]
) -> list[int]:
    """The places of new events of these lines, which follow those that each has."""
    events = Counter(lines)
    periods, meters = zip(*events, strict=True)
    values = {
        "tenant": tenant_id,
        "period": as_column(periods),
        "meter": as_column(meters),
        "events": as_column(events.values()),
    }
    rows = await connection.execute(_ADD_LINES, values)
    following = dict[Line, Iterator[int]]()
    async for period, meter, line, last in rows:
        first = (line << LINE_BITS) + last - events[period, meter] + 1
        following[period, meter] = count(first)
    return [next(following[each]) for each in lines]


def _sums(
    meters: Iterable[str], hours: Iterable[int], subjects: Iterable[str], quantities: Iterable[int]
) -> dict[str, str]:
    """The columns of what is added to the hours."""
    sums = defaultdict[tuple[str, int, str], list[int]](list)
    for meter, hour, subject, quantity in zip(meters, hours, subjects, quantities, strict=True):
        sums[meter, hour, subject].append(quantity)
    rows = [(*at, sum(some), len(some)) for at, some in sums.items()]
    return dict(zip(_HOURS, map(as_column, zip(*rows, strict=True)), strict=True))
