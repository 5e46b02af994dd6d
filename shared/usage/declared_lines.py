"""Lines of the meters that a tenant declared. The pages of their events are made at the first
reading, some in each transaction, so that a line with many pages delays no other."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, LiteralString, NamedTuple

from shared.storage.postgres import WAIT_SECONDS, TookTooLong, tenant_transaction
from shared.usage.counting import open_sections
from shared.usage.line_slabs import keep_lines, line_of
from shared.usage.pages import keep_pages
from shared.usage.proofs import UnsortedLine, UsageLine

if TYPE_CHECKING:
    from psycopg import AsyncConnection

_LOGGER = logging.getLogger(__name__)
# Two rounds, the first for the lines that are quick: how long one statement may take, in
# milliseconds, and for how long a line is worked on, in seconds.
PATIENCE = (1_000, 4_000)
TURNS = (1.0, 30.0)
# How long all lines together may take, in seconds; a call has a minute.
SECONDS = 40.0

_COUNTED: LiteralString = (
    "SELECT section, meter FROM usage_told_lines WHERE tenant_id = %s AND period = %s"
)
_KEPT: LiteralString = "SELECT section, meter FROM usage_lines WHERE tenant_id = %s AND period = %s"


class _Due(NamedTuple):
    """A line to make, and to keep where its section `is_closed`."""

    section: int
    meter: str
    is_closed: bool


class DeclaredLines(NamedTuple):
    """The lines of the open section, and the lines of any section that could not be made in time,
    by section and meter."""

    still_open: tuple[UsageLine, ...]
    unsorted: tuple[UnsortedLine, ...]


async def declared_lines(tenant_id: str, period: str) -> DeclaredLines:
    """Makes the lines of the declared meters of a month, and keeps those of closed sections, which
    are the same for whoever makes them: nothing is added to a closed section. Logs the meter of
    each line whose pages are not all made in time, which an alert counts; the next call goes on
    where this one ended. Raises Unavailable where the database does not answer at all."""
    waiting, made = await _due(tenant_id, period), list[UsageLine]()
    ends = _now() + SECONDS
    for patience, turn in zip(PATIENCE, TURNS, strict=True):
        left = list[_Due]()
        for each in waiting:
            until = min(ends, _now() + turn)
            line = await _made(tenant_id, period, each, patience, until)
            if line is None:
                left.append(each)
            elif not each.is_closed:
                made.append(line)
        waiting = left
    for meter in sorted({each.meter for each in waiting}):
        text = "the pages of the meter %s are not all made in time: it has no line yet"
        _LOGGER.error(text, meter, extra={"fields": {"unsorted_meter": meter}})
    unsorted = tuple(UnsortedLine(each.section, each.meter) for each in waiting)
    return DeclaredLines(tuple(made), unsorted)


async def make_pages(tenant_id: str, period: str, section: int, meter: str) -> None:
    """Makes all full pages of a line. Raises TookTooLong where they take too long: the next call
    goes on with the others; Unavailable."""
    until = _now() + TURNS[-1]
    if not await _pages_made(tenant_id, period, section, meter, PATIENCE[-1], until):
        raise TookTooLong(f"the pages of {meter} were not made in time")


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _due(tenant_id: str, period: str) -> list[_Due]:
    async with tenant_transaction(tenant_id) as connection:
        counted = await (await connection.execute(_COUNTED, (tenant_id, period))).fetchall()
        kept = {*await (await connection.execute(_KEPT, (tenant_id, period))).fetchall()}
        section = (await open_sections(connection, tenant_id))[period]
    return [_Due(number, meter, number < section) for number, meter in sorted({*counted} - kept)]


async def _made(
    tenant_id: str, period: str, due: _Due, patience: int, until: float
) -> UsageLine | None:
    """The line; None where it is not made by `until`."""
    about = (tenant_id, period, due.section, due.meter)
    try:
        if not await _pages_made(*about, patience, until):
            return None
        async with _timed(tenant_id, patience, until) as connection:
            line = await line_of(connection, *about)
            if due.is_closed:
                await keep_lines(connection, tenant_id, (line,))
            return line
    except (TookTooLong, TimeoutError):
        return None


async def _pages_made(
    tenant_id: str, period: str, section: int, meter: str, patience: int, until: float
) -> bool:
    """Makes full pages until then, and keeps them; whether none is left to make."""
    while _now() < until:
        async with _timed(tenant_id, patience, until) as connection:
            if await keep_pages(connection, tenant_id, period, section, meter):
                return True
    return False


@asynccontextmanager
async def _timed(
    tenant_id: str, patience: int, until: float
) -> AsyncIterator["AsyncConnection[Any]"]:
    """A transaction that ends early enough for whoever waits for the one connection of the
    process."""
    async with (
        tenant_transaction(tenant_id, statement_timeout=str(patience)) as connection,
        asyncio.timeout_at(min(until, _now() + WAIT_SECONDS - 0.5)),
    ):
        yield connection
