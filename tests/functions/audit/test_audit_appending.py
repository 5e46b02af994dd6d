"""Entries that wait together are appended together; each is acknowledged once it is committed."""

import asyncio
import random
from collections.abc import AsyncIterator

import psycopg
import pytest

from emulators.directory import PlatformDirectory
from functions.audit.appender import MOST_TOGETHER, Appender, append
from functions.audit.rules.evidence import new_entry
from shared.kit.errors import Unavailable
from shared.storage import postgres as storage
from shared.storage.migrate import migrate
from tests.functions.audit.chains import broken_at, entries_of, event
from tests.functions.audit.restarting import Database

pytestmark = pytest.mark.platform


async def _commits(database: str, tenant: str) -> int:
    """How many transactions appended the tenant's entries."""
    async with await psycopg.AsyncConnection.connect(database) as owner:
        rows = await owner.execute(
            "SELECT count(DISTINCT xmin::text) FROM audit_entries WHERE tenant_id = %s", (tenant,)
        )
        found = await rows.fetchone()
    assert found is not None
    return int(found[0])


async def test_entries_that_wait_together_share_a_commit(tenant: str, database: str) -> None:
    await asyncio.gather(*(append(event(tenant, number)) for number in range(200)))
    assert [each.number for each in await entries_of(tenant)] == list(range(1, 201))
    assert await broken_at(tenant) is None
    assert await _commits(database, tenant) == 200 // MOST_TOGETHER


async def test_an_entry_alone_waits_for_no_other(tenant: str, database: str) -> None:
    await append(event(tenant, 1))
    await append(event(tenant, 2))
    assert await _commits(database, tenant) == 2


async def test_the_same_event_twice_in_a_group_is_appended_once(tenant: str) -> None:
    await append(event(tenant, 2))
    await asyncio.gather(*(append(event(tenant, number)) for number in (1, 2, 1, 3, 1, 2)))
    entries = await entries_of(tenant)
    ids = [event(tenant, number).id for number in (2, 1, 3)]
    assert [each.event_id for each in entries] == ids
    assert await broken_at(tenant) is None


async def test_an_entry_that_is_refused_fails_for_itself_only(tenant: str) -> None:
    whole = [
        new_entry(each.attributes(), each.data) for each in (event(tenant, 1), event(tenant, 2))
    ]
    refused = whole[0]._replace(event_id="evt_refused", body="nul \x00")
    appender = Appender()
    outcomes = await asyncio.gather(
        *(appender.append(tenant, each) for each in (whole[0], refused, whole[1])),
        return_exceptions=True,
    )
    assert [type(each) for each in outcomes] == [type(None), psycopg.DataError, type(None)]
    assert [each.event_id for each in await entries_of(tenant)] == [each.event_id for each in whole]
    assert await broken_at(tenant) is None


async def test_who_gives_up_waiting_takes_nobodys_entry_along(tenant: str) -> None:
    waiting = [asyncio.create_task(append(event(tenant, number))) for number in range(20)]
    await asyncio.sleep(0)
    waiting[0].cancel()
    waiting[7].cancel()
    outcomes = await asyncio.gather(*waiting, return_exceptions=True)
    assert [n for n, each in enumerate(outcomes) if each is not None] == [0, 7]
    await append(event(tenant, 20))
    ids = {each.event_id for each in await entries_of(tenant)}
    assert {event(tenant, n).id for n in range(21) if n not in (0, 7)} <= ids
    assert await broken_at(tenant) is None


@pytest.fixture
async def restarting(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Database]:
    """A database of its own, connected as the functions are."""
    directory = PlatformDirectory(tmp_path_factory.mktemp("restarting"))
    async with Database.open(directory) as database:
        with storage._pools.anew(), pytest.MonkeyPatch.context() as environment:
            environment.setenv("ASSENT_POSTGRES_ADMIN_DSN", database.dsn("postgres"))
            await asyncio.to_thread(migrate)
            environment.setenv("ASSENT_POSTGRES_DSN", database.dsn("assent_app"))
            environment.setenv("ASSENT_POSTGRES_CONNECTIONS", "2")
            yield database
            await storage.disconnect()


async def test_a_restart_in_the_middle_of_a_load_loses_no_acknowledged_entry(
    restarting: Database,
) -> None:
    """The server is killed as by a crash, three times, while sixteen senders append and retry."""
    chosen, tenants = random.Random(7), ("acme", "umbrella")
    left = {tenant: list(range(600)) for tenant in tenants}
    acknowledged: dict[str, set[str]] = {tenant: set() for tenant in tenants}
    failed, come_so_far = 0, asyncio.Condition()

    def how_many() -> int:
        return sum(map(len, acknowledged.values()))

    async def send(tenant: str) -> None:
        nonlocal failed
        while left[tenant]:
            number = left[tenant].pop(0)
            try:
                await append(event(tenant, number))
            except Unavailable:
                failed += 1
                left[tenant].append(number)
                await asyncio.sleep(0.05)
            else:
                acknowledged[tenant].add(event(tenant, number).id)
                async with come_so_far:
                    come_so_far.notify_all()

    async def crash() -> None:
        for _ in range(3):
            enough = how_many() + 150
            async with come_so_far:
                while how_many() < enough:
                    await come_so_far.wait()
            await asyncio.sleep(chosen.random() / 50)
            await restarting.crash_and_start()

    await asyncio.gather(crash(), *(send(tenant) for tenant in tenants for _ in range(8)))
    assert failed
    for tenant in tenants:
        entries = await entries_of(tenant)
        assert [each.number for each in entries] == list(range(1, 601))
        assert {each.event_id for each in entries} == acknowledged[tenant]
        assert await broken_at(tenant) is None
