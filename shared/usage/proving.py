"""Proves what a line of usage counts."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shared.kit.errors import NotFound, VersionConflict
from shared.storage.postgres import TookTooLong, tenant_transaction
from shared.usage.line_slabs import SlabOfLine, slabs_of
from shared.usage.meters import BUILT_IN
from shared.usage.periods import check_period_name
from shared.usage.proofs import FORMAT, ProvedEvent, UsageProof
from shared.usage.rows import pages_of
from shared.usage.slabs import line_root, opened, path_of, root_of

if TYPE_CHECKING:
    from psycopg import AsyncConnection

# A proof names each slab of its line: five million events.
MOST_SLABS = 10_000


async def prove(
    tenant_id: str, period: str, meter: str, section: int, event_id: str | None
) -> UsageProof:
    """The proof of a line, and that it counts the event or receipt of that id. Raises Invalid,
    NotFound where the line or the event is not there, VersionConflict for a line of more than
    MOST_SLABS slabs, TookTooLong for one that is not made in time, Unavailable."""
    check_period_name(period)
    try:
        return await _proved(tenant_id, period, meter, section, event_id)
    except TookTooLong as error:
        told = (
            f"the proof of {meter} was not made in time; ask again when the database has less to do"
        )
        raise TookTooLong(told) from error


async def _proved(
    tenant_id: str, period: str, meter: str, section: int, event_id: str | None
) -> UsageProof:
    async with tenant_transaction(tenant_id) as connection:
        event = None
        if event_id is None or meter in BUILT_IN:
            found = await slabs_of(connection, tenant_id, period, section, meter)
        else:
            line = (tenant_id, period, section, meter)
            found, event = await _pages_with(connection, *line, event_id)
        if not found:
            raise NotFound(f"nothing is counted of {meter} in section {section} of {period}")
        if len(found) > MOST_SLABS:
            raise VersionConflict(f"the line has {len(found)} slabs, and a proof {MOST_SLABS}")
        if event_id is not None and event is None:
            event = await _event(connection, tenant_id, found, meter, event_id)
    lines = tuple(each.line(meter) for each in found)
    return UsageProof(
        FORMAT,
        *(tenant_id, period, section, meter),
        sum(each.total.quantity for each in found),
        line_root(tenant_id, period, section, lines).hex(),
        lines,
        event,
    )


async def _event(
    connection: "AsyncConnection[Any]",
    tenant_id: str,
    found: Sequence[SlabOfLine],
    meter: str,
    event_id: str,
) -> ProvedEvent:
    # The hours of files are of no entry, and a month has few.
    is_hour = meter == "storage_byte_hours" and event_id.startswith("hour/")
    rows = await connection.execute(
        "SELECT slab, content FROM usage_slabs LEFT JOIN audit_entries AS entry"
        " ON entry.tenant_id = %s AND entry.event_id = %s"
        " WHERE usage_slabs.tenant_id = %s AND slab = ANY(%s)"
        " AND (%s OR number BETWEEN first AND last) ORDER BY slab",
        (tenant_id, event_id, tenant_id, [each.slab for each in found], is_hour),
    )
    async for slab, content in rows:
        events = opened(content)
        for index, each in enumerate(events):
            if each.id == event_id and meter in each.quantities:
                return _proved_event(slab, [one.line for one in events], index)
    raise NotFound(f"this line does not count {event_id}")


async def _pages_with(
    connection: "AsyncConnection[Any]",
    tenant_id: str,
    period: str,
    section: int,
    meter: str,
    event_id: str,
) -> tuple[list[SlabOfLine], ProvedEvent | None]:
    """The pages of a declared meter's line, and the event with that id. Both of one reading: what
    is told meanwhile would move the events to other pages."""
    slabs, event = list[SlabOfLine](), None
    async for number, page in pages_of(connection, tenant_id, period, section, meter):
        root = root_of([each.encode() for each in page.lines])
        slabs.append(SlabOfLine(number, page.total, root))
        ids = [each.split("\t")[1] for each in page.lines] if event is None else []
        if event_id in ids:
            event = _proved_event(number, page.lines, ids.index(event_id))
    if slabs and event is None:
        raise NotFound(
            f"this line counts no event {event_id}: name one by the id that was sent with it, of"
            " this month; one that was told after the month was closed is in a later section"
        )
    return slabs, event


def _proved_event(slab: int, lines: Sequence[str], index: int) -> ProvedEvent:
    path = path_of([each.encode() for each in lines], index)
    hashes = tuple(step.hex() for step in path)
    return ProvedEvent(slab, index, len(lines), lines[index], hashes)
