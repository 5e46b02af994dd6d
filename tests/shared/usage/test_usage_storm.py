"""Repeats, late and malformed events, workers that end anywhere, and a database that crashes: the
totals are those of an independent count."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from emulators.directory import PlatformDirectory
from functions.usage.rules.outside import judged
from shared.kit.errors import Unavailable
from shared.storage import postgres as storage
from shared.storage.migrate import migrate
from shared.storage.postgres import tenant_transaction
from shared.usage.counting import count_log
from shared.usage.lines import close_period, lines_of
from shared.usage.rows import add_events
from tests.functions.audit.restarting import Database
from tests.shared.usage.logs import AT, receipt, write

pytestmark = pytest.mark.platform
TENANT, GROUP, WORKERS, CRASHES = "storm", 100, 4, 2
LATE = timedelta(days=25)
DECEMBER = datetime(2026, 12, 1, 6, tzinfo=UTC)


@pytest.fixture
async def restarting(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Database]:
    """A database of its own, connected as the functions are."""
    directory = PlatformDirectory(tmp_path_factory.mktemp("storm"))
    async with Database.open(directory) as database:
        monkeypatch.setenv("ASSENT_POSTGRES_ADMIN_DSN", database.dsn("postgres"))
        monkeypatch.setenv("ASSENT_POSTGRES_DSN", database.dsn("assent_app"))
        monkeypatch.setenv("ASSENT_POSTGRES_CONNECTIONS", str(WORKERS + 2))
        await asyncio.to_thread(migrate)
        with storage._pools.anew():
            yield database
            await storage.disconnect()


def sent(chance: random.Random, events: int) -> list[dict[str, Any]]:
    """Events as programs send them: of a hundred two are sent twice, one is of the month before,
    and of a thousand one is malformed."""
    made = []
    for number in range(events):
        at = AT - LATE if chance.random() < 0.01 else AT - timedelta(seconds=number % 3_000)
        made.append({"id": f"e{number}", "meter": "pages", "quantity": number % 7, "at": at})
        if chance.random() < 0.001:
            made[-1]["quantity"] = -1
    return made + chance.sample(made, events // 50)


async def _worker(
    chance: random.Random, groups: list[list[dict[str, Any]]], named: set[str]
) -> None:
    """Takes groups until there is none, and gives one back that it could not be sure of."""
    while groups:
        group = groups.pop()
        try:
            events, rejected = judged(group, {"pages"}, AT + timedelta(minutes=10))
            named |= {group[place]["id"] for place, _ in rejected}
            await add_events(TENANT, events)
            calls = [receipt(TENANT, each["id"], each["at"]) for each in group]
            for first in range(0, len(calls), 50):
                await write(TENANT, *calls[first : first + 50])
            if chance.random() < 0.3:
                await count_log(TENANT, AT)
        except Unavailable:
            groups.append(group)
            await asyncio.sleep(0.1)
        except asyncio.CancelledError:
            groups.append(group)
            raise


@pytest.mark.parametrize("events", [20_000, pytest.param(1_000_000, marks=pytest.mark.nightly)])
async def test_a_storm_is_counted_once(restarting: Database, events: int) -> None:
    chance = random.Random(events)
    all_sent = sent(chance, events // 2)
    groups = [all_sent[at : at + GROUP] for at in range(0, len(all_sent), GROUP)]
    chance.shuffle(groups)
    crash_at = {len(groups) * each // (CRASHES + 1) for each in range(1, CRASHES + 1)}
    named: set[str] = set()
    working = set[asyncio.Task[None]]()
    while groups or working:
        while groups and len(working) < WORKERS:
            working.add(asyncio.create_task(_worker(chance, groups, named)))
        done, working = await asyncio.wait(working, timeout=0.2 * chance.random())
        for each in done:
            if not each.cancelled():
                each.result()
        if working and chance.random() < 0.2:
            chance.choice(sorted(working, key=id)).cancel()
        if due := {each for each in crash_at if len(groups) <= each}:
            crash_at -= due
            await restarting.crash_and_start()
    while not await _counted():
        pass
    await _compare(all_sent, named)


async def _counted() -> bool:
    try:
        return await count_log(TENANT, AT)
    except Unavailable:
        return False


async def _compare(all_sent: Sequence[dict[str, Any]], named: set[str]) -> None:
    ours = {each["id"]: each for each in all_sent}
    wrong = {id for id, each in ours.items() if each["quantity"] < 0}
    assert named == wrong
    expected = Counter[tuple[str, str]]()
    for id, each in ours.items():
        period = f"{each['at']:%Y-%m}"
        expected["tool_calls", period] += 1
        expected["pages", period] += 0 if id in wrong else each["quantity"]
    found = Counter[tuple[str, str]]()
    for period in ("2026-10", "2026-11"):
        for line in await close_period(TENANT, period, DECEMBER):
            found[line.meter, period] += line.quantity
    assert found == expected
    async with tenant_transaction(TENANT) as connection:
        rows = await connection.execute("SELECT meter, sum(quantity) FROM usage_hours GROUP BY 1")
        hours = {meter: int(quantity) for meter, quantity in await rows.fetchall()}
    assert hours == {
        meter: sum(number for at, number in expected.items() if at[0] == meter) for meter in hours
    }
    assert set(hours) == {"pages", "tool_calls"}
    assert await lines_of(TENANT, "2026-11", DECEMBER) == await close_period(
        TENANT, "2026-11", DECEMBER
    )
