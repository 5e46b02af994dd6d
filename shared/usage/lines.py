"""What was used of each meter in a month, as lines that are closed once and corrected by others."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.kit.errors import NotFound, Unavailable, VersionConflict
from shared.storage.postgres import TookTooLong, tenant_transaction
from shared.usage.counting import count_log, open_sections
from shared.usage.declared_lines import declared_lines
from shared.usage.line_slabs import SlabOfLine, keep_lines, line_of, slabs_of
from shared.usage.periods import check_period_name, end_of
from shared.usage.proofs import FORMAT, ProvedEvent, UsageLine, UsageMonth, UsageProof
from shared.usage.slabs import line_root, opened, path_of

if TYPE_CHECKING:
    from psycopg import AsyncConnection

# A proof names each slab of its line: five million events.
MOST_SLABS = 10_000

_COUNTED = (
    "SELECT DISTINCT unnest(meters) FROM usage_slabs"
    " WHERE tenant_id = %s AND period = %s AND section = %s ORDER BY 1"
)


async def lines_of(tenant_id: str, period: str, at: datetime) -> UsageMonth:
    """The lines of the month, `2026-11`: those that are closed, and what was counted since, up to
    `at`. Raises Invalid, Unavailable."""
    check_period_name(period)
    await _count(tenant_id, at)
    declared = await declared_lines(tenant_id, period)
    async with tenant_transaction(tenant_id) as connection:
        closed = await _closed(connection, tenant_id, period)
        section = (await open_sections(connection, tenant_id))[period]
        ours = await _made(connection, tenant_id, period, section)
    # Somebody may have closed the section since, and kept a line of it.
    known = {(each.section, each.meter) for each in closed}
    theirs = [each for each in declared.still_open if (each.section, each.meter) not in known]
    still_open = sorted((*ours, *theirs), key=lambda each: (each.section, each.meter))
    return UsageMonth((*closed, *still_open), declared.unsorted)


async def closed_lines(tenant_id: str, period: str) -> tuple[UsageLine, ...]:
    """The lines of the month that are closed, by section and meter. Raises Invalid, Unavailable."""
    check_period_name(period)
    async with tenant_transaction(tenant_id) as connection:
        return await _closed(connection, tenant_id, period)


async def close_period(tenant_id: str, period: str, at: datetime) -> tuple[UsageLine, ...]:
    """Closes the month, once it is over: its lines never change again, and what is counted for it
    later becomes a section that corrects them, which a later call closes. The same lines again
    where nothing was counted since. Those of declared meters, which hold up no others, are made of
    what is closed when `lines_of` is asked first. Raises Invalid, VersionConflict for a month that
    is not over, Unavailable."""
    if at < end_of(period):
        raise VersionConflict(f"{period} is not over: it can be closed from {end_of(period)} on")
    await _count(tenant_id, at)
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
        return await _closed(connection, tenant_id, period)


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
        found = await slabs_of(connection, tenant_id, period, section, meter)
        if not found:
            raise NotFound(f"nothing is counted of {meter} in section {section} of {period}")
        if len(found) > MOST_SLABS:
            raise VersionConflict(f"the line has {len(found)} slabs, and a proof {MOST_SLABS}")
        event = None
        if event_id is not None:
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


async def _closed(
    connection: "AsyncConnection[Any]", tenant_id: str, period: str
) -> tuple[UsageLine, ...]:
    rows = await connection.execute(
        "SELECT section, meter, quantity, events, slabs, encode(root, 'hex'), closed_at"
        " FROM usage_lines JOIN usage_closings USING (tenant_id, period, section)"
        " WHERE tenant_id = %s AND period = %s ORDER BY section, meter",
        (tenant_id, period),
    )
    return tuple(
        UsageLine(
            period=period,
            section=section,
            meter=meter,
            quantity=int(quantity),
            events=events,
            slabs=slabs,
            root=root,
            closed_at=closed_at,
            corrects=None if section == 1 else 1,
        )
        for section, meter, quantity, events, slabs, root, closed_at in await rows.fetchall()
    )


async def _made(
    connection: "AsyncConnection[Any]", tenant_id: str, period: str, section: int
) -> tuple[UsageLine, ...]:
    """The lines of a section as they are now, of what Assent counts."""
    rows = await connection.execute(_COUNTED, (tenant_id, period, section))
    return tuple(
        [
            await line_of(connection, tenant_id, period, section, meter)
            for (meter,) in await rows.fetchall()
        ]
    )


async def _has_events(
    connection: "AsyncConnection[Any]", tenant_id: str, period: str, section: int
) -> bool:
    rows = await connection.execute(
        "SELECT 1 FROM usage_events WHERE tenant_id = %s AND period = %s AND section = %s LIMIT 1",
        (tenant_id, period, section),
    )
    return await rows.fetchone() is not None


async def _count(tenant_id: str, at: datetime) -> None:
    if not await count_log(tenant_id, at):
        raise Unavailable("the usage of this tenant is still being counted; try again")


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
                path = path_of([one.line.encode() for one in events], index)
                hashes = tuple(step.hex() for step in path)
                return ProvedEvent(slab, index, len(events), each.line, hashes)
    raise NotFound(f"this line does not count {event_id}")
