"""Proves lines of usage, and that they count an event."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shared.kit.errors import NotFound, VersionConflict
from shared.storage.postgres import TookTooLong, tenant_transaction
from shared.usage.declared_lines import make_pages
from shared.usage.line_slabs import slabs_of
from shared.usage.meters import BUILT_IN
from shared.usage.pages import lines_on, open_event
from shared.usage.periods import check_period_name
from shared.usage.proofs import FORMAT, OpenedSlab, ProvedEvent, UsageProof
from shared.usage.slabs import SlabOfLine, line_root, opened, path_of

if TYPE_CHECKING:
    from psycopg import AsyncConnection

# A proof names each slab of its line: five million events.
MOST_SLABS = 10_000


async def prove(
    tenant_id: str,
    period: str,
    meter: str,
    section: int,
    event_id: str | None,
    slab: int | None = None,
) -> UsageProof:
    """The proof of a line and, where they are given, that it counts the event or receipt of
    `event_id`, and all events of the slab of that number. Raises Invalid, NotFound for an unknown
    line, event or slab, VersionConflict for a line of more than MOST_SLABS slabs, TookTooLong where
    the proof takes too long, Unavailable."""
    check_period_name(period)
    try:
        if meter not in BUILT_IN:
            await make_pages(tenant_id, period, section, meter)
        return await _proved(tenant_id, (period, section, meter), event_id, slab)
    except (TookTooLong, TimeoutError) as error:
        raise TookTooLong(
            f"the proof of {meter} was not made in time; ask again when the database has less to do"
        ) from error


async def _proved(
    tenant_id: str, about: tuple[str, int, str], event_id: str | None, slab: int | None
) -> UsageProof:
    """The proof of a line, of which `about` says period, section and meter."""
    period, section, meter = about
    async with tenant_transaction(tenant_id) as connection:
        slabs = await slabs_of(connection, tenant_id, *about)
        if not slabs:
            raise NotFound(f"nothing is counted of {meter} in section {section} of {period}")
        if len(slabs) > MOST_SLABS:
            raise VersionConflict(f"the line has {len(slabs)} slabs, and a proof {MOST_SLABS}")
        event = None
        if event_id is not None:
            event = await _event(connection, tenant_id, about, slabs, event_id)
        slab_events = None
        if slab is not None:
            slab_events = await _opened(connection, tenant_id, about, slabs, slab)
    lines = tuple(each.line(meter) for each in slabs)
    return UsageProof(
        FORMAT,
        *(tenant_id, *about),
        sum(each.total.quantity for each in slabs),
        line_root(tenant_id, period, section, lines).hex(),
        lines,
        event,
        slab_events,
    )


async def _event(
    connection: "AsyncConnection[Any]",
    tenant_id: str,
    about: tuple[str, int, str],
    slabs: Sequence[SlabOfLine],
    event_id: str,
) -> ProvedEvent:
    *_, meter = about
    if meter not in BUILT_IN:
        proved = await open_event(connection, tenant_id, about, slabs, event_id)
        hint = (
            ": name one by the id that was sent with it, of this month; one that was sent after the"
            " month was closed is in a later section"
        )
    else:
        proved = await _counted(connection, tenant_id, meter, slabs, event_id)
        hint = ""
    if proved is None:
        raise NotFound(f"this line counts no event {event_id}{hint}")
    return proved


async def _opened(
    connection: "AsyncConnection[Any]",
    tenant_id: str,
    about: tuple[str, int, str],
    slabs: Sequence[SlabOfLine],
    slab: int,
) -> OpenedSlab:
    *_, meter = about
    place = next((place for place, each in enumerate(slabs) if each.slab == slab), None)
    if place is None:
        raise NotFound(f"this line has no slab {slab}: `slabs` names each, first its number")
    if meter not in BUILT_IN:
        return OpenedSlab(slab, await lines_on(connection, tenant_id, about, slabs, place))
    rows = await connection.execute(
        "SELECT content FROM usage_slabs WHERE tenant_id = %s AND slab = %s", (tenant_id, slab)
    )
    row = await rows.fetchone()
    assert row is not None
    return OpenedSlab(slab, tuple(each.line for each in opened(row[0])))


async def _counted(
    connection: "AsyncConnection[Any]",
    tenant_id: str,
    meter: str,
    slabs: Sequence[SlabOfLine],
    event_id: str,
) -> ProvedEvent | None:
    # An hour of files has no entry; a month has few of them, so all slabs are read.
    is_hour = meter == "storage_byte_hours" and event_id.startswith("hour/")
    rows = await connection.execute(
        "SELECT slab, content FROM usage_slabs LEFT JOIN audit_entries AS entry"
        " ON entry.tenant_id = %s AND entry.event_id = %s"
        " WHERE usage_slabs.tenant_id = %s AND slab = ANY(%s)"
        " AND (%s OR number BETWEEN first AND last) ORDER BY slab",
        (tenant_id, event_id, tenant_id, [each.slab for each in slabs], is_hour),
    )
    async for slab, content in rows:
        events = opened(content)
        for index, each in enumerate(events):
            if each.id == event_id and meter in each.quantities:
                path = path_of([one.line.encode() for one in events], index)
                hashes = tuple(step.hex() for step in path)
                return ProvedEvent(slab, index, len(events), each.line, hashes)
    return None
