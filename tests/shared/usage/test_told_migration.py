"""Rows of earlier releases, and releases that still run while the schema is newer."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pytest

from shared.storage.migrate import migrate
from shared.storage.postgres import tenant_transaction
from shared.usage.lines import lines_of
from shared.usage.outside import OutsideEvent
from shared.usage.proving import prove
from shared.usage.rows import add_events
from shared.usage.slabs import Total, line_root, root_of, slab_line
from tests.backing import Service
from tests.shared.usage.logs import AT
from tests.shared.usage.own_databases import migrate_back, own_database

pytestmark = pytest.mark.platform
AT_MS = int(AT.timestamp() * 1000)
OCTOBER = AT_MS - 86_400_000 * 25
BEFORE = "0006"

# What the release before asked, of one event.
_TOLD_BEFORE = """
WITH new AS (
    INSERT INTO usage_events
    SELECT %(tenant)s, id, 'pages', 3, %(at)s, 'shop', '{"size": "a4"}'::jsonb, '2026-11', 1
    FROM unnest(%(ids)s::text[]) AS given (id) ORDER BY id COLLATE "C"
    ON CONFLICT DO NOTHING
    RETURNING tenant_id, meter, at / 3600000 AS hour, subject, quantity
) SELECT count(*) FROM new WHERE hour = %(at)s / 3600000 AND quantity = 3
"""
_READ_BEFORE = (
    "SELECT id, meter, quantity, at, subject FROM usage_events WHERE tenant_id = %s"
    " AND period = %s AND section = %s AND meter = %s ORDER BY id"
)


def line(tenant: str, period: str, events: list[OutsideEvent]) -> bytes:
    """The root of a line of few events, in their order."""
    total = Total(sum(each.quantity for each in events), len(events))
    root = root_of([each.line.encode() for each in events])
    return line_root(tenant, period, 1, [slab_line(1, events[0].meter, total, root)])


OF_OCTOBER = [OutsideEvent(id, "pages", 2, OCTOBER, "gala") for id in ("B", "_", "a", "b-1")]
OF_NOVEMBER = [OutsideEvent(id, "pages", 5, AT_MS, "gala", {"size": "a4"}) for id in ("A", "c")]


@pytest.fixture
async def looking(
    postgres: Service, migrated_database: str
) -> AsyncIterator["psycopg.AsyncConnection[Any]"]:
    """Whoever sees all of a database with rows as the release before wrote them, and a month that
    it closed. The database is another's, who migrates it and is no superuser, so that row-level
    security is for them, too."""
    async with own_database(postgres) as connection:
        await asyncio.to_thread(migrate, BEFORE)
        for tenant in ("ours", "theirs"):
            await write_as_before(tenant)
        yield connection


async def write_as_before(tenant: str) -> None:
    root = line(tenant, "2026-10", OF_OCTOBER)
    async with tenant_transaction(tenant) as connection:
        await connection.execute("INSERT INTO usage_heads VALUES (%s, 1, 0, 0, 0, NULL)", (tenant,))
        for period, events in (("2026-10", OF_OCTOBER), ("2026-11", OF_NOVEMBER)):
            for each in reversed(events):
                await connection.execute(
                    "INSERT INTO usage_events VALUES (%s, %s, %s, %s, %s, %s, NULL, %s, 1)",
                    (tenant, *each[:5], period),
                )
        await connection.execute(
            "INSERT INTO usage_closings VALUES (%s, '2026-10', 1, %s)", (tenant, AT)
        )
        await connection.execute(
            "INSERT INTO usage_lines VALUES (%s, '2026-10', 1, 'pages', 8, 4, 1, %s)",
            (tenant, root),
        )


async def test_rows_that_were_there_keep_ids_and_roots(
    looking: "psycopg.AsyncConnection[Any]",
) -> None:
    await asyncio.to_thread(migrate)
    for tenant in ("ours", "theirs"):
        proof = await prove(tenant, "2026-10", "pages", 1, None)
        [closed] = (await lines_of(tenant, "2026-10", AT)).lines
        assert proof.root == closed.root == line(tenant, "2026-10", OF_OCTOBER).hex()
        [still_open] = (await lines_of(tenant, "2026-11", AT)).lines
        assert still_open.root == line(tenant, "2026-11", OF_NOVEMBER).hex()
        new = OutsideEvent("d", "pages", 1, AT_MS)
        assert await add_events(tenant, [*OF_NOVEMBER, *OF_OCTOBER, new]) == 1
        [still_open] = (await lines_of(tenant, "2026-11", AT)).lines
        assert still_open.root == line(tenant, "2026-11", [*OF_NOVEMBER, new]).hex()
    rows = await looking.execute(
        "SELECT count(*) FROM usage_told_keys JOIN usage_events"
        " ON key = usage_key(usage_events.tenant_id, id)"
    )
    assert await rows.fetchone() == (14,)


@pytest.mark.usefixtures("looking")
async def test_the_release_before_counts_and_reads_with_the_newer_schema() -> None:
    await asyncio.to_thread(migrate)

    async def told_before(tenant: str, *ids: str) -> int:
        async with tenant_transaction(tenant) as connection:
            values = {"tenant": tenant, "at": AT_MS, "ids": list(ids)}
            row = await (await connection.execute(_TOLD_BEFORE, values)).fetchone()
            assert row is not None
            return int(row[0])

    assert await told_before("ours", "x", "y", "A", "x") == 2
    assert await told_before("theirs", "x") == 1
    ours = [OutsideEvent(each, "pages", 3, AT_MS, "shop") for each in ("x", "y", "z")]
    assert await add_events("ours", ours) == 1
    assert await told_before("ours", "z") == 0
    [still_open] = (await lines_of("ours", "2026-11", AT)).lines
    assert still_open.root == line("ours", "2026-11", [*OF_NOVEMBER, *ours]).hex()
    async with tenant_transaction("ours") as connection:
        rows = await connection.execute(_READ_BEFORE, ("ours", "2026-11", 1, "pages"))
        found = [OutsideEvent(*row) for row in await rows.fetchall()]
        assert sorted(found, key=lambda each: each.id) == found
        assert {each.line for each in found} == {each.line for each in (*OF_NOVEMBER, *ours)}
        rows = await connection.execute("SELECT DISTINCT tenant_id FROM usage_events")
        assert await rows.fetchall() == [("ours",)]
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await told_before_as("theirs", "ours")


async def told_before_as(who: str, whose: str) -> None:
    """Counts an event of another tenant."""
    async with tenant_transaction(who) as connection:
        await connection.execute(_TOLD_BEFORE, {"tenant": whose, "at": AT_MS, "ids": ["new"]})


async def test_rows_come_back_where_the_schema_goes_back(
    looking: "psycopg.AsyncConnection[Any]",
) -> None:
    async def found() -> list[Any]:
        rows = await looking.execute("SELECT * FROM usage_events ORDER BY tenant_id, period, id")
        return list(await rows.fetchall())

    before = await found()
    assert len(before) == 12
    await asyncio.to_thread(migrate)
    assert await found() == before
    await asyncio.to_thread(migrate_back, BEFORE)
    assert await found() == before
    async with tenant_transaction("ours") as connection:
        rows = await connection.execute("SELECT count(*) FROM usage_events")
        assert await rows.fetchone() == (6,)
