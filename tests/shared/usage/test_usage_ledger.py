"""The ledger on a real PostgreSQL: each entry and each id counted once, closed lines for ever."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta

import pytest
from psycopg import errors

from shared.kit.errors import Invalid, NotFound, VersionConflict
from shared.storage.postgres import tenant_transaction
from shared.usage.counting import count_log
from shared.usage.lines import close_periods, closed_lines, lines_of
from shared.usage.outside import OutsideEvent
from shared.usage.proofs import UsageLine, UsageRootProof
from shared.usage.proving import prove
from shared.usage.rows import add_events
from shared.verify.usage import verify_usage
from tests.shared.usage.logs import AT, file, receipt, told, turn, write

pytestmark = [pytest.mark.platform, pytest.mark.usefixtures("database")]
DECEMBER = datetime(2026, 12, 1, 6, tzinfo=UTC)


@pytest.fixture
def tenant() -> str:
    return f"tenant-{uuid.uuid4().hex[:12]}"


def sums(found: tuple[UsageLine, ...]) -> dict[str, int]:
    return {each.meter: each.quantity for each in found}


async def lines_in(tenant: str, period: str, at: datetime) -> tuple[UsageLine, ...]:
    """All lines of the month: each meter has its own."""
    month = await lines_of(tenant, period, at)
    assert month.unsorted == ()
    return month.lines


async def november(tenant: str, at: datetime) -> tuple[UsageLine, ...]:
    """The lines of the month, closed."""
    return (await close_periods(tenant, ["2026-11"], at))["2026-11"]


async def hours(tenant: str) -> dict[str, int]:
    async with tenant_transaction(tenant) as connection:
        rows = await connection.execute("SELECT meter, sum(quantity) FROM usage_hours GROUP BY 1")
        return {meter: int(quantity) for meter, quantity in await rows.fetchall()}


async def sections(tenant: str) -> list[tuple[str, int]]:
    """Those that are closed."""
    async with tenant_transaction(tenant) as connection:
        rows = await connection.execute("SELECT period, section FROM usage_closings ORDER BY 1, 2")
        return list(await rows.fetchall())


async def version(tenant: str) -> int:
    """How often anything was counted or closed."""
    async with tenant_transaction(tenant) as connection:
        rows = await connection.execute("SELECT version FROM usage_heads")
        [(number,)] = await rows.fetchall()
        return int(number)


async def test_what_the_log_has_is_counted_by_its_meters(tenant: str) -> None:
    tokens = {"tokens_cached_read": 7, "tokens_cached_write": 0}
    await write(
        tenant,
        receipt(tenant, "a"),
        receipt(tenant, "b", outcome="refused"),
        receipt(tenant, "c", outcome="doubtful"),
        turn(tenant, "d", 100, 20),
        told(tenant, "e", "assent.run.started.v1", {"replay_of": None}),
        told(tenant, "f", "assent.run.started.v1", {"replay_of": "run_1"}),
        told(tenant, "g", "assent.run.started.v1", {"parent_run_id": "run_1"}),
        told(tenant, "h", "assent.approval.approved.v1", {}),
        told(tenant, "i", "assent.approval.vetoed.v1", {}),
        told(
            tenant,
            "j",
            "assent.model_call.settled.v1",
            {"status": "answered", "tokens": tokens},
        ),
    )
    expected = {"tool_calls": 1, "tokens_in": 100, "tokens_out": 20, "executions": 1}
    expected |= {"approvals": 1, "tokens_cached_read": 7}
    assert sums(await lines_in(tenant, "2026-11", AT)) == expected
    assert await hours(tenant) == expected


async def test_whoever_counts_at_once_counts_each_entry_once(tenant: str) -> None:
    for some in range(6):
        await write(tenant, *(receipt(tenant, f"{some}-{each}") for each in range(40)))
        await asyncio.gather(*(count_log(tenant, AT) for _ in range(3)))
    await count_log(tenant, AT)
    assert sums(await lines_in(tenant, "2026-11", AT)) == {"tool_calls": 240}
    assert await hours(tenant) == {"tool_calls": 240}


async def test_files_are_counted_at_the_end_of_each_hour(tenant: str) -> None:
    later = AT + timedelta(hours=2, minutes=30)
    await write(tenant, file(tenant, "a", 100, AT + timedelta(minutes=10)))
    await write(tenant, file(tenant, "b", 50, AT + timedelta(hours=1, minutes=5)))
    await write(tenant, file(tenant, "b", 50, later, removed=True))
    at = AT + timedelta(hours=4, minutes=1)
    for _ in range(2):
        assert sums(await lines_in(tenant, "2026-11", at)) == {
            "storage_byte_hours": 100 + 150 + 100 + 100
        }


async def test_each_counted_event_is_proved_and_no_other(tenant: str) -> None:
    entries = [receipt(tenant, str(each)) for each in range(5)]
    await write(tenant, file(tenant, "a", 100, AT - timedelta(hours=3)), *entries)
    await lines_in(tenant, "2026-11", AT)
    for number, each in enumerate(entries):
        proof = await prove(tenant, "2026-11", "tool_calls", 1, each.event_id)
        assert proof.event is not None
        assert each.event_id in proof.event.line, number
    hour = int(AT.timestamp()) // 3600 - 2
    proof = await prove(tenant, "2026-11", "storage_byte_hours", 1, f"hour/{hour}")
    assert proof.event is not None
    assert proof.quantity == 300
    for event_id in ("hour/1", "rct_none", entries[0].event_id):
        with pytest.raises(NotFound):
            await prove(tenant, "2026-11", "storage_byte_hours", 1, event_id)


async def test_a_closed_line_stays_and_what_is_late_corrects_it(tenant: str) -> None:
    await write(tenant, receipt(tenant, "a"))
    with pytest.raises(VersionConflict, match="not over"):
        await close_periods(tenant, ["2026-11"], AT)
    (closed,) = await november(tenant, DECEMBER)
    assert (closed.quantity, closed.closed_at, closed.corrects) == (1, DECEMBER, None)
    await write(tenant, receipt(tenant, "late"), receipt(tenant, "next", DECEMBER))
    (december,) = await lines_in(tenant, "2026-12", DECEMBER)
    assert (december.meter, december.quantity, december.corrects) == ("tool_calls", 1, None)
    again = await lines_in(tenant, "2026-11", DECEMBER)
    assert again[0] == closed
    assert (again[1].section, again[1].quantity, again[1].corrects) == (2, 1, 1)
    assert again[1].closed_at is None
    both = await november(tenant, DECEMBER + timedelta(hours=1))
    assert both[0] == closed
    assert both[1].closed_at == DECEMBER + timedelta(hours=1)
    assert await november(tenant, DECEMBER + timedelta(days=1)) == both


async def test_only_months_with_something_to_close_are_closed(tenant: str) -> None:
    october = datetime(2026, 10, 5, tzinfo=UTC)
    await write(tenant, receipt(tenant, "a", october), receipt(tenant, "b"))
    with pytest.raises(VersionConflict, match="2026-12 is not over"):
        await close_periods(tenant, ("2026-10", "2026-12"), DECEMBER)
    assert await sections(tenant) == []
    months = ("2026-09", "2026-10", "2026-11")
    first = await close_periods(tenant, months, DECEMBER)
    assert [len(first[each]) for each in months] == [0, 1, 1]
    assert await sections(tenant) == [("2026-09", 1), ("2026-10", 1), ("2026-11", 1)]

    # Nothing is written, so nobody who counts meanwhile does it in vain.
    before, later = await version(tenant), DECEMBER + timedelta(hours=1)
    assert await close_periods(tenant, months, later) == first
    assert await close_periods(tenant, (), later) == {}
    assert await version(tenant) == before

    await write(tenant, receipt(tenant, "late", october))
    at = int(AT.timestamp() * 1000)
    await add_events(tenant, [OutsideEvent("a", "pages", 3, at)])
    found = await asyncio.gather(*(close_periods(tenant, months, later) for _ in range(3)))
    assert found[0] == found[1] == found[2]
    assert [each.section for each in found[0]["2026-10"]] == [1, 2]
    assert found[0]["2026-11"] == first["2026-11"] == await closed_lines(tenant, "2026-11")
    # The section of the meter that was declared is closed, too: its line is made when it is read.
    assert (await sections(tenant))[1:] == [
        ("2026-10", 1),
        ("2026-10", 2),
        ("2026-11", 1),
        ("2026-11", 2),
    ]


async def test_an_id_from_outside_is_counted_once_for_ever(tenant: str) -> None:
    at = int(AT.timestamp() * 1000)
    one = OutsideEvent("a", "pages", 3, at, "gala", {"size": "a4"})
    assert await add_events(tenant, [one, one, one._replace(id="b")]) == 2
    assert await add_events(tenant, [one._replace(at=at + 86_400_000 * 40, quantity=9)]) == 0
    assert await add_events(f"{tenant}-other", [one]) == 1
    assert sums(await lines_in(tenant, "2026-11", AT)) == {"pages": 6}
    assert await hours(tenant) == {"pages": 6}
    await close_periods(tenant, ["2026-11"], DECEMBER)
    assert await add_events(tenant, [one._replace(id="late")]) == 1
    found = await lines_in(tenant, "2026-11", DECEMBER)
    assert [(each.section, each.quantity) for each in found] == [(1, 6), (2, 3)]


async def test_calls_that_tell_the_same_ids_at_once_count_each_once(tenant: str) -> None:
    at = int(AT.timestamp() * 1000)
    events = [OutsideEvent(f"e{each}", "pages", 1, at) for each in range(400)]
    # Each has a hundred of its own, and shares a hundred with the next one, in another order.
    calls = [events[first : first + 200][::step] for first, step in ((0, 1), (100, -1), (200, 1))]
    added = await asyncio.gather(*(add_events(tenant, each) for each in calls * 2))
    assert sum(added) == 400
    assert await add_events(tenant, events) == 0
    assert await add_events(tenant, [OutsideEvent("new", "pages", 2, at)]) == 1
    assert await add_events(tenant, [OutsideEvent("newer", "pages", 3, at), events[0]]) == 1
    assert await hours(tenant) == sums(await lines_in(tenant, "2026-11", AT)) == {"pages": 405}


async def test_a_month_is_closed_without_a_look_at_the_rows_of_declared_meters(
    tenant: str,
) -> None:
    await write(tenant, receipt(tenant, "a"))
    told_once = OutsideEvent("a", "pages", 3, int(AT.timestamp() * 1000))
    await add_events(tenant, [told_once])
    ours = await november(tenant, DECEMBER)
    assert sums(ours) == {"tool_calls": 1}
    assert await closed_lines(tenant, "2026-11") == ours
    await add_events(tenant, [told_once._replace(id="late", quantity=4)])
    found = await lines_in(tenant, "2026-11", DECEMBER)
    assert [(each.meter, each.section, each.quantity, each.closed_at) for each in found] == [
        ("pages", 1, 3, DECEMBER),
        ("tool_calls", 1, 1, DECEMBER),
        ("pages", 2, 4, None),
    ]
    later = DECEMBER + timedelta(hours=1)
    await close_periods(tenant, ["2026-11"], later)
    again = await lines_in(tenant, "2026-11", later)
    assert (again[:2], again[2].closed_at) == (found[:2], later)


async def test_an_event_of_a_declared_meter_is_opened_in_the_page_that_counts_it(
    tenant: str,
) -> None:
    at = int(AT.timestamp() * 1000)
    told_once = [OutsideEvent(f"scan-{n:04}", "pages", n, at, "gala") for n in range(1_100)]
    await add_events(tenant, told_once)
    await add_events(tenant, [OutsideEvent("scan-0000-ours", "acres", 7, at)])
    for each in (told_once[0], told_once[499], told_once[500], told_once[-1]):
        proof = await prove(tenant, "2026-11", "pages", 1, each.id)
        shown = UsageRootProof.of(proof, None, None).model_dump_json()
        verified = verify_usage(shown.encode())
        assert (verified.quantity, verified.slabs) == (sum(range(1_100)), 3)
        assert verified.event == each.line
    for other in ("scan-0000-ours", "scan-9999"):
        with pytest.raises(NotFound, match="by the id that was sent with it"):
            await prove(tenant, "2026-11", "pages", 1, other)
    with pytest.raises(NotFound, match="nothing is counted of pages in section 2"):
        await prove(tenant, "2026-11", "pages", 2, told_once[0].id)


async def test_another_tenants_usage_is_not_there(tenant: str) -> None:
    await write(tenant, receipt(tenant, "a"))
    await lines_in(tenant, "2026-11", AT)
    with pytest.raises(NotFound):
        await prove(f"{tenant}-other", "2026-11", "tool_calls", 1, None)
    async with tenant_transaction(f"{tenant}-other") as connection:
        outside = ("events", "told", "told_keys", "told_batches", "told_lines", "told_pages")
        for table in ("heads", "slabs", "hours", "closings", "lines", *outside):
            rows = await connection.execute(f"SELECT * FROM usage_{table}")
            assert await rows.fetchall() == []


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE usage_slabs SET quantities = '{0}'",
        "DELETE FROM usage_slabs",
        "UPDATE usage_lines SET quantity = 0",
        "DELETE FROM usage_lines",
        "DELETE FROM usage_closings",
        "UPDATE usage_told_keys SET place = 0",
        "DELETE FROM usage_told_batches",
        "DELETE FROM usage_hours",
        "DELETE FROM usage_heads",
    ],
)
async def test_nothing_that_was_counted_is_altered(tenant: str, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        async with tenant_transaction(tenant) as connection:
            await connection.execute(statement)


@pytest.mark.parametrize("period", ["2026-13", "2026-1", "november", "2026-11-01", ""])
async def test_a_period_is_a_month(tenant: str, period: str) -> None:
    with pytest.raises(Invalid, match="must be a month"):
        await lines_in(tenant, period, AT)
