"""Lines: the usage of each meter in a month. A line is closed once, and corrected by later
lines."""

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
# The months with a section to close: the first section of a month, and a later one for which
# something was counted.
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
    """The lines of the month, as `2026-11`: closed ones, and open ones of what was counted since,
    up to `at`. Raises Invalid, Unavailable."""
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
    """The closed lines of the month, by section and meter. Raises Invalid, Unavailable."""
    return (await lines_closed_in(tenant_id, (period,)))[period]


async def lines_closed_in(
    tenant_id: str, periods: Sequence[str]
) -> Mapping[str, tuple[UsageLine, ...]]:
    """The closed lines of each of these months, by one statement; opens no connection where there
    are no months. Raises as `closed_lines`."""
    for each in periods:
        check_period_name(each)
    if not periods:
        return {}
    async with tenant_transaction(tenant_id) as connection:
        return await _closed(connection, tenant_id, periods)


async def close_periods(
    tenant_id: str, periods: Sequence[str], at: datetime
) -> Mapping[str, tuple[UsageLine, ...]]:
    """Closes each of these months, and returns their closed lines. A closed line never changes:
    usage that is counted for its month later becomes a further section, which corrects it and which
    a later call closes. Returns the same lines again where nothing was counted since. Lines of
    declared meters are made when `lines_of` is called next, so that they delay no others. Counts
    the audit log once for all months; one statement finds the months with something to close, most
    often one or none, and each is closed in a commit of its own. Raises VersionConflict for a month
    that is not over, before it closes anything; Invalid, Unavailable."""
    for each in periods:
        if at < end_of(each):
            raise VersionConflict(f"{each} is not over: it can be closed from {end_of(each)} on")
    if not periods:
        return {}
    await _count(tenant_id, at)
    async with tenant_transaction(tenant_id) as connection:
        values = {"tenant": tenant_id, "periods": list(periods)}
        rows = await connection.execute(_TO_CLOSE, values)
        to_close = [each for (each,) in await rows.fetchall()]
        if not to_close:
            return await _closed(connection, tenant_id, periods)
    for each in to_close:
        await _close(tenant_id, each, at)
    return await lines_closed_in(tenant_id, periods)


async def _close(tenant_id: str, period: str, at: datetime) -> None:
    """Closes the open section of a month that is over and counted; nothing where another call
    closed it meanwhile and nothing was counted since."""
    async with tenant_transaction(tenant_id) as connection:
        # Every commit that counts changes this row, so that it waits for this one.
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
    lines: dict[str, list[UsageLine]] = {each: [] for each in periods}
    for period, section, meter, quantity, *counted in await rows.fetchall():
        corrects = None if section == 1 else 1
        fields = (period, section, meter, int(quantity), *counted, corrects)
        lines[period].append(UsageLine._make(fields))
    return {period: tuple(some) for period, some in lines.items()}


async def _made(
    connection: "AsyncConnection[Any]", tenant_id: str, period: str, section: int
) -> tuple[UsageLine, ...]:
    """The lines of a section as they are now, of the meters that Assent counts."""
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
