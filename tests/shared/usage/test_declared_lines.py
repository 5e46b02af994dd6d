"""A declared meter whose events are not sorted in time holds up no other one."""

import logging
import uuid
from datetime import UTC, datetime, timedelta

import pytest

from shared.storage.postgres import TookTooLong
from shared.usage.lines import close_periods, lines_of
from shared.usage.outside import OutsideEvent
from shared.usage.proofs import UnsortedLine, UsageMonth
from shared.usage.proving import prove
from shared.usage.rows import add_events
from tests.shared.usage.logs import AT, receipt, write
from tests.shared.usage.slow_meters import sorted_slowly

pytestmark = [pytest.mark.platform, pytest.mark.usefixtures("database")]
DECEMBER = datetime(2026, 12, 1, 6, tzinfo=UTC)
SLOW = "glaciers"


def shown(month: UsageMonth) -> list[tuple[int, str, int, bool]]:
    return [
        (each.section, each.meter, each.quantity, each.closed_at is not None)
        for each in month.lines
    ]


async def add(tenant: str, id: str, *meters: str) -> None:
    at = int(AT.timestamp()) * 1000
    await add_events(tenant, [OutsideEvent(f"{id}-{each}", each, 3, at) for each in meters])


async def test_a_meter_that_is_not_sorted_in_time_is_named_and_the_others_close(
    database: str, caplog: pytest.LogCaptureFixture
) -> None:
    tenant = f"tenant-{uuid.uuid4().hex[:12]}"
    await write(tenant, receipt(tenant, "a"))
    await add(tenant, "first", "acres", SLOW, "pages")
    async with sorted_slowly(database, SLOW):
        month = await lines_of(tenant, "2026-11", AT)
        assert shown(month) == [
            (1, "acres", 3, False),
            (1, "pages", 3, False),
            (1, "tool_calls", 1, False),
        ]
        assert month.unsorted == (UnsortedLine(1, SLOW),)
        await close_periods(tenant, ["2026-11"], DECEMBER)
        await add(tenant, "late", SLOW, "pages")
        caplog.clear()
        with caplog.at_level(logging.ERROR):
            month = await lines_of(tenant, "2026-11", DECEMBER)
        assert shown(month) == [
            (1, "acres", 3, True),
            (1, "pages", 3, True),
            (1, "tool_calls", 1, True),
            (2, "pages", 3, False),
        ]
        assert month.unsorted == (UnsortedLine(1, SLOW), UnsortedLine(2, SLOW))
        told = [each.fields for each in caplog.records if hasattr(each, "fields")]
        assert told == [{"unsorted_meter": SLOW}]
        with pytest.raises(TookTooLong, match=f"the proof of {SLOW} was not made in time"):
            await prove(tenant, "2026-11", SLOW, 1, None)
    # What is quick again is made by the next reading.
    month = await lines_of(tenant, "2026-11", DECEMBER)
    assert month.unsorted == ()
    assert (1, SLOW, 3, True) in shown(month)
    assert (2, SLOW, 3, False) in shown(month)
    assert (await prove(tenant, "2026-11", SLOW, 1, None)).quantity == 3


async def test_each_meter_of_each_section_is_found_once(database: str) -> None:
    tenant = f"tenant-{uuid.uuid4().hex[:12]}"
    meters = [f"meter_{each}" for each in range(20)]
    for number in range(3):
        await add(tenant, f"some-{number}", *meters, "acres")
        await add(f"{tenant}-other", f"some-{number}", "pages")
        await close_periods(tenant, ["2026-11"], DECEMBER + timedelta(hours=number))
    await add(tenant, "last", "acres")
    month = await lines_of(tenant, "2026-11", DECEMBER + timedelta(hours=9))
    closed = sorted((section, each) for section in (1, 2, 3) for each in (*meters, "acres"))
    assert [(each.section, each.meter) for each in month.lines] == [*closed, (4, "acres")]
    assert await lines_of(tenant, "2026-11", DECEMBER + timedelta(hours=9)) == month
