"""The pages of a line of a declared meter: each 500 of its events, in the order in which they were
counted. What a page has never changes, so its root is made once, by whoever reads it first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, LiteralString, NamedTuple

from shared.usage.outside import outside_line
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
# The batch that has the first of them may begin before it.
_BATCHES: LiteralString = (
    "SELECT place, ids, times, quantities, subjects FROM usage_told_batches"
    " WHERE tenant_id = %(tenant)s AND place < %(end)s AND place >= ("
    "SELECT max(place) FROM usage_told_batches"
    " WHERE tenant_id = %(tenant)s AND place <= %(first)s) ORDER BY place"
)
_PLACE: LiteralString = (
    "SELECT place FROM usage_told_keys WHERE key = %s::uuid AND tenant_id = %s AND place >> %s = %s"
)


class _LineEvents(NamedTuple):
    """Events of a line, in the order of their numbers, and what each counts."""

    lines: Sequence[bytes]
    quantities: Sequence[int]


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
    # An event that was counted since the pages were made is on none of them.
    if before >= len(pages) or place >= (size := pages[before].total.events):
        return None
    events = await _events(connection, tenant_id, line, about[-1], before, size)
    hashes = tuple(step.hex() for step in path_of(events.lines, place))
    return ProvedEvent(pages[before].slab, place, size, events.lines[place].decode(), hashes)


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
    return tuple(each.decode() for each in events.lines)


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
    firsts = range(0, len(events.lines), MOST_EVENTS)
    return [_page(number, events, first) for number, first in enumerate(firsts, kept + 1)]


async def _events(
    connection: "AsyncConnection[Any]",
    tenant_id: str,
    line: int,
    meter: str,
    pages: int,
    most: int | None,
) -> _LineEvents:
    """Up to `most` events that follow these pages. Whoever counts commits in the order of the
    numbers, so that none appears later among those that are seen."""
    first = (line << LINE_BITS) + pages * MOST_EVENTS + 1
    end = (line + 1) << LINE_BITS if most is None else first + most
    values = {"tenant": tenant_id, "first": first, "end": end}
    lines, quantities, before = list[bytes](), list[int](), 0
    async for place, *columns in await connection.execute(_BATCHES, values):
        if not lines:
            before = max(0, first - place)
        ids, times, counted, subjects = (each.split("\t") for each in columns)
        for id, at, quantity, subject in zip(ids, times, counted, subjects, strict=True):
            lines.append(outside_line(id, at, subject, meter, quantity).encode())
        quantities += map(int, counted)
    wanted = slice(before, None if most is None else before + most)
    return _LineEvents(lines[wanted], quantities[wanted])


def _page(number: int, events: _LineEvents, first: int) -> SlabOfLine:
    page = slice(first, first + MOST_EVENTS)
    quantities = events.quantities[page]
    return SlabOfLine(number, Total(sum(quantities), len(quantities)), root_of(events.lines[page]))
