"""Events from outside that have a row each become batches, and the release that wrote rows still
counts and reads while its instances end."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import psycopg
import pytest

from shared.storage.migrate import migrate
from shared.storage.postgres import tenant_transaction
from shared.usage.lines import lines_of
from shared.usage.outside import OutsideEvent
from shared.usage.pages import keep_pages
from shared.usage.proving import prove
from shared.usage.rows import LINE_BITS, add_events, keys_of
from tests.backing import Service
from tests.shared.usage.logs import AT
from tests.shared.usage.own_databases import migrate_back, own_database
from tests.shared.usage.told_lines import root_of_line

pytestmark = pytest.mark.platform
BEFORE = "0007"
PERIOD, AT_MS = "2026-11", int(AT.timestamp() * 1000)

# What the release before asks.
_LINE = """
INSERT INTO usage_told_lines AS line (tenant_id, period, section, meter, told)
VALUES (%s, '2026-11', 1, 'pages', %s)
ON CONFLICT (tenant_id, period, section, meter) DO UPDATE SET told = line.told + excluded.told
RETURNING line, told
"""
_TELL = """
INSERT INTO usage_told (key, place, at, quantity, tenant_id, id, subject, properties)
SELECT key, place, at, quantity, %(tenant)s, id, subject, nullif(properties, '')::jsonb
FROM (SELECT unnest(%(keys)s::uuid[]), unnest(%(places)s::bigint[]), unnest(%(times)s::bigint[]),
        unnest(%(quantities)s::bigint[]), unnest(%(ids)s::text[]), unnest(%(subjects)s::text[]),
        unnest(%(properties)s::text[]))
    AS new (key, place, at, quantity, id, subject, properties)
