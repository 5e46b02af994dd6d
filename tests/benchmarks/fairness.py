"""What one tenant's worst costs another: how much slower the other's calls are, and how long after
its time a timer of the other fires. Both tenants use the same processes; in a cloud there would be
more of them. A caller sends no more than the limit of `shared/runtime/limits.py`, which the local
platform does not enforce."""

import asyncio
import itertools
import json
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from shared.runtime.limits import CALLS_PER_SECOND
from tests.benchmarks.connections import Connections, Reply, expected
from tests.benchmarks.figures import Figure, at_most, median, percentile
from tests.benchmarks.largest import Largest
from tests.benchmarks.load import all_of
from tests.benchmarks.people import Tenant, assent_to
from tests.benchmarks.started import Started, started_platform

ROUNDS = 3
MIXES = 40
WARM_UP_MIXES = 10
GROWTH = 1.2
# As many as one instance serves at once.
IN_FLIGHT = 20
OVERDUE = 1_000
DEADLINE_SECONDS = 600
GRACE_SECONDS = 60
TIMER_SECONDS = 5.0
_GLANCE_SECONDS = 0.05
_GIVE_UP_SECONDS = 300.0


def measure() -> dict[str, Figure]:
    """The median of three rounds of each."""
    with started_platform() as platform:
        slower = asyncio.run(_slower(platform))
        late = [asyncio.run(_late(platform)) for _ in range(ROUNDS)]
    return {
        **slower,
        "fairness_timer": Figure(median(late), "s", aim=at_most(TIMER_SECONDS)),
    }


async def _slower(platform: Started) -> dict[str, Figure]:
    one, other = Tenant(platform.client), Tenant(platform.client)
    largest = json.dumps(Largest(platform.client).request(), ensure_ascii=False).encode()
    alone, beside, rates = [], [], []
    async with Connections(platform.client.url) as http, Connections(platform.client.url) as worst:
        await _mixes(http, other, WARM_UP_MIXES)
        for _ in range(ROUNDS):
            alone.append(percentile(await _mixes(http, other, MIXES), 95) * 1000)
            async with _sending(worst, one, largest) as sent:
                began = time.perf_counter()
                beside.append(percentile(await _mixes(http, other, MIXES), 95) * 1000)
                rates.append(len(sent) / (time.perf_counter() - began))
            await asyncio.to_thread(platform.client.wait_until_idle, _GIVE_UP_SECONDS)
    grown = sorted(zip(beside, alone, strict=True), key=lambda pair: pair[0] / pair[1])
    value, floor = grown[len(grown) // 2]
    return {
        "fairness_p95": Figure(value, "ms", floor=floor, aim=at_most(GROWTH)),
        "fairness_worst_rate": Figure(median(rates), f"calls/s of {CALLS_PER_SECOND:.0f}"),
    }


async def _mixes(http: Connections, tenant: Tenant, many: int) -> list[float]:
    """Seconds of each call: submit a request, list what waits, approve it."""
    seconds = []

    async def timed(method: str, path: str, who: dict[str, str], body: bytes = b"") -> Reply:
        began = time.perf_counter()
        reply = await http.send(method, path, headers=who, body=body)
        seconds.append(time.perf_counter() - began)
        return reply

    for _ in range(many):
        submitted = await timed("POST", "/v1/approvals", tenant.author, _request())
        card = expected(submitted, 201).json()
        waiting = await timed("GET", "/v1/approvals?status=pending", tenant.governor)
        expected(waiting, 200)
        path = f"/v1/approvals/{card['id']}/decisions"
        approved = await timed("POST", path, tenant.governor, assent_to(card["decision_hash"]))
        expected(approved, 200)
    return seconds


@asynccontextmanager
async def _sending(http: Connections, tenant: Tenant, largest: bytes) -> AsyncIterator[list[float]]:
    """Meanwhile one caller of the tenant sends what it may, the largest request and the fullest
    list in turns: at most so many a second, and so many at once. Yields when each was sent."""
    sent: list[float] = []
    calls = itertools.cycle((("POST", "/v1/approvals", largest), ("GET", _FULLEST, b"")))
    places = asyncio.Semaphore(IN_FLIGHT)

    async def send(method: str, path: str, body: bytes) -> None:
        try:
            await http.send(method, path, headers=tenant.author, body=body)
        finally:
            places.release()

    async def forever() -> None:
        async with asyncio.TaskGroup() as group:
            for call in calls:
                await places.acquire()
                sent.append(time.perf_counter())
                group.create_task(send(*call))
                await asyncio.sleep(1 / CALLS_PER_SECOND)

    sender = asyncio.create_task(forever())
    try:
        yield sent
        assert not sender.done(), "the sender ended"
    finally:
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)


_FULLEST = "/v1/approvals?limit=100"


async def _late(platform: Started) -> float:
    """Seconds until a tenant's only deadline has passed, where another's thousand pass too."""
    one, other = Tenant(platform.client), Tenant(platform.client)
    client = platform.client
    async with Connections(client.url) as http:

        async def ask(tenant: Tenant) -> dict[str, Any]:
            reply = await http.send(
                "POST", "/v1/approvals", headers=tenant.author, body=_request(DEADLINE_SECONDS)
            )
            return dict(expected(reply, 201).json())

        began = time.monotonic()
        await all_of(itertools.repeat(partial(ask, one), OVERDUE), in_flight=IN_FLIGHT)
        subject = f"approval/{(await ask(other))['id']}"
        took = time.monotonic() - began
        await asyncio.to_thread(client.wait_until_idle, _GIVE_UP_SECONDS)
        waited = time.monotonic() - began
        # To the moment before the first deadline's timer, then past the last.
        first = DEADLINE_SECONDS + GRACE_SECONDS - waited - 30
        await asyncio.to_thread(client.advance, max(0.0, first))
        passing = asyncio.create_task(asyncio.to_thread(client.advance, took + 60))
        began = time.perf_counter()
        while not await asyncio.to_thread(_has_expired, platform, subject):
            if time.perf_counter() - began > _GIVE_UP_SECONDS:
                raise TimeoutError("its timer did not fire")
            await asyncio.sleep(_GLANCE_SECONDS)
        late = time.perf_counter() - began
        await passing
        return late


def _has_expired(platform: Started, subject: str) -> bool:
    type = "assent.approval.expired.v1"
    return bool(platform.client.events(type=type, subject=subject))


def _request(deadline_seconds: int | None = None) -> bytes:
    """A small request that nothing but a governor decides."""
    body: dict[str, Any] = {
        "kind": "artifact",
        "subject": {"type": "article", "id": "flu"},
        "summary": "Publish the article about the flu",
        "content": {"text": "Wash your hands.", "id": uuid.uuid4().hex},
        "evidence": [],
        "rollback_plan": "Take it down again.",
        "deadline_seconds": deadline_seconds,
    }
    return json.dumps(body).encode()
