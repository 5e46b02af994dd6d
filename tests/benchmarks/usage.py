"""How many events of usage a second of a processor counts, and how long after an act it is
billable."""

import asyncio
import os
import random
import time
import uuid
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

import psutil
import psycopg

from shared.kit.ids import derive_id
from shared.storage import postgres as storage
from shared.usage.counting import MOST_ENTRIES, Head, Placed, append, count_log
from shared.usage.measuring import Files
from shared.usage.outside import OutsideEvent
from shared.usage.rows import add_in
from shared.usage.slabs import MOST_EVENTS, Counted, sealed
from tests.benchmarks.appending import database
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.shared.usage.logs import AT, receipt, write

TENANT = "bench"
SLABS, TOGETHER = 200, MOST_ENTRIES // MOST_EVENTS
GROUPS, AT_ONCE = 60, 1_000
ROUNDS = 3
A_SECOND, SECONDS = 1_000, 8
FEWEST_IN_SLABS, FEWEST_ROWS = 250_000, 100_000
MOST_BYTES, MOST_MS = 40, 2_000
AT_MS = int(AT.timestamp() * 1000)

Connection = psycopg.AsyncConnection[Any]


def measure() -> dict[str, Figure]:
    """Processor time is that of the client and of the backend that it calls together, as the
    functions' role, with every index and row-level security; the best of three rounds. Each slab
    has 500 events of five agents with random ids, and a commit as many slabs as one of a long log;
    a call of rows has 1,000."""
    with database() as server:
        return asyncio.run(_measured(server.dsn))


async def _measured(dsn: str) -> dict[str, Figure]:
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as connection:
        slabs = max([await _slabs(connection, f"{TENANT}-{some}") for some in range(ROUNDS)])
        kept = await connection.execute("SELECT pg_total_relation_size('usage_slabs')")
        (size,) = await kept.fetchone() or (0,)
        rows = max([await _rows(connection, f"{TENANT}-{some}") for some in range(ROUNDS)])
    os.environ["ASSENT_POSTGRES_DSN"] = dsn
    with storage._pools.anew():
        waited = await _act_to_billable()
        await storage.disconnect()
    events = ROUNDS * SLABS * MOST_EVENTS
    return {
        "usage in slabs": Figure(slabs, "a cpu-second", aim=at_least(FEWEST_IN_SLABS)),
        "bytes of an event in slabs": Figure(size / events, "bytes", aim=at_most(MOST_BYTES)),
        "usage in rows": Figure(rows, "a cpu-second", aim=at_least(FEWEST_ROWS)),
        "act to billable, p99": Figure(waited, "ms", aim=at_most(MOST_MS)),
    }


async def _slabs(connection: Connection, tenant: str) -> float:
    chance = random.Random(tenant)
    groups = [
        [
            [_counted(first + each, chance) for each in range(MOST_EVENTS)]
            for first in range(start, start + TOGETHER * MOST_EVENTS, MOST_EVENTS)
        ]
        for start in range(0, SLABS * MOST_EVENTS, TOGETHER * MOST_EVENTS)
    ]
    head = Head(0, 0, 0, 0, None, 0)

    async def one(group: Sequence[Sequence[Counted]]) -> None:
        nonlocal head
        placed = [
            Placed(number, "2026-11", 1, each[0].entry, each[-1].entry, sealed(each))
            for number, each in enumerate(group, head.slabs + 1)
        ]
        last = placed[-1].last
        assert await append(connection, tenant, head, last, Files(), placed)
        head = Head(head.version + 1, last, placed[-1].slab, 0, None, last)

    return SLABS * MOST_EVENTS / await _spent(connection, tenant, groups, one)


def _counted(number: int, chance: random.Random) -> Counted:
    used = (
        f"tokens_in={chance.randrange(5_000)},tokens_out={chance.randrange(900)}"
        if number % 3 == 0
        else "tool_calls=1"
    )
    id = derive_id("rct", AT, str(number))[:14] + f"{chance.getrandbits(80):016x}"[:16].upper()
    return Counted(number + 1, id, AT_MS + number, f"agt_{chance.randrange(5)}", used)


async def _rows(connection: Connection, tenant: str) -> float:
    groups = [
        [
            OutsideEvent(str(uuid.uuid4()), "pages", 3, AT_MS + each, f"shop-{each % 20}")
            for each in range(AT_ONCE)
        ]
        for _ in range(GROUPS)
    ]

    async def one(group: Sequence[OutsideEvent]) -> None:
        assert await add_in(connection, tenant, group) == AT_ONCE

    return GROUPS * AT_ONCE / await _spent(connection, tenant, groups, one)


async def _spent(
    connection: Connection,
    tenant: str,
    groups: Sequence[Sequence[Any]],
    one: Callable[[Sequence[Any]], Awaitable[None]],
) -> float:
    """Seconds of both processors, each group in a commit of its own."""
    backend = psutil.Process(connection.info.backend_pid)
    before = sum(backend.cpu_times()[:2]) + time.process_time()
    for group in groups:
        async with connection.transaction():
            await connection.execute("SELECT set_config('app.tenant_id', %s, true)", (tenant,))
            await one(group)
    return sum(backend.cpu_times()[:2]) + time.process_time() - before


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
