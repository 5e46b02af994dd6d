"""Events from outside: a row each, and each id counted once for ever within its tenant."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.kit.last_used import LastUsed
from shared.storage.postgres import tenant_transaction
from shared.usage.columns import as_column, unnested
from shared.usage.outside import OutsideEvent
from shared.usage.slabs import HOUR_MS, MOST_EVENTS, Total, period_of

if TYPE_CHECKING:
    from psycopg import AsyncConnection

# The sections are those that are open once the head is locked: a statement sees what was committed
# before it began.
_APPEND = """
WITH kinds AS MATERIALIZED (
    SELECT kind, meter, subject, nullif(properties, '')::jsonb AS properties, period,
        coalesce(closed.section, 0) + 1 AS section
    FROM (SELECT {kinds}) AS given (kind, meter, subject, properties, period)
    LEFT JOIN (
        SELECT period, max(section) AS section FROM usage_closings
        WHERE tenant_id = %(tenant)s GROUP BY period) AS closed USING (period)
), new AS (
    INSERT INTO usage_events
    SELECT %(tenant)s, id, meter, quantity::bigint, at::bigint, subject, properties, period, section
    FROM (SELECT {events}) AS given (id, quantity, at, kind) JOIN kinds USING (kind)
    ORDER BY id COLLATE "C"
    {known}
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
_KINDS = ("kinds", "meter", "subject", "properties", "period")
# Fails where an id is known, and costs a fifth less than to look for each.
_ALL_NEW = _APPEND.format(events=unnested(_EVENTS), kinds=unnested(_KINDS), known="")
_THOSE_NEW = _APPEND.format(
    events=unnested(_EVENTS), kinds=unnested(_KINDS), known="ON CONFLICT DO NOTHING"
)
# Whether the last call of a tenant told known ids again, as its next one does most likely.
_REPEATS = LastUsed[str, bool](1_000)
_LOCK = "SELECT 1 FROM usage_heads WHERE tenant_id = %s FOR SHARE"


class RowPage(NamedTuple):
    """Up to 500 events from outside, in the order of their ids: what a slab is for others."""

    lines: tuple[str, ...]
    total: Total


async def add_events(tenant_id: str, events: Sequence[OutsideEvent]) -> int:
    """Counts the events whose ids were never counted for the tenant, in one statement, and says how
    many these are; of those of one id the first. Raises Unavailable."""
    from psycopg.errors import UniqueViolation

    firsts = {each.id: each for each in reversed(events)}.values()
    values = {"tenant": tenant_id, **_columns(firsts)}
    if not _REPEATS.find(tenant_id):
        with suppress(UniqueViolation):
            return await _added(tenant_id, _ALL_NEW, values)
    added = await _added(tenant_id, _THOSE_NEW, values)
    _REPEATS.keep(tenant_id, added < len(firsts))
    return added


async def _added(tenant_id: str, statement: str, values: Mapping[str, str]) -> int:
    async with tenant_transaction(tenant_id) as connection:
        # No period is closed while this counts for it.
        if not (await connection.execute(_LOCK, (tenant_id,))).rowcount:
            await connection.execute(
                "INSERT INTO usage_heads VALUES (%s, 0, 0, 0, 0, NULL) ON CONFLICT DO NOTHING",
                (tenant_id,),
            )
            await connection.execute(_LOCK, (tenant_id,))
        row = await (await connection.execute(statement, values)).fetchone()
    assert row is not None
    return int(row[0])


def _columns(events: Iterable[OutsideEvent]) -> dict[str, str]:
    ids, meters, quantities, times, subjects, properties = zip(*events, strict=True)
    said = [json.dumps(each) if each else "" for each in properties]
    hours = [at // HOUR_MS for at in times]
    of_hours = {hour: period_of(hour * HOUR_MS) for hour in set(hours)}
    alike = list(zip(meters, subjects, said, map(of_hours.__getitem__, hours), strict=True))
    kinds = {kind: number for number, kind in enumerate(set(alike))}
    placed = [(number, *kind) for kind, number in kinds.items()]
    columns = (ids, quantities, times, map(kinds.__getitem__, alike), *zip(*placed, strict=True))
    return dict(zip((*_EVENTS, *_KINDS), map(as_column, columns), strict=True))


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
