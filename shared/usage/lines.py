"""What was used of each meter in a month, as lines that are closed once and corrected by others."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, LiteralString

from shared.kit.errors import Unavailable, VersionConflict
from shared.storage.postgres import tenant_transaction
from shared.usage.counting import count_log, open_sections
from shared.usage.declared_lines import declared_lines
from shared.usage.line_slabs import keep_lines, line_of
from shared.usage.periods import check_period_name, end_of
from shared.usage.proofs import UsageLine, UsageMonth

if TYPE_CHECKING:
    from psycopg import AsyncConnection

_COUNTED: LiteralString = (
    "SELECT DISTINCT unnest(meters) FROM usage_slabs"
    " WHERE tenant_id = %s AND period = %s AND section = %s"
)
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
    OR EXISTS (SELECT FROM usage_told_lines WHERE tenant_id = %(tenant)s
        AND period = it.period AND section = following.section)
ORDER BY 1
"""


async def lines_of(tenant_id: str, period: str, at: datetime) -> UsageMonth:
    """The lines of the month, `2026-11`: those that are closed, and what was counted since, up to
    `at`. Raises Invalid, Unavailable."""
    check_period_name(period)
    await _count(tenant_id, at)
    declared = await declared_lines(tenant_id, period)
    async with tenant_transaction(tenant_id) as connection:
        closed = (await _closed(connection, tenant_id, (period,)))[period]
        section = (await open_sections(connection, tenant_id))[period]
        ours = await _made(connection, tenant_id, period, section)
    # Somebody may have closed the section since, and kept a line of it.
    known = {(each.section, each.meter) for each in closed}
    theirs = [each for each in declared.still_open if (each.section, each.meter) not in known]
    still_open = sorted((*ours, *theirs), key=lambda each: (each.section, each.meter))
    return UsageMonth((*closed, *still_open), declared.unsorted)


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


async def close_periods(
    tenant_id: str, periods: Sequence[str], at: datetime
) -> Mapping[str, tuple[UsageLine, ...]]:
    """Closes each of these months, once it is over, the log counted once for all: its lines never
    change again, and what is counted for it later becomes a section that corrects them, which a
    later call closes. The same lines again where nothing was counted since. Those of declared
    meters, which hold up no others, are made of what is closed when `lines_of` is asked first.
    One statement finds the months that anything is to be closed in, most often one or none: only
    these are closed, each in a commit of its own. Raises Invalid, Unavailable, and VersionConflict
    for a month that is not over, before anything is closed."""
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
        ours = await _made(connection, tenant_id, period, section)
        if ours or section == 1 or await _has_events(connection, tenant_id, period, section):
            await connection.execute(
                "INSERT INTO usage_closings VALUES (%s, %s, %s, %s)",
                (tenant_id, period, section, at),
            )
            await keep_lines(connection, tenant_id, ours)


async def _closed(
    connection: "AsyncConnection[Any]", tenant_id: str, periods: Sequence[str]
) -> Mapping[str, tuple[UsageLine, ...]]:
    rows = await connection.execute(
        "SELECT period, section, meter, quantity, events, slabs, encode(root, 'hex'), closed_at"
        " FROM usage_lines JOIN usage_closings USING (tenant_id, period, section)"
        ' WHERE tenant_id = %s AND period = ANY(%s) ORDER BY section, meter COLLATE "C"',
        (tenant_id, list(periods)),
    )
    found: dict[str, list[UsageLine]] = {each: [] for each in periods}
    for period, section, meter, quantity, *counted in await rows.fetchall():
        corrects = None if section == 1 else 1
        said = (period, section, meter, int(quantity), *counted, corrects)
        found[period].append(UsageLine._make(said))
    return {period: tuple(lines) for period, lines in found.items()}


async def _made(
    connection: "AsyncConnection[Any]", tenant_id: str, period: str, section: int
) -> tuple[UsageLine, ...]:
    """The lines of a section as they are now, of what Assent counts."""
    rows = await connection.execute(_COUNTED, (tenant_id, period, section))
    return tuple(
        [
            await line_of(connection, tenant_id, period, section, meter)
            for (meter,) in sorted(await rows.fetchall())
        ]
    )


async def _has_events(
    connection: "AsyncConnection[Any]", tenant_id: str, period: str, section: int
) -> bool:
    rows = await connection.execute(
        "SELECT 1 FROM usage_told_lines"
        " WHERE tenant_id = %s AND period = %s AND section = %s LIMIT 1",
        (tenant_id, period, section),
    )
    return await rows.fetchone() is not None


async def _count(tenant_id: str, at: datetime) -> None:
    if not await count_log(tenant_id, at):
        raise Unavailable("the usage of this tenant is still being counted; try again")
