"""Pages of events from outside, on a real PostgreSQL: in the order of their counting, made once."""

import asyncio
import random
import uuid
from datetime import UTC, datetime

import psycopg
import pytest

from shared.kit.errors import NotFound
from shared.storage.postgres import tenant_transaction
from shared.usage import pages
from shared.usage.lines import close_periods, lines_of
from shared.usage.outside import OutsideEvent
from shared.usage.pages import keep_pages
from shared.usage.proofs import UsageRootProof
from shared.usage.proving import prove
from shared.usage.rows import LINE_BITS, add_events, keys_of
from shared.usage.slabs import MOST_EVENTS, period_of
from shared.verify.usage import verify_usage
from tests.shared.usage.logs import AT
from tests.shared.usage.told_lines import root_of_line

pytestmark = [pytest.mark.platform, pytest.mark.usefixtures("database")]
AT_MS, PERIOD = int(AT.timestamp() * 1000), "2026-11"
DECEMBER = datetime(2026, 12, 1, 6, tzinfo=UTC)


@pytest.fixture
def tenant() -> str:
    return f"tenant-{uuid.uuid4().hex[:12]}"


def told(count: int, name: str = "e", meter: str = "pages") -> list[OutsideEvent]:
    """Events whose ids no collation sorts alike, in an order that none of them has."""
    made = [
        OutsideEvent(f"{'Aa_-'[each % 4]}{name}{each}", meter, each % 7, AT_MS + each, "shop")
        for each in range(count)
    ]
    random.Random(count).shuffle(made)
    return made


def expected_root(tenant: str, events: list[OutsideEvent]) -> str:
    """The root of the line of these events, in their order."""
    return root_of_line(tenant, PERIOD, events)


async def kept(tenant: str) -> list[int]:
    async with tenant_transaction(tenant) as connection:
        rows = await connection.execute("SELECT page FROM usage_told_pages ORDER BY page")
        return [page for (page,) in await rows.fetchall()]


async def keep(tenant: str) -> bool:
    async with tenant_transaction(tenant) as connection:
        return await keep_pages(connection, tenant, PERIOD, 1, "pages")


async def root(tenant: str, at: datetime = AT) -> str:
    [line] = (await lines_of(tenant, PERIOD, at)).lines
    return line.root


async def test_a_line_has_its_events_in_the_order_of_their_counting(tenant: str) -> None:
    events = told(1_203)
    for first in range(0, len(events), 250):
        await add_events(tenant, events[first : first + 250])
        assert await root(tenant) == expected_root(tenant, events[: first + 250])
    assert await kept(tenant) == [1, 2]
    proof = await prove(tenant, PERIOD, "pages", 1, None)
    assert (proof.root, len(proof.slabs)) == (expected_root(tenant, events), 3)
    await close_periods(tenant, [PERIOD], DECEMBER)
    await add_events(tenant, told(600, "late"))
    month = await lines_of(tenant, PERIOD, DECEMBER)
    assert [each.events for each in month.lines] == [1_203, 600]
    assert month.lines[0].root == expected_root(tenant, events)


async def test_each_event_of_a_line_is_proved_and_no_other(tenant: str) -> None:
    events = told(MOST_EVENTS + 3)
    await add_events(tenant, [*events, OutsideEvent("acre", "acres", 1, AT_MS)])
    for place in (0, 7, MOST_EVENTS - 1, MOST_EVENTS, MOST_EVENTS + 2):
        proof = await prove(tenant, PERIOD, "pages", 1, events[place].id)
        assert proof.event is not None
        assert proof.event.line == events[place].line
        shown = UsageRootProof.of(proof, None, None).model_dump_json()
        assert verify_usage(shown.encode()).event == events[place].line
    for id in ("acre", "none", "hour/1"):
        with pytest.raises(NotFound, match="counts no event"):
            await prove(tenant, PERIOD, "pages", 1, id)
    with pytest.raises(NotFound):
        await prove(f"{tenant}-other", PERIOD, "pages", 1, events[0].id)


async def test_pages_are_kept_some_at_a_time_and_never_twice(
    tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pages, "MOST_PAGES", 2)
    events = told(5 * MOST_EVENTS + 1)
    for first in range(0, len(events), 700):
        await add_events(tenant, events[first : first + 700])
    assert [await keep(tenant), await kept(tenant)] == [False, [1, 2]]
    await asyncio.gather(keep(tenant), keep(tenant))
    assert (await kept(tenant))[:4] == [1, 2, 3, 4]
    assert [await keep(tenant), await kept(tenant)] == [True, [1, 2, 3, 4, 5]]
    assert await root(tenant) == expected_root(tenant, events)


async def test_a_call_tells_of_many_lines(tenant: str) -> None:
    october = AT_MS - 86_400_000 * 25
    events = [
        OutsideEvent(
            f"e{each}",
            ("acres", "pages", "sheets")[each % 3],
            each,
            (AT_MS, october)[each % 5 == 0] + each,
            ("", "gala", "ada")[each % 7 % 3],
            {"size": "a4"} if each == 4 else None,
        )
        for each in range(900)
    ]
    assert await add_events(tenant, [*events[:600], *events[:5]]) == 600
    assert await add_events(tenant, [events[0]._replace(meter="sheets"), *events[599:]]) == 300
    for period in (PERIOD, "2026-10"):
        lines = (await lines_of(tenant, period, AT)).lines
        assert [each.meter for each in lines] == ["acres", "pages", "sheets"]
        for line in lines:
            some = [
                each for each in events if each.meter == line.meter and period_of(each.at) == period
            ]
            assert line.root == root_of_line(tenant, period, some)
            assert (line.quantity, line.events) == (sum(each.quantity for each in some), len(some))
    async with tenant_transaction(tenant) as connection:
        rows = await connection.execute(
            "SELECT split_part(ids, E'\\t', number::integer), said"
            " FROM usage_told_batches, jsonb_array_elements(properties)"
            " WITH ORDINALITY AS each (said, number) WHERE said <> 'null'"
        )
        assert await rows.fetchall() == [("e4", {"size": "a4"})]


