"""Repeats, late and malformed events, processes that are killed anywhere, a database that crashes,
and a month that is closed meanwhile: the totals are those of an independent count."""

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from emulators.directory import PlatformDirectory
from shared.kit.errors import Unavailable
from shared.storage import postgres as storage
from shared.storage.migrate import migrate
from shared.storage.postgres import tenant_transaction
from shared.usage.counting import count_log
from shared.usage.lines import close_periods, lines_of
from shared.usage.proofs import UsageLine
from tests.functions.audit.restarting import Database
from tests.shared.usage.logs import AT
from tests.shared.usage.storm_worker import METERS, is_receipt

pytestmark = [pytest.mark.platform, pytest.mark.timeout(600)]
TENANT, WORKERS, CRASHES = "storm", 3, 2
ROOT = Path(__file__).parents[3]
Group = list[dict[str, Any]]
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
        monkeypatch.setenv("ASSENT_POSTGRES_CONNECTIONS", "2")
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
        made.append(
            {
                "id": f"e{number}",
                "meter": METERS[number % len(METERS)],
                "quantity": number % 7,
                "at": at.isoformat(),
            }
        )
        if chance.random() < 0.001:
            made[-1]["quantity"] = -1
    return made + chance.sample(made, events // 50)


class Storm:
    """Groups that are sent by processes, of which some are killed while they count one; such a
    group is sent again by another."""

    def __init__(self, chance: random.Random, groups: list[Group], kills: int, every: int) -> None:
        self.groups = groups
        self._every = every
        self.named: set[str] = set()
        self.killed = 0
        self._chance, self._kills = chance, kills
        self._spacing = len(groups) / (kills + 1)
        self._all = len(groups)

    async def worker(self) -> None:
        """Sends groups until none is left, by one process after another."""
        while self.groups:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.shared.usage.storm_worker"),
                *(TENANT, str(self._chance.random()), str(self._every)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                cwd=ROOT,
                env=dict(os.environ),
            )
            try:
                await self._feed(process)
            finally:
                if process.returncode is None:
                    process.kill()
                    await process.wait()

    async def _feed(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin
        assert process.stdout
        took = None
        while self.groups:
            group = self.groups.pop()
            began = time.monotonic()
            process.stdin.write(json.dumps(group).encode() + b"\n")
            reading = asyncio.ensure_future(process.stdout.readline())
            if took is not None and self._is_to_kill():
                # Anywhere in the time that a group takes.
                await asyncio.wait({reading}, timeout=self._chance.random() * took)
                if not reading.done():
                    os.kill(process.pid, signal.SIGKILL)
                    self.killed += 1
            answer = await reading
            if not answer.endswith(b"\n"):
                self.groups.append(group)
                assert await process.wait() == -signal.SIGKILL
                return
            self.named.update(json.loads(answer))
            took = time.monotonic() - began

    def _is_to_kill(self) -> bool:
        sent = self._all - len(self.groups)
        return self.killed < self._kills and sent > (self.killed + 1) * self._spacing


@pytest.mark.parametrize(
    ("events", "every", "together", "kills"),
    [
        (3_000, 1, 60, 3),
        pytest.param(
            *(1_000_000, 10, 500, 40), marks=[pytest.mark.nightly, pytest.mark.timeout(3_600)]
        ),
    ],
)
async def test_a_storm_is_counted_once(
    restarting: Database, events: int, every: int, together: int, kills: int
) -> None:
    chance = random.Random(events)
    all_sent = sent(chance, events)
    groups = [all_sent[at : at + together] for at in range(0, len(all_sent), together)]
    chance.shuffle(groups)
    crash_at = [len(groups) * each // (CRASHES + 1) for each in range(1, CRASHES + 1)]
    storm = Storm(chance, groups, kills, every)
    closed: tuple[UsageLine, ...] = ()
    working = {asyncio.create_task(storm.worker()) for _ in range(WORKERS)}
    try:
        while working:
            done, working = await asyncio.wait(working, timeout=0.05)
            for each in done:
                each.result()
            if crash_at and len(groups) <= crash_at[-1]:
                crash_at.pop()
                await restarting.crash_and_start()
                closed = closed or await _october_closed()
    finally:
        for each in working:
            each.cancel()
        await asyncio.gather(*working, return_exceptions=True)
    # Workers that decide at once kill some more.
    assert storm.killed >= kills
    assert not crash_at
    while not await _counted():
        pass
    await _compare(all_sent, storm.named, every)
    # What was late for it corrects it, and changes nothing that was closed.
    october = await _lines("2026-10")
    assert {each for each in october if each.section == 1 and each.meter == "tool_calls"} == {
        *closed
    }
    assert {each.section for each in october if each.corrects} == {2}
    assert {each.meter for each in october if each.corrects} > {"tool_calls"}


async def _october_closed() -> tuple[UsageLine, ...]:
    """Closes the month before, once all that the log has at some moment is counted."""
    while True:
        with suppress(Unavailable):
            return (await close_periods(TENANT, ["2026-10"], AT))["2026-10"]


async def _counted() -> bool:
    try:
        return await count_log(TENANT, AT)
    except Unavailable:
        return False


async def _compare(all_sent: Sequence[dict[str, Any]], named: set[str], every: int) -> None:
    ours = {each["id"]: each for each in all_sent}
    wrong = {id for id, each in ours.items() if each["quantity"] < 0}
    assert named == wrong
    expected = Counter[tuple[str, str]]()
    for id, each in ours.items():
        period = each["at"][:7]
        expected["tool_calls", period] += is_receipt(id, every)
        expected[each["meter"], period] += 0 if id in wrong else each["quantity"]
    found = Counter[tuple[str, str]]()
    for period in ("2026-10", "2026-11"):
        await close_periods(TENANT, [period], DECEMBER)
        for line in await _lines(period):
            found[line.meter, period] += line.quantity
    assert found == expected
    async with tenant_transaction(TENANT) as connection:
        rows = await connection.execute("SELECT meter, sum(quantity) FROM usage_hours GROUP BY 1")
        hours = {meter: int(quantity) for meter, quantity in await rows.fetchall()}
    assert hours == {
        meter: sum(number for at, number in expected.items() if at[0] == meter) for meter in hours
    }
    assert set(hours) == {*METERS, "tool_calls"}
    again = await close_periods(TENANT, ["2026-11"], DECEMBER)
    assert await _lines("2026-11") == again["2026-11"]


async def _lines(period: str) -> tuple[UsageLine, ...]:
    """All lines of the month, however long the database sorts some of them."""
    while (month := await lines_of(TENANT, period, DECEMBER)).unsorted:
        pass
    return month.lines
