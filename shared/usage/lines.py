"""What was used of each meter in a month, as lines that are closed once and corrected by others."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from shared.kit.errors import NotFound, Unavailable, VersionConflict
from shared.storage.postgres import tenant_transaction
from shared.usage.counting import count_log, open_sections
from shared.usage.periods import check_period_name, end_of
from shared.usage.proofs import FORMAT, ProvedEvent, UsageLine, UsageProof
from shared.usage.rows import pages_of
from shared.usage.slabs import Total, line_root, opened, path_of, root_of, slab_line

if TYPE_CHECKING:
    from psycopg import AsyncConnection

# A proof names each slab of its line: five million events.
MOST_SLABS = 10_000


class _Found(NamedTuple):
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
    if not await count_log(tenant_id, at):
        raise Unavailable("the usage of this tenant is still being counted; try again")
    async with tenant_transaction(tenant_id) as connection:
        closed = await _closed(connection, tenant_id, period)
        section = (await open_sections(connection, tenant_id))[period]
        still_open = await _made(connection, tenant_id, period, section)
    return (*closed, *still_open)


async def closed_lines(tenant_id: str, period: str) -> tuple[UsageLine, ...]:
    """The lines of the month that are closed, by section and meter. Raises Invalid, Unavailable."""
    check_period_name(period)
    async with tenant_transaction(tenant_id) as connection:
        return await _closed(connection, tenant_id, period)


async def close_period(tenant_id: str, period: str, at: datetime) -> tuple[UsageLine, ...]:
    """Closes the month, once it is over: its lines never change again, and what is counted for it
    later becomes a section that corrects them, which a later call closes. The same lines again
    where nothing was counted since. Raises Invalid, VersionConflict for a month that is not over,
    Unavailable."""
    if at < end_of(period):
        raise VersionConflict(f"{period} is not over: it can be closed from {end_of(period)} on")
    await lines_of(tenant_id, period, at)
    async with tenant_transaction(tenant_id) as connection:
        # Whoever counts changes this row in the same commit.
        await connection.execute(
            "INSERT INTO usage_heads AS known VALUES (%s, 1, 0, 0, 0, NULL)"
            " ON CONFLICT (tenant_id) DO UPDATE SET version = known.version + 1",
            (tenant_id,),
        )
        section = (await open_sections(connection, tenant_id))[period]
        made = await _made(connection, tenant_id, period, section)
        if made or section == 1:
            await connection.execute(
                "INSERT INTO usage_closings VALUES (%s, %s, %s, %s)",
                (tenant_id, period, section, at),
            )
            rows = [
                (
                    *(tenant_id, period, section, each.meter, each.quantity, each.events),
                    *(each.slabs, bytes.fromhex(each.root)),
                )
                for each in made
            ]
            async with connection.cursor() as cursor:
                await cursor.executemany(
                    "INSERT INTO usage_lines VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
                    rows,
                )
        return await _closed(connection, tenant_id, period)


async def prove(
    tenant_id: str, period: str, meter: str, section: int, event_id: str | None
) -> UsageProof:
    """The proof of a line, and that it counts the event or receipt of that id. Raises Invalid,
    NotFound where the line or the event is not there, VersionConflict for a line of more than
    MOST_SLABS slabs, Unavailable."""
    check_period_name(period)
    async with tenant_transaction(tenant_id) as connection:
        found = await _found(connection, tenant_id, period, section, meter)
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
    """The lines of a section as they are now."""
    rows = await connection.execute(
        "SELECT DISTINCT unnest(meters) FROM usage_slabs"
        " WHERE tenant_id = %s AND period = %s AND section = %s"
        " UNION SELECT meter FROM usage_events"
        " WHERE tenant_id = %s AND period = %s AND section = %s ORDER BY 1",
        (tenant_id, period, section) * 2,
    )
    lines = []
    for (meter,) in await rows.fetchall():
        found = await _found(connection, tenant_id, period, section, meter)
        root = line_root(tenant_id, period, section, [each.line(meter) for each in found])
        line = UsageLine(
            period,
            section,
            meter,
            sum(each.total.quantity for each in found),
            sum(each.total.events for each in found),
            len(found),
            root.hex(),
            None,
            None if section == 1 else 1,
        )
        lines.append(line)
    return tuple(lines)


async def _found(
    connection: "AsyncConnection[Any]", tenant_id: str, period: str, section: int, meter: str
) -> list[_Found]:
    rows = await connection.execute(
        "SELECT slab, quantities[place], counts[place], root FROM usage_slabs,"
        " LATERAL (SELECT array_position(meters, %s) AS place) AS it"
        " WHERE tenant_id = %s AND period = %s AND section = %s AND place IS NOT NULL"
        " ORDER BY slab",
        (meter, tenant_id, period, section),
    )
    slabs = [_Found(slab, Total(*both), root) for slab, *both, root in await rows.fetchall()]
    if slabs:
        return slabs
    pages = pages_of(connection, tenant_id, period, section, meter)
    return [
        _Found(number, page.total, root_of([each.encode() for each in page.lines]))
        async for number, page in pages
    ]


async def _event(
    connection: "AsyncConnection[Any]",
    tenant_id: str,
    found: Sequence[_Found],
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
