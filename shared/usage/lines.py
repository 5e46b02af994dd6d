"""What was used of each meter in a month, as lines that are closed once and corrected by others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, LiteralString, NamedTuple

from shared.kit.errors import Unavailable, VersionConflict
from shared.storage.postgres import tenant_transaction
from shared.usage.counting import count_log, open_sections
from shared.usage.periods import check_period_name, end_of
from shared.usage.proofs import UsageLine
from shared.usage.rows import pages_of
from shared.usage.slabs import Total, line_root, root_of, slab_line

if TYPE_CHECKING:
    from psycopg import AsyncConnection

_COUNTED: LiteralString = (
    "SELECT DISTINCT unnest(meters) FROM usage_slabs"
    " WHERE tenant_id = %s AND period = %s AND section = %s ORDER BY 1"
)
_DECLARED: LiteralString = (
    "SELECT DISTINCT meter FROM usage_events"
    " WHERE tenant_id = %s AND period = %s AND section = %s ORDER BY 1"
)
_WITHOUT_LINE = """
SELECT DISTINCT section, meter
FROM usage_events JOIN usage_closings USING (tenant_id, period, section)
WHERE tenant_id = %s AND period = %s AND NOT EXISTS (
    SELECT FROM usage_lines AS line WHERE line.tenant_id = usage_events.tenant_id
    AND line.period = usage_events.period AND line.section = usage_events.section
    AND line.meter = usage_events.meter)
ORDER BY 1, 2
"""
# The months with a section that a close would end: each first section, and each later one that
# something was counted for.
_TO_CLOSE = """
SELECT it.period
FROM unnest(%(periods)s::text[]) AS it (period), LATERAL (
    SELECT coalesce(max(section), 0) + 1 AS section FROM usage_closings
    WHERE tenant_id = %(tenant)s AND period = it.period) AS following
WHERE following.section = 1
    OR EXISTS (SELECT FROM usage_slabs WHERE tenant_id = %(tenant)s
        AND period = it.period AND section = following.section)
    OR EXISTS (SELECT FROM usage_events WHERE tenant_id = %(tenant)s
        AND period = it.period AND section = following.section)
ORDER BY 1
"""


class SlabOfLine(NamedTuple):
    """A slab as a line has it; `slab` is the page's number where `events` came from outside."""

    slab: int
    total: Total
    root: bytes

    def line(self, meter: str) -> str:
        return slab_line(self.slab, meter, self.total, self.root)


async def lines_of(tenant_id: str, period: str, at: datetime) -> tuple[UsageLine, ...]:
    """The lines of the month, `2026-11`, by section and meter: those that are closed, and what was
    counted since, up to `at`. Raises Invalid, Unavailable."""
    check_period_name(period)
    await _count(tenant_id, at)
    await _close_declared(tenant_id, period)
    async with tenant_transaction(tenant_id) as connection:
        closed = (await _closed(connection, tenant_id, (period,)))[period]
        section = (await open_sections(connection, tenant_id))[period]
        still_open = await _made(connection, tenant_id, period, section, _COUNTED)
        declared = await _made(connection, tenant_id, period, section, _DECLARED)
    return (*closed, *sorted((*still_open, *declared), key=lambda each: each.meter))


async def closed_lines(tenant_id: str, period: str) -> tuple[UsageLine, ...]:
    """The lines of the month that are closed, by section and meter. Raises Invalid, Unavailable."""
    return (await lines_closed_in(tenant_id, (period,)))[period]


async def lines_closed_in(
    tenant_id: str, periods: Sequence[str]
) -> Mapping[str, tuple[UsageLine, ...]]:
    """As `closed_lines`, of each of these months, with one statement; opens no connection for
    none."""
    for each in periods:
        check_period_name(each)
    if not periods:
        return {}
    async with tenant_transaction(tenant_id) as connection:
        return await _closed(connection, tenant_id, periods)


async def close_period(tenant_id: str, period: str, at: datetime) -> tuple[UsageLine, ...]:
    """Closes the month, once it is over: its lines never change again, and what is counted for it
    later becomes a section that corrects them, which a later call closes. The same lines again
    where nothing was counted since. Those of declared meters, which hold up no others, are made of
    what is closed when `lines_of` is asked first. Raises Invalid, VersionConflict for a month that
    is not over, Unavailable."""
    return (await close_periods(tenant_id, (period,), at))[period]


async def close_periods(
    tenant_id: str, periods: Sequence[str], at: datetime
) -> Mapping[str, tuple[UsageLine, ...]]:
    """The lines of each of these months as `close_period` gives them, the log counted once for all.
    One statement finds the months that anything is to be closed in, most often one or none: only
    these are closed, each in a commit of its own. Raises as `close_period`, before anything is
    closed where a month is not over."""
    for each in periods:
        if at < end_of(each):
            raise VersionConflict(f"{each} is not over: it can be closed from {end_of(each)} on")
    if not periods:
        return {}
    await _count(tenant_id, at)
    async with tenant_transaction(tenant_id) as connection:
        values = {"tenant": tenant_id, "periods": list(periods)}
        rows = await connection.execute(_TO_CLOSE, values)
        open_ones = [each for (each,) in await rows.fetchall()]
        if not open_ones:
            return await _closed(connection, tenant_id, periods)
    for each in open_ones:
        await _close(tenant_id, each, at)
    return await lines_closed_in(tenant_id, periods)