"""
_KNOWN = "SELECT uuid_send(key) FROM usage_told WHERE key = ANY(%s::uuid[])"
_READ = (
    "SELECT id, quantity, at, subject FROM usage_told"
    " WHERE tenant_id = %s AND place > %s AND place < %s ORDER BY place LIMIT %s"
)
_PLACE = "SELECT place FROM usage_told WHERE key = %s::uuid AND tenant_id = %s AND place >> %s = %s"


def told(count: int, name: str = "e") -> list[OutsideEvent]:
    """Events of which every third has no subject, and some have properties."""
    return [
        OutsideEvent(
            f"{name}{each}",
            "pages",
            each % 7,
            AT_MS + each,
            f"shop-{each % 2}" if each % 3 else "",
            {"size": "a4"} if each % 400 == 1 else None,
        )
        for each in range(count)
    ]


EVENTS = told(1_203)


@pytest.fixture
async def looking(
    postgres: Service, migrated_database: str
) -> AsyncIterator["psycopg.AsyncConnection[Any]"]:
    """Whoever sees all of a database with events as the release before told them, and the first
    page of a line that it kept."""
    async with own_database(postgres) as connection:
        await asyncio.to_thread(migrate, BEFORE)
        for tenant, some in (("theirs", EVENTS[:3]), ("ours", EVENTS)):
            await tell_before(tenant, some)
        yield connection


async def tell_before(tenant: str, events: Sequence[OutsideEvent], whose: str = "") -> int:
    """Tells them as the release before did; the number of their line."""
    async with tenant_transaction(tenant) as connection:
        whose = whose or tenant
        row = await (await connection.execute(_LINE, (tenant, len(events)))).fetchone()
        assert row is not None
        line, last = row
        first = (line << LINE_BITS) + last - len(events) + 1
        ids, _, quantities, times, subjects, _ = zip(*events, strict=True)
        # In the order of their keys.
        order = sorted(range(len(events)), key=lambda each: keys_of(whose, [events[each].id])[0])
        values = {
            "tenant": whose,
            "keys": [keys_of(whose, [ids[each]])[0].hex() for each in order],
            "places": [first + each for each in order],
            "times": [times[each] for each in order],
            "quantities": [quantities[each] for each in order],
            "ids": [ids[each] for each in order],
            "subjects": [subjects[each] for each in order],
            "properties": ['{"size": "a4"}' if events[each].properties else "" for each in order],
        }
        await connection.execute(_TELL, values)
        return int(line)


async def rows_of(looking: "psycopg.AsyncConnection[Any]") -> list[Any]:
    rows = await looking.execute(
        "SELECT place, at, quantity, tenant_id, id, subject, properties FROM usage_told"
        " WHERE id IS NOT NULL ORDER BY place"
    )
    return await rows.fetchall()


@pytest.mark.usefixtures("looking")
async def test_events_keep_ids_numbers_and_roots() -> None:
    await asyncio.to_thread(migrate)
    for tenant, events in (("ours", EVENTS), ("theirs", EVENTS[:3])):
        [line] = (await lines_of(tenant, PERIOD, AT)).lines
        assert line.root == root_of_line(tenant, PERIOD, events)
        for place in (0, len(events) - 1):
            proof = await prove(tenant, PERIOD, "pages", 1, events[place].id)
            assert proof.event is not None
            assert proof.event.line == events[place].line
        new = told(700, "new-")
        assert await add_events(tenant, [*events, *new]) == 700
        [line] = (await lines_of(tenant, PERIOD, AT)).lines
        assert line.root == root_of_line(tenant, PERIOD, [*events, *new])


@pytest.mark.usefixtures("looking")
async def test_the_release_before_counts_and_reads_with_the_newer_schema() -> None:
    await asyncio.to_thread(migrate)
    late, ours = told(7, "late-"), told(40, "ours-")
    line = await tell_before("ours", late)
    assert await add_events("ours", [*late, *ours]) == 40
    events = [*EVENTS, *late, *ours]
    keys = keys_of("ours", [each.id for each in (EVENTS[3], late[2], ours[5])])
    first, end = line << LINE_BITS, (line + 1) << LINE_BITS
    async with tenant_transaction("ours") as connection:
        asked = [each.hex() for each in (*keys, bytes(16))]
        rows = await connection.execute(_KNOWN, (asked,))
        assert {key for (key,) in await rows.fetchall()} == {*keys}
        for key, number in zip(keys, (4, 1_203 + 3, 1_210 + 6), strict=True):
            rows = await connection.execute(_PLACE, (key.hex(), "ours", LINE_BITS, line))
            assert await rows.fetchall() == [(first + number,)]
        for pages, most in ((0, None), (1, 500), (2, 60)):
            rows = await connection.execute(_READ, ("ours", first + pages * 500, end, most))
            found = [OutsideEvent(id, "pages", *more).line for id, *more in await rows.fetchall()]
            wanted = events[pages * 500 :][:most]
            assert found == [each.line for each in wanted]
        rows = await connection.execute("SELECT DISTINCT tenant_id FROM usage_told")
        assert await rows.fetchall() == [("ours",)]
        # Whoever asks by key opens no batch.
        plan = await connection.execute(f"EXPLAIN {_KNOWN}", (asked,))
        shown = "\n".join(each for (each,) in await plan.fetchall())
        assert "usage_told_keys_pkey" in shown
        assert "usage_told_batches" not in shown
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        await tell_before("theirs", told(1, "forged-"), "ours")
    async with tenant_transaction("ours") as connection:
        assert await keep_pages(connection, "ours", PERIOD, 1, "pages")
    [found_line] = (await lines_of("ours", PERIOD, AT)).lines
    assert found_line.root == root_of_line("ours", PERIOD, events)


async def test_rows_come_back_where_the_schema_goes_back(
    looking: "psycopg.AsyncConnection[Any]",
) -> None:
    before = await rows_of(looking)
    assert len(before) == 1_206
    for _ in range(2):
        await asyncio.to_thread(migrate)
        assert await rows_of(looking) == before
        await asyncio.to_thread(migrate_back, BEFORE)
        assert await rows_of(looking) == before
    await tell_before("ours", told(1, "after-"))
    keys = await looking.execute(
        "SELECT count(*) FROM usage_told WHERE key = usage_key(tenant_id, id)"
    )
    assert await keys.fetchone() == (1_207,)