async def test_numbers_have_no_gap_whoever_counts_at_once(tenant: str) -> None:
    calls = [
        told(60, f"{meter}-{some}-", meter) for some in range(4) for meter in ("pages", "acres")
    ]
    await asyncio.gather(*(add_events(tenant, each) for each in calls))
    async with tenant_transaction(tenant) as connection:
        rows = await connection.execute("SELECT place FROM usage_told_keys ORDER BY place")
        places = [place for (place,) in await rows.fetchall()]
    first = [place >> LINE_BITS for place in places]
    numbers = [place - (line << LINE_BITS) for place, line in zip(places, first, strict=True)]
    assert numbers == [*range(1, 241)] * 2


async def test_each_event_is_in_one_line_whoever_reads_and_closes_meanwhile(tenant: str) -> None:
    async def tell(writer: int) -> None:
        for call in range(6):
            await add_events(tenant, told(40 + 97 * call, f"{writer}-{call}-"))

    async def read_and_close() -> None:
        while True:
            await keep(tenant)
            await close_periods(tenant, [PERIOD], DECEMBER)

    closing = asyncio.create_task(read_and_close())
    await asyncio.gather(*map(tell, range(3)))
    closing.cancel()
    await asyncio.gather(closing, return_exceptions=True)
    await close_periods(tenant, [PERIOD], DECEMBER)
    lines = (await lines_of(tenant, PERIOD, DECEMBER)).lines
    assert len(lines) > 1
    async with tenant_transaction(tenant) as connection:
        rows = await connection.execute("SELECT section, line FROM usage_told_lines")
        numbers = dict(await rows.fetchall())
        rows = await connection.execute("SELECT uuid_send(key), place FROM usage_told_keys")
        places = dict(await rows.fetchall())
        rows = await connection.execute("SELECT sum(events), sum(quantity) FROM usage_hours")
        counted = await rows.fetchone()
    assert counted == (sum(each.events for each in lines), sum(each.quantity for each in lines))
    every = {
        key: event
        for writer in range(3)
        for call in range(6)
        for event in told(40 + 97 * call, f"{writer}-{call}-")
        for key in keys_of(tenant, [event.id])
    }
    assert places.keys() == every.keys()
    for line in lines:
        number = numbers[line.section]
        of_line = sorted((at, key) for key, at in places.items() if at >> LINE_BITS == number)
        first = (number << LINE_BITS) + 1
        assert [at for at, _ in of_line] == [*range(first, first + line.events)]
        events = [every[key] for _, key in of_line]
        assert line.root == root_of_line(tenant, PERIOD, events, section=line.section)


async def test_the_database_knows_an_id_by_the_same_key(tenant: str, database: str) -> None:
    chance = random.Random(tenant)
    letters = [chr(each) for each in range(ord("!"), ord("~") + 1)]
    ids = ["".join(chance.choices(letters, k=chance.randrange(1, 101))) for _ in range(200)]
    events = [OutsideEvent(each, "pages", 1, AT_MS) for each in {*ids}]
    await add_events(tenant, events)
    async with await psycopg.AsyncConnection.connect(database) as owner:
        rows = await owner.execute(
            "SELECT id, uuid_send(key) FROM unnest(%(ids)s::text[]) AS told (id)"
            " JOIN usage_told_keys ON key = usage_key(%(tenant)s, id)",
            {"tenant": tenant, "ids": [each.id for each in events]},
        )
        found: dict[str, bytes] = dict(await rows.fetchall())
    named = [each.id for each in events]
    assert found == dict(zip(named, keys_of(tenant, named), strict=True))


async def test_no_tenant_reaches_anothers_events_by_key_or_place(tenant: str) -> None:
    events = told(3)
    await add_events(tenant, events)
    other = f"{tenant}-other"
    assert await add_events(other, events) == 3
    (key,) = keys_of(tenant, [events[0].id])
    async with tenant_transaction(other) as connection:
        for column, value in (("uuid_send(key)", key), ("tenant_id", tenant)):
            rows = await connection.execute(
                f"SELECT 1 FROM usage_told_keys WHERE {column} = %s", (value,)
            )
            assert await rows.fetchall() == []
        rows = await connection.execute("SELECT count(*) FROM usage_told_keys WHERE place > 0")
        assert await rows.fetchone() == (3,)
        rows = await connection.execute("SELECT DISTINCT tenant_id FROM usage_told_batches")
        assert await rows.fetchall() == [(other,)]
    for table, columns in (
        ("told_keys", "(gen_random_uuid(), 1, %s)"),
        ("told_batches", "(%s, 1, 'x', '1', '1', '', NULL)"),
        ("told_lines (tenant_id, period, section, meter, told)", "(%s, '2026-11', 1, 'x', 1)"),
        ("told_pages", "(%s, 1, 1, 1, '')"),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            async with tenant_transaction(other) as connection:
                await connection.execute(f"INSERT INTO usage_{table} VALUES {columns}", (tenant,))


@pytest.mark.parametrize("table", ["told_keys", "told_batches", "told_pages"])
@pytest.mark.parametrize("deed", ["UPDATE usage_{} SET tenant_id = ''", "DELETE FROM usage_{}"])
async def test_what_was_told_is_not_altered(tenant: str, table: str, deed: str) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        async with tenant_transaction(tenant) as connection:
            await connection.execute(deed.format(table))
