"""The pages of a line of a declared meter: each 500 of its events, in the order in which they were
counted. What a page has never changes, so its root is made once, by whoever reads it first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, LiteralString

from shared.usage.outside import OutsideEvent
from shared.usage.proofs import ProvedEvent
from shared.usage.rows import LINE_BITS, keys_of
from shared.usage.slabs import MOST_EVENTS, SlabOfLine, Total, path_of, root_of

if TYPE_CHECKING:
    from psycopg import AsyncConnection

# What one commit keeps at most: a twentieth of a second of the database, and of the function.
MOST_PAGES = 40

_LINE: LiteralString = (
    "SELECT line FROM usage_told_lines"
    " WHERE tenant_id = %s AND period = %s AND section = %s AND meter = %s"
)
_KEPT: LiteralString = (
    "SELECT page, quantity, root FROM usage_told_pages"
    " WHERE tenant_id = %s AND line = %s ORDER BY page"
)
_LAST: LiteralString = (
    "SELECT coalesce(max(page), 0) FROM usage_told_pages WHERE tenant_id = %s AND line = %s"
)
_EVENTS: LiteralString = (
    "SELECT id, quantity, at, subject FROM usage_told"
    " WHERE tenant_id = %s AND place > %s AND place < %s ORDER BY place LIMIT %s"
)
_PLACE: LiteralString = (
    "SELECT place FROM usage_told WHERE key = %s::uuid AND tenant_id = %s AND place >> %s = %s"
)


async def keep_pages(
    connection: "AsyncConnection[Any]", tenant_id: str, period: str, section: int, meter: str
) -> bool:
    """Keeps the roots of up to MOST_PAGES more pages that are full; whether all full ones are kept.
    Each is the same, whoever makes it."""
    line = await _number(connection, tenant_id, period, section, meter)
    if line is None:
        return True
    row = await (await connection.execute(_LAST, (tenant_id, line))).fetchone()
    assert row is not None
    most = MOST_PAGES * MOST_EVENTS
    made = await _made(connection, tenant_id, line, meter, row[0], most)
    full = [each for each in made if each.total.events == MOST_EVENTS]
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO usage_told_pages VALUES (%s, %s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [(tenant_id, line, each.slab, each.total.quantity, each.root) for each in full],
        )
    return len(full) < MOST_PAGES


async def pages_of(
    connection: "AsyncConnection[Any]", tenant_id: str, period: str, section: int, meter: str
) -> list[SlabOfLine]:
    """The pages of a line, with their numbers from 1 on: those that are kept, and the others, which
    are made. Empty where nothing is counted."""
    line = await _number(connection, tenant_id, period, section, meter)
    if line is None:
        return []
    rows = await connection.execute(_KEPT, (tenant_id, line))
    kept = [
        SlabOfLine(page, Total(quantity, MOST_EVENTS), root)
        for page, quantity, root in await rows.fetchall()
    ]
    return kept + await _made(connection, tenant_id, line, meter, len(kept), None)


async def open_event(
    connection: "AsyncConnection[Any]",
    tenant_id: str,
    about: tuple[str, int, str],
    pages: Sequence[SlabOfLine],
    event_id: str,
) -> ProvedEvent | None:
    """The event of that id in these pages of a line, of which `about` says period, section and
    meter; None where they do not count it."""
    line = await _number(connection, tenant_id, *about)
    (key,) = keys_of(tenant_id, [event_id])
    rows = await connection.execute(_PLACE, (key.hex(), tenant_id, LINE_BITS, line))
    found = await rows.fetchone()
    if found is None or line is None:
        return None
    before, place = divmod(found[0] - (line << LINE_BITS) - 1, MOST_EVENTS)
    # What was told since the pages were made is in none of them.
    if before >= len(pages) or place >= (size := pages[before].total.events):
        return None
    events = await _events(connection, tenant_id, line, about[-1], before, size)
    path = path_of([each.line.encode() for each in events], place)
    hashes = tuple(step.hex() for step in path)
    return ProvedEvent(pages[before].slab, place, size, events[place].line, hashes)


async def lines_on(
    connection: "AsyncConnection[Any]",
    tenant_id: str,
    about: tuple[str, int, str],
    pages: Sequence[SlabOfLine],
    place: int,
) -> tuple[str, ...]:
    """The text of each event on the page that has that place among these, from 0 on."""
    line = await _number(connection, tenant_id, *about)
    assert line is not None
    size = pages[place].total.events
    events = await _events(connection, tenant_id, line, about[-1], place, size)
    return tuple(each.line for each in events)


async def _number(
    connection: "AsyncConnection[Any]", tenant_id: str, period: str, section: int, meter: str
) -> int | None:
    rows = await connection.execute(_LINE, (tenant_id, period, section, meter))
    found = await rows.fetchone()
    return None if found is None else int(found[0])


async def _made(
    connection: "AsyncConnection[Any]",
    tenant_id: str,
    line: int,
    meter: str,
    kept: int,
    most: int | None,
) -> list[SlabOfLine]:
    """The pages that follow those that are kept, of `most` events."""
    events = await _events(connection, tenant_id, line, meter, kept, most)
    pages = (events[at : at + MOST_EVENTS] for at in range(0, len(events), MOST_EVENTS))
    return [_page(number, some) for number, some in enumerate(pages, kept + 1)]


async def _events(
    connection: "AsyncConnection[Any]",
    tenant_id: str,
    line: int,
    meter: str,
    pages: int,
    most: int | None,
) -> list[OutsideEvent]:
    """Up to `most` events that follow these pages. Whoever counts commits in the order of the
    numbers, so that none appears later among those that are seen."""
    first, end = (line << LINE_BITS) + pages * MOST_EVENTS, (line + 1) << LINE_BITS
    rows = await connection.execute(_EVENTS, (tenant_id, first, end, most))
    return [
        OutsideEvent(id, meter, quantity, at, subject)
        for id, quantity, at, subject in await rows.fetchall()
    ]


def _page(number: int, events: Sequence[OutsideEvent]) -> SlabOfLine:
    total = Total(sum(each.quantity for each in events), len(events))
    return SlabOfLine(number, total, root_of([each.line.encode() for each in events]))