async def _close(tenant_id: str, period: str, at: datetime) -> None:
    """Ends the open section of a month that is over and counted; nothing where somebody else did
    meanwhile and nothing was counted since."""
    async with tenant_transaction(tenant_id) as connection:
        # Whoever counts changes this row in the same commit.
        await connection.execute(
            "INSERT INTO usage_heads AS known VALUES (%s, 1, 0, 0, 0, NULL)"
            " ON CONFLICT (tenant_id) DO UPDATE SET version = known.version + 1",
            (tenant_id,),
        )
        section = (await open_sections(connection, tenant_id))[period]
        ours = await _made(connection, tenant_id, period, section, _COUNTED)
        if ours or section == 1 or await _has_events(connection, tenant_id, period, section):
            await connection.execute(
                "INSERT INTO usage_closings VALUES (%s, %s, %s, %s)",
                (tenant_id, period, section, at),
            )
            await _keep(connection, tenant_id, ours)


async def _close_declared(tenant_id: str, period: str) -> None:
    """Makes the lines of declared meters in the sections that are closed, each in a commit of its
    own. Nothing is added to such a section, so whoever makes one makes the same."""
    async with tenant_transaction(tenant_id) as connection:
        rows = await connection.execute(_WITHOUT_LINE, (tenant_id, period))
        missing = await rows.fetchall()
    for section, meter in missing:
        async with tenant_transaction(tenant_id) as connection:
            line = await _line(connection, tenant_id, period, section, meter)
            await _keep(connection, tenant_id, (line,))


async def _closed(
    connection: "AsyncConnection[Any]", tenant_id: str, periods: Sequence[str]
) -> Mapping[str, tuple[UsageLine, ...]]:
    rows = await connection.execute(
        "SELECT period, section, meter, quantity, events, slabs, encode(root, 'hex'), closed_at"
        " FROM usage_lines JOIN usage_closings USING (tenant_id, period, section)"
        " WHERE tenant_id = %s AND period = ANY(%s) ORDER BY section, meter",
        (tenant_id, list(periods)),
    )
    found: dict[str, list[UsageLine]] = {each: [] for each in periods}
    for period, section, meter, quantity, *counted in await rows.fetchall():
        corrects = None if section == 1 else 1
        said = (period, section, meter, int(quantity), *counted, corrects)
        found[period].append(UsageLine._make(said))
    return {period: tuple(lines) for period, lines in found.items()}


async def _made(
    connection: "AsyncConnection[Any]",
    tenant_id: str,
    period: str,
    section: int,
    meters: LiteralString,
) -> tuple[UsageLine, ...]:
    """The lines of a section as they are now, of the meters that a statement finds."""
    rows = await connection.execute(meters, (tenant_id, period, section))
    return tuple(
        [
            await _line(connection, tenant_id, period, section, meter)
            for (meter,) in await rows.fetchall()
        ]
    )


async def _line(
    connection: "AsyncConnection[Any]", tenant_id: str, period: str, section: int, meter: str
) -> UsageLine:
    found = await slabs_of_line(connection, tenant_id, period, section, meter)
    return UsageLine(
        period,
        section,
        meter,
        sum(each.total.quantity for each in found),
        sum(each.total.events for each in found),
        len(found),
        line_root(tenant_id, period, section, [each.line(meter) for each in found]).hex(),
        None,
        None if section == 1 else 1,
    )


async def _has_events(
    connection: "AsyncConnection[Any]", tenant_id: str, period: str, section: int
) -> bool:
    rows = await connection.execute(
        "SELECT 1 FROM usage_events WHERE tenant_id = %s AND period = %s AND section = %s LIMIT 1",
        (tenant_id, period, section),
    )
    return await rows.fetchone() is not None


async def _keep(
    connection: "AsyncConnection[Any]", tenant_id: str, lines: Sequence[UsageLine]
) -> None:
    """Keeps the lines of a closed section; of one that is kept already the first stays."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO usage_lines VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [
                (
                    *(tenant_id, each.period, each.section, each.meter, each.quantity),
                    *(each.events, each.slabs, bytes.fromhex(each.root)),
                )
                for each in lines
            ],
        )


async def _count(tenant_id: str, at: datetime) -> None:
    if not await count_log(tenant_id, at):
        raise Unavailable("the usage of this tenant is still being counted; try again")


async def slabs_of_line(
    connection: "AsyncConnection[Any]", tenant_id: str, period: str, section: int, meter: str
) -> list[SlabOfLine]:
    """The slabs of a line, in their order, or the pages of a declared meter's; none where nothing
    is counted."""
    rows = await connection.execute(
        "SELECT slab, quantities[place], counts[place], root FROM usage_slabs,"
        " LATERAL (SELECT array_position(meters, %s) AS place) AS it"
        " WHERE tenant_id = %s AND period = %s AND section = %s AND place IS NOT NULL"
        " ORDER BY slab",
        (meter, tenant_id, period, section),
    )
    slabs = [SlabOfLine(slab, Total(*both), root) for slab, *both, root in await rows.fetchall()]
    if slabs:
        return slabs
    pages = pages_of(connection, tenant_id, period, section, meter)
    return [
        SlabOfLine(number, page.total, root_of([each.encode() for each in page.lines]))
        async for number, page in pages
    ]
