"""What one tenant's thousand due runs cost another: how much longer the other's runs take."""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial

from emulators.client import PlatformClient
from shared.kit.instants import format_instant, parse_instant
from tests.benchmarks.connections import Connections, expected
from tests.benchmarks.figures import Figure, at_most, percentile
from tests.benchmarks.load import all_of
from tests.benchmarks.started import Started, started_platform
from tests.benchmarks.worst import Scene
from tests.benchmarks.worst_runs import Running, additions
from tests.journeys.test_run import SCOPES

DUE = 1_000
STEPS = 5
# The other tenant starts a run in so many seconds, first alone and then beside: `tools` allows two
# calls a second for ever.
RUNS = 40
PACE_SECONDS = 3.0
IN_FLIGHT = 10
GROWTH = 1.5
# Limits allow some three starts a second.
STARTED_WITHIN_SECONDS = 3_000
BEFORE_SECONDS = 3.0
GIVE_UP_SECONDS = 600.0


def measure() -> dict[str, Figure]:
    """One round: a thousand runs take minutes to be started."""
    with started_platform(more=["--tier", "team"]) as platform:
        return asyncio.run(_slower(platform))


async def _slower(platform: Started, *, due: int = DUE, runs: int = RUNS) -> dict[str, Figure]:
    client = platform.client
    one, other = (Running(Scene(client)) for _ in range(2))
    due_at = parse_instant(client.now()) + timedelta(seconds=STARTED_WITHIN_SECONDS)
    wait = {"id": "rest", "wait": {"until": format_instant(due_at)}}
    flood, own = one.plan(wait, *additions(STEPS)), other.plan(*additions(STEPS))
    interrupted: list[bool] = []
    async with Connections(client.url) as http:

        async def start(who: dict[str, str], plan: str) -> str:
            body = json.dumps({"plan_hash": plan}).encode()
            while True:
                reply = await http.send("POST", "/v1/runs", headers=who, body=body)
                if reply.status != 429:
                    break
                await asyncio.sleep(1)
            return str(expected(reply, 202).json()["status"])

        async def p95(who: dict[str, str]) -> float:
            seconds = []
            async for _ in _paced(runs):
                began = time.perf_counter()
                interrupted.append(await start(who, own) != "completed")
                seconds.append(time.perf_counter() - began)
            return percentile(seconds, 95) * 1000

        hers, theirs = _headers(client, one), _headers(client, other)
        await all_of(itertools.repeat(partial(start, hers, flood), due), in_flight=IN_FLIGHT)
        await asyncio.to_thread(client.wait_until_idle, GIVE_UP_SECONDS)
        while await start(theirs, own) != "completed":
            # Everything that a run needs has started once one ends at once.
            await asyncio.to_thread(client.wait_until_idle, GIVE_UP_SECONDS)
        alone = await p95(theirs)
        left = (due_at - parse_instant(client.now())).total_seconds()
        assert left > BEFORE_SECONDS, "starting took too long"
        await asyncio.to_thread(client.advance, left - BEFORE_SECONDS)
        await asyncio.sleep(BEFORE_SECONDS)
        beside = await p95(theirs)
        ended = [
            each
            for each in client.events(type="assent.run.completed.v1")
            if each["tenantid"] == one.world.tenant
        ]
    assert len(ended) < due, "the flood was over before its measure"
    return {
        "fairness_runs_p95": Figure(beside, "ms", floor=alone, aim=at_most(GROWTH)),
        "fairness_runs_interrupted": Figure(sum(interrupted), "runs", aim=at_most(0)),
        "fairness_runs_flood": Figure(len(ended), "runs"),
    }


def _headers(client: PlatformClient, running: Running) -> dict[str, str]:
    token = client.token(
        "ada", running.world.tenant, scopes=SCOPES, roles=("operator",), expires_in=86_400
    )
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


async def _paced(many: int) -> AsyncIterator[None]:
    due = time.perf_counter()
    for _ in range(many):
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        due = max(due, time.perf_counter() - PACE_SECONDS) + PACE_SECONDS
        yield
