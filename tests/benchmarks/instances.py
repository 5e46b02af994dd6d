"""Three real instances of a function behind one port, and a caller who does not wait after a 429:
what its tenant gets, and what that costs another tenant."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from shared.kit.tier_limits import LIMITS, MINUTE
from tests.benchmarks.connections import Connections
from tests.benchmarks.fairness import mixes
from tests.benchmarks.figures import Figure, at_most, percentile
from tests.benchmarks.leasing import BELOW, FLOOD, OFF_PERCENT, WRONGLY_REFUSED_PERCENT
from tests.benchmarks.people import Tenant
from tests.benchmarks.started import Started, started_platform

TIER = LIMITS["pro"]
OPTIONS = ("--tier", TIER.tier, "--instances", "3")
FLOOD_SECONDS, BELOW_SECONDS = 300, 150
# Three calls in each pause; the other tenant stays within its tier.
MIXES_BEFORE, MIXES_BESIDE = 60, 390
USED_UP_SECONDS = 45.0
WARM_UP_MIXES = 20
GROWTH = 1.2
_LIST = "/v1/approvals?limit=1"


def measure() -> dict[str, Figure]:
    """Equal shares of a flood, and 90, 5 and 5 of a hundred calls just below the limit."""
    with started_platform(more=OPTIONS) as platform:
        even = asyncio.run(_flood(platform))
    with started_platform(more=(*OPTIONS, "--shares", "90", "5", "5")) as platform:
        return even | asyncio.run(_below(platform))


async def _flood(platform: Started) -> dict[str, Figure]:
    one, other = Tenant(platform.client), Tenant(platform.client)
    async with Connections(platform.client.url) as http, Connections(platform.client.url) as worst:

        async def p95(many: int) -> float:
            return percentile(await mixes(http, other, many), 95) * 1000

        await mixes(http, other, WARM_UP_MIXES)
        before = await p95(MIXES_BEFORE)
        async with _calls(worst, one, FLOOD) as answered:
            # The burst is gone then, and every instance runs.
            await asyncio.sleep(USED_UP_SECONDS)
            began, earlier = time.perf_counter(), answered.copy()
            beside, _ = await asyncio.gather(p95(MIXES_BESIDE), asyncio.sleep(FLOOD_SECONDS))
            seconds, late = time.perf_counter() - began, answered - earlier
            taken, sent = late[200], late.total()
        after = await p95(MIXES_BEFORE)
    allowed = TIER.per_minute * seconds / MINUTE
    return {
        "instances_flood_off": Figure(
            100 * abs(taken / allowed - 1), "%", aim=at_most(OFF_PERCENT)
        ),
        "instances_flood_taken": Figure(taken / allowed, "of what is allowed"),
        "instances_flood_sent": Figure(sent / allowed, "of what is allowed"),
        "instances_other_p95": Figure(
            beside, "ms", floor=(before + after) / 2, aim=at_most(GROWTH)
        ),
    }


async def _below(platform: Started) -> dict[str, Figure]:
    tenant = Tenant(platform.client)
    async with Connections(platform.client.url) as http:
        # So that all three instances run.
        await asyncio.gather(*(_asked(http, tenant) for _ in range(60)))
        await asyncio.sleep(MINUTE / 3)
        async with _calls(http, tenant, BELOW) as answered:
            await asyncio.sleep(BELOW_SECONDS)
            refused = 1 - answered[200] / answered.total()
    aim = at_most(WRONGLY_REFUSED_PERCENT[TIER.tier])
    return {"instances_uneven_wrongly_refused": Figure(100 * refused, "%", aim=aim)}


async def _asked(http: Connections, tenant: Tenant) -> int:
    return (await http.send("GET", _LIST, headers=tenant.author)).status


@asynccontextmanager
async def _calls(http: Connections, tenant: Tenant, times: float) -> AsyncIterator[Counter[int]]:
    """Meanwhile calls at so many times the limit, at random moments, whatever they are answered.
    Yields how often which status came so far."""
    chance, answered = random.Random(f"{times}"), Counter[int]()

    async def one() -> None:
        answered[await _asked(http, tenant)] += 1

    async def forever() -> None:
        due = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            while True:
                due += chance.expovariate(TIER.per_minute * times / MINUTE)
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                group.create_task(one())

    sender = asyncio.create_task(forever())
    try:
        yield answered
        assert not sender.done(), "the sender ended"
    finally:
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)
