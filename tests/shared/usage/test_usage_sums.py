"""Sums in a database that sorts texts as people do."""

import asyncio

import pytest

from shared.storage.migrate import migrate
from shared.usage.meters import GroupBy
from shared.usage.outside import OutsideEvent
from shared.usage.rows import add_events
from shared.usage.sums import sums_of
from tests.backing import Service
from tests.shared.usage.logs import AT
from tests.shared.usage.own_databases import ICU, own_database

pytestmark = pytest.mark.platform
AT_MS = int(AT.timestamp() * 1000)
HOUR = AT_MS // 3_600_000


async def test_sums_are_in_the_order_of_bytes(postgres: Service, migrated_database: str) -> None:
    async with own_database(postgres, ICU):
        await asyncio.to_thread(migrate)
        events = [
            OutsideEvent(f"{meter}-{subject}", meter, 1, AT_MS, subject)
            for meter in ("api_z", "apia", "api")
            for subject in ("b", "B", "_", "a")
        ]
        await add_events("ours", events)

        async def keys(by: GroupBy) -> list[tuple[str, str | None]]:
            found = await sums_of("ours", None, HOUR, HOUR + 1, by, 100)
            return [(each.meter, each.subject) for each in found]

        assert await keys("total") == [("api", None), ("api_z", None), ("apia", None)]
        assert await keys("subject") == [
            (meter, subject)
            for meter in ("api", "api_z", "apia")
            for subject in ("B", "_", "a", "b")
        ]
