"""Lines of the meters that a tenant declared. Their events are sorted when they are read, so each
line is made in a transaction of its own: one that takes too long holds up no other."""

import asyncio
import logging
from collections.abc import Iterable
from typing import LiteralString, NamedTuple

from shared.storage.postgres import WAIT_SECONDS, TookTooLong, tenant_transaction
from shared.usage.counting import open_sections
from shared.usage.line_slabs import keep_lines, line_of
from shared.usage.proofs import UnsortedLine, UsageLine

_LOGGER = logging.getLogger(__name__)
# How long the database may sort the events of a line, in milliseconds: first all that are quick, so
# that none waits for another one that has many.
PATIENCE = (1_000, 4_000)
# What all lines together may take, of the minute that a call has.
SECONDS = 40.0

# One step of the index for each meter of each section, however many events these have.
_METERS: LiteralString = """
WITH RECURSIVE found AS (
    (SELECT section, meter FROM usage_events WHERE tenant_id = %(tenant)s AND period = %(period)s
        ORDER BY section, meter LIMIT 1)
    UNION ALL
    SELECT following.section, following.meter FROM found, LATERAL (
        SELECT section, meter FROM usage_events
        WHERE tenant_id = %(tenant)s AND period = %(period)s
            AND (section, meter) > (found.section, found.meter)
        ORDER BY section, meter LIMIT 1) AS following
)
SELECT found.section, found.meter, line.meter IS NOT NULL FROM found LEFT JOIN usage_lines AS line
    ON line.tenant_id = %(tenant)s AND line.period = %(period)s
    AND (line.section, line.meter) = (found.section, found.meter)
ORDER BY 1, 2
"""


class _Due(NamedTuple):
    """A line that is to be made; it is kept where its section `is_closed`."""

    section: int
    meter: str
    is_closed: bool


class DeclaredLines(NamedTuple):
    """The lines of the section that is open, and those of any section that could not be made in
    time, by section and meter."""

    still_open: tuple[UsageLine, ...]
    unsorted: tuple[UnsortedLine, ...]


async def declared_lines(tenant_id: str, period: str) -> DeclaredLines:
    """Makes the lines of the declared meters of a month, and keeps those of closed sections: to
    such a section nothing is added, so whoever makes one makes the same. One whose events are not
    sorted in time is logged by its meter, which an alert counts, and the next call tries it again.
    Raises Unavailable where the database does not answer at all."""
    waiting, made = await _due(tenant_id, period), list[UsageLine]()
    ends = asyncio.get_running_loop().time() + SECONDS
    for patience in PATIENCE:
        tried = [(each, await _made(tenant_id, period, each, patience, ends)) for each in waiting]
        made += [line for each, line in tried if line is not None and not each.is_closed]
        waiting = [each for each, line in tried if line is None]
    for meter in sorted({each.meter for each in waiting}):
        said = "the events of the meter %s are not sorted in time: it has no line"
        _LOGGER.error(said, meter, extra={"fields": {"unsorted_meter": meter}})
    unsorted = tuple(UnsortedLine(each.section, each.meter) for each in waiting)
    return DeclaredLines(tuple(made), unsorted)


async def _due(tenant_id: str, period: str) -> list[_Due]:
    async with tenant_transaction(tenant_id) as connection:
        rows = await connection.execute(_METERS, {"tenant": tenant_id, "period": period})
        found: Iterable[tuple[int, str, bool]] = await rows.fetchall()
        section = (await open_sections(connection, tenant_id))[period]
    return [_Due(number, meter, number < section) for number, meter, kept in found if not kept]


async def _made(
    tenant_id: str, period: str, due: _Due, patience: int, ends: float
) -> UsageLine | None:
    """The line; None where it takes longer."""
    clock = asyncio.get_running_loop().time
    if clock() >= ends:
        return None
    try:
        # The function has one connection: who waits for it while a line is made still gets it.
        async with (
            tenant_transaction(tenant_id) as connection,
            asyncio.timeout_at(min(ends, clock() + WAIT_SECONDS - 0.5)),
        ):
            await connection.execute(
                "SELECT set_config('statement_timeout', %s, true)", (str(patience),)
            )
            line = await line_of(connection, tenant_id, period, due.section, due.meter)
            if due.is_closed:
                await keep_lines(connection, tenant_id, (line,))
            return line
    except (TookTooLong, TimeoutError):
        return None
