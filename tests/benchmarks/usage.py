"""How many events of usage a second of a processor counts, and how long after an act it is
billable."""

import asyncio
import os
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from events.receipts import receipt_id_of
from shared.storage import postgres as storage
from shared.storage.postgres import tenant_transaction
from shared.usage.counting import MOST_ENTRIES, Head, append, count_log
from shared.usage.measuring import Files
from shared.usage.outside import OutsideEvent
from shared.usage.rows import add_events
from shared.usage.slabs import MOST_EVENTS, Counted
from tests.benchmarks.appending import database
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.shared.usage.logs import AT, receipt, write

TENANT = "bench"
BATCHES = 10
CALLS, AT_ONCE, NEW_AT_ONCE = 60, 1_000, 990
ROUNDS = 3
A_SECOND, SECONDS = 1_000, 8
FEWEST_IN_SLABS, FEWEST_ROWS = 250_000, 100_000
MOST_BYTES, MOST_ROW_BYTES, MOST_MS = 40, 250, 2_000
AT_MS = int(AT.timestamp() * 1000)


class Spent(NamedTuple):
    """Seconds of a processor: of this process, and of the backend that it called."""

    client: float
    backend: float


def measure() -> dict[str, Figure]:
    """A second is one of the client's processor for slabs, which it makes, and of its backend's for
    rows, which that looks up and writes; what both took together explains the figure. The database
    is called as the functions do, by the same calls, as their role, with every index and row-level
    security; the best of three rounds. Each batch has what one of a long log counts, 10,000 events
    of five agents with the ids of receipts, as slabs of 500; a call of rows has 1,000, of which one
    in a hundred was counted before."""
    with database() as server:
        return asyncio.run(_measured(server.dsn))


async def _measured(dsn: str) -> dict[str, Figure]:
    os.environ["ASSENT_POSTGRES_DSN"] = dsn
    with storage._pools.anew():
        slabs = [await _slabs(f"{TENANT}-{some}") for some in range(ROUNDS)]
        size = await _size(dsn, "usage_slabs")
        rows = [await _rows(f"{TENANT}-{some}") for some in range(ROUNDS)]
        row_bytes = await _size(dsn, "usage_told_keys", "usage_told_batches")
        waited = await _act_to_billable()
        await storage.disconnect()
    counted, told = BATCHES * MOST_ENTRIES, CALLS * AT_ONCE
    return {
        **_figures("usage in slabs", "client", slabs, counted, FEWEST_IN_SLABS),
        "bytes of an event in slabs": Figure(
            size / counted / ROUNDS, "bytes", aim=at_most(MOST_BYTES)
        ),
        **_figures("usage in rows", "backend", rows, told, FEWEST_ROWS),
        "bytes of an event in rows": Figure(
            row_bytes / (ROUNDS * CALLS * NEW_AT_ONCE), "bytes", aim=at_most(MOST_ROW_BYTES)
        ),
        "act to billable, p99": Figure(waited, "ms", aim=at_most(MOST_MS)),
    }


def _figures(
    name: str, whose: str, rounds: list[Spent], events: int, fewest: int
) -> dict[str, Figure]:
    judged = min(getattr(each, whose) for each in rounds)
    best = min(rounds, key=sum)
    return {
        f"{name}, of the {whose}": Figure(events / judged, "a cpu-second", aim=at_least(fewest)),
        f"{name}, of both": Figure(events / sum(best), "a cpu-second"),
        f"{name}, client": Figure(1e6 * best.client / events, "µs of an event"),
        f"{name}, backend": Figure(1e6 * best.backend / events, "µs of an event"),
    }


async def _slabs(tenant: str) -> Spent:
    chance = random.Random(tenant)
    head = Head(0, 0, 0, 0, None, 0)

    def batch(number: int) -> list[Counted]:
        first = number * MOST_ENTRIES
        return [_counted(tenant, first + each, chance) for each in range(MOST_ENTRIES)]

    async def one(events: list[Counted]) -> None:
        nonlocal head
        last = events[-1].entry
        async with tenant_transaction(tenant) as connection:
            assert await append(connection, tenant, head, last, Files(), events)
        head = Head(head.version + 1, last, last // MOST_EVENTS, 0, None, last)

    return await _spent(map(batch, range(BATCHES)), one)


def _counted(tenant: str, number: int, chance: random.Random) -> Counted:
    used = (
        f"tokens_in={chance.randrange(5_000)},tokens_out={chance.randrange(900)}"
        if number % 3 == 0
        else "tool_calls=1"
    )
    id = receipt_id_of(f"{tenant}/{number}", "confirmed")
    return Counted(number + 1, id, AT_MS + number, f"agt_{chance.randrange(5)}", used)


async def _rows(tenant: str) -> Spent:
    known: list[OutsideEvent] = []

    def call(_: int) -> list[OutsideEvent]:
        new = [
            OutsideEvent(str(uuid.uuid4()), "pages", 3, AT_MS + each, f"shop-{each % 20}")
            for each in range(AT_ONCE - len(known))
        ]
        events = [*known, *new]
        known[:] = new[: AT_ONCE - NEW_AT_ONCE]
        return events

    async def one(events: list[OutsideEvent]) -> None:
        assert await add_events(tenant, events) in (NEW_AT_ONCE, AT_ONCE)

    return await _spent(map(call, range(CALLS)), one)


async def _size(dsn: str, *tables: str) -> int:
    """The bytes that tables and their indexes take."""
    asked = "SELECT sum(pg_total_relation_size(each::regclass)) FROM unnest(%s::text[]) AS each"
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        row = await (await connection.execute(asked, (list(tables),))).fetchone()
        assert row is not None
        return int(row[0])


async def _spent(groups: Iterator[Any], one: Callable[[Any], Awaitable[None]]) -> Spent:
    """What each group took, in a commit of its own; what made them is not counted."""
    backend = await _backend()
    client, before = 0.0, _seconds_of(backend)
    for group in groups:
        began = time.process_time()
        await one(group)
        client += time.process_time() - began
    # One connection did all of it.
    assert await _backend() == backend
    return Spent(client, _seconds_of(backend) - before)


async def _backend() -> int:
    async with tenant_transaction(TENANT) as connection:
        return connection.info.backend_pid


def _seconds_of(process: int) -> float:
    """What it had of the processor. The clock of `ps` would have a hundredth of a second."""
    nanoseconds, *_ = Path(f"/proc/{process}/schedstat").read_text().split()
    return int(nanoseconds) / 1e9


async def _act_to_billable() -> float:
    """The 99th percentile of the milliseconds from when an entry of the log is there to when it is
    counted, while 1,000 calls are confirmed a second, and a reader asks every quarter second."""
    tenant, group = "bench-live", 50
    written: list[float] = []
    waited: list[float] = []

    async def act() -> None:
        began = time.monotonic()
        for some in range(A_SECOND * SECONDS // group):
            await asyncio.sleep(max(0, began + some * group / A_SECOND - time.monotonic()))
            calls = [receipt(tenant, f"{some}-{each}") for each in range(group)]
            await write(tenant, *calls)
            written.append(time.monotonic())

    acting = asyncio.create_task(act())
    while not acting.done() or len(waited) < len(written):
        seen = len(written)
        await count_log(tenant, AT + timedelta(minutes=1))
        waited += [time.monotonic() - each for each in written[len(waited) : seen]]
        await asyncio.sleep(0.25)
    await acting
    return 1000 * sorted(waited)[int(len(waited) * 0.99)]
