"""Events from outside: a row each, and each id counted once for ever within its tenant."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.storage.postgres import tenant_transaction
from shared.usage.columns import as_column, unpacked_column
from shared.usage.counting import open_sections
from shared.usage.outside import OutsideEvent
from shared.usage.slabs import HOUR_MS, MOST_EVENTS, Total, period_of

if TYPE_CHECKING:
    from psycopg import AsyncConnection

_APPEND = """
WITH new AS (
    INSERT INTO usage_events
    SELECT %(tenant)s, id, meter, quantity::bigint, at::bigint, subject,
        nullif(properties, '')::jsonb, period, section::integer
    FROM unnest({}) AS given (id, quantity, at, kind)
    JOIN unnest({}) AS kinds (kind, meter, subject, properties, period, section) USING (kind)
    ORDER BY id
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, meter, at / 3600000 AS hour, subject, quantity
), hours AS (
    INSERT INTO usage_hours AS known
    SELECT tenant_id, meter, hour, subject, sum(quantity), count(*) FROM new
    GROUP BY tenant_id, meter, hour, subject ORDER BY meter, hour, subject
    ON CONFLICT (tenant_id, meter, hour, subject) DO UPDATE SET
        quantity = known.quantity + excluded.quantity, events = known.events + excluded.events
)
SELECT count(*) FROM new
"""
# Neither ids nor subjects nor properties have a tabulator: the driver writes one text faster than
# an array of a thousand. What many events have alike is sent once, as a kind.
_EVENTS = ("id", "quantity", "at", "kind")
_KINDS = ("kinds", "meter", "subject", "properties", "period", "section")
_STATEMENT = _APPEND.format(
    *(", ".join(map(unpacked_column, columns)) for columns in (_EVENTS, _KINDS))
)


class RowPage(NamedTuple):
    """Up to 500 events from outside, in the order of their ids: what a slab is for others."""

    lines: tuple[str, ...]
    total: Total


async def add_events(tenant_id: str, events: Sequence[OutsideEvent]) -> int:
    """Counts the events whose ids were never counted for the tenant, in one statement, and says how
    many these are; of those of one id the first. Raises Unavailable."""
    async with tenant_transaction(tenant_id) as connection:
        return await add_in(connection, tenant_id, events)


async def add_in(
    connection: "AsyncConnection[Any]", tenant_id: str, events: Sequence[OutsideEvent]
) -> int:
    """As `add_events`, in the transaction of that tenant."""
    # No period is closed while this counts for it.
    await connection.execute(
        "INSERT INTO usage_heads VALUES (%s, 0, 0, 0, 0, NULL) ON CONFLICT DO NOTHING",
        (tenant_id,),
    )
    await connection.execute(
        "SELECT 1 FROM usage_heads WHERE tenant_id = %s FOR SHARE", (tenant_id,)
    )
    sections = await open_sections(connection, tenant_id)
    # Of those of one id the first.
    firsts = {each.id: each for each in reversed(events)}.values()
    ids, meters, quantities, times, subjects, properties = zip(*firsts, strict=True)
    said = [json.dumps(each) if each else "" for each in properties]
    hours = [at // HOUR_MS for at in times]
    of_hours = {hour: period_of(hour * HOUR_MS) for hour in set(hours)}
    alike = list(zip(meters, subjects, said, map(of_hours.__getitem__, hours), strict=True))
    kinds = {kind: number for number, kind in enumerate(set(alike))}
    placed = [(number, *kind, sections[kind[-1]]) for kind, number in kinds.items()]
    columns = (ids, quantities, times, map(kinds.__getitem__, alike), *zip(*placed, strict=True))
    names = (*_EVENTS, *_KINDS)
    values = {"tenant": tenant_id, **dict(zip(names, map(as_column, columns), strict=True))}
    row = await (await connection.execute(_STATEMENT, values)).fetchone()
    assert row is not None
    return int(row[0])


async def pages_of(
    connection: "AsyncConnection[Any]", tenant_id: str, period: str, section: int, meter: str
) -> AsyncIterator[tuple[int, RowPage]]:
    """The events of a line in pages, with their numbers from 1 on. Reads the line once, however
    many the tenant has of other meters and months."""
    async with connection.cursor(name="usage_line") as rows:
        await rows.execute(
            "SELECT id, meter, quantity, at, subject FROM usage_events WHERE tenant_id = %s"
            " AND period = %s AND section = %s AND meter = %s ORDER BY id",
            (tenant_id, period, section, meter),
        )
        number = 0
        while some := await rows.fetchmany(MOST_EVENTS):
            events, number = [OutsideEvent(*row) for row in some], number + 1
            total = Total(sum(each.quantity for each in events), len(events))
            yield number, RowPage(tuple(each.line for each in events), total)
