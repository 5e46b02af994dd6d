"""Reads the slabs of a line, makes the line of them, and keeps closed lines."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from shared.usage.pages import pages_of
from shared.usage.proofs import UsageLine
from shared.usage.slabs import SlabOfLine, Total, line_root

if TYPE_CHECKING:
    from psycopg import AsyncConnection


async def slabs_of(
    connection: "AsyncConnection[Any]", tenant_id: str, period: str, section: int, meter: str
) -> list[SlabOfLine]:
    """The slabs of a line, by number; for a declared meter the pages of its events. Empty where
    nothing is counted."""
    rows = await connection.execute(
        "SELECT slab, quantities[place], counts[place], root FROM usage_slabs,"
        " LATERAL (SELECT array_position(meters, %s) AS place) AS it"
        " WHERE tenant_id = %s AND period = %s AND section = %s AND place IS NOT NULL"
        " ORDER BY slab",
        (meter, tenant_id, period, section),
    )
    slabs = [SlabOfLine(slab, Total(*both), root) for slab, *both, root in await rows.fetchall()]
    return slabs or await pages_of(connection, tenant_id, period, section, meter)


async def line_of(
    connection: "AsyncConnection[Any]", tenant_id: str, period: str, section: int, meter: str
) -> UsageLine:
    """The line of a meter as it is now."""
    slabs = await slabs_of(connection, tenant_id, period, section, meter)
    return UsageLine(
        period,
        section,
        meter,
        sum(each.total.quantity for each in slabs),
        sum(each.total.events for each in slabs),
        len(slabs),
        line_root(tenant_id, period, section, [each.line(meter) for each in slabs]).hex(),
        None,
        None if section == 1 else 1,
    )


async def keep_lines(
    connection: "AsyncConnection[Any]", tenant_id: str, lines: Sequence[UsageLine]
) -> None:
    """Keeps the lines of a closed section; a line that is kept already stays as it is."""
    async with connection.cursor() as cursor:
        await cursor.executemany(
            "INSERT INTO usage_lines VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [
                (
                    *(tenant_id, each.period, each.section, each.meter, each.quantity),
                    *(each.events, each.slabs, bytes.fromhex(each.root)),
                )
                for each in lines
            ],
        )
