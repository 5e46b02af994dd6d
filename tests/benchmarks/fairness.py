"""What one tenant's worst costs another: how much slower the other's calls are, and how long after
its time the other's card shows that a timer fired. Both tenants use the same processes; in a cloud
there would be more of them. The local platform limits callers and tenants as a cloud does."""

import asyncio
import itertools
import json
import time
import uuid
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any, TypeVar

from shared.kit.instants import parse_instant
from tests.benchmarks import fairness_runs
from tests.benchmarks.connections import Connections, Reply, expected
from tests.benchmarks.figures import Figure, at_most, median, percentile
from tests.benchmarks.largest import Largest
from tests.benchmarks.load import all_of
from tests.benchmarks.people import Tenant, assent_to
from tests.benchmarks.started import Started, started_platform

ROUNDS = 3
# Forty seconds alone, and more than a minute beside: what a tenant may use at once after a pause is
# a part of its worst. The other tenant calls within the limits, too.
MIXES_ALONE, MIXES_BESIDE = 50, 100
PACE_SECONDS = 0.75
WARM_UP_MIXES = 20
GROWTH = 1.2
# Somebody who does not wait after a 429 sends so many calls a second, at most so many at once.
ATTEMPTS_PER_SECOND = 50.0
IN_FLIGHT = 20
PAGE = 100
OVERDUE = 1_000
LONGEST_DEADLINE_SECONDS, SHORTEST_DEADLINE_SECONDS = 1_200, 600
GRACE = timedelta(seconds=60)
TIMER_SECONDS = 5.0
_BEFORE_SECONDS = 3.0
_GLANCE_SECONDS = 0.1
_GIVE_UP_SECONDS = 300.0

Call = tuple[str, str, bytes]
T = TypeVar("T")


def measure() -> dict[str, Figure]:
    """The median of three rounds of each."""
    with started_platform(more=["--tier", "team"]) as platform:
        slower = asyncio.run(_slower(platform))
    # How fast a tenant may ask for a thousand timers does not matter: it has a day for it.
    with started_platform() as platform:
        late = [asyncio.run(_late(platform)) for _ in range(ROUNDS)]
    return {
        **slower,
        "fairness_timer": Figure(median(late), "s", aim=at_most(TIMER_SECONDS)),
        **fairness_runs.measure(),
    }


async def _slower(platform: Started) -> dict[str, Figure]:
    """The worse of two attacks: the largest requests and fullest lists, as many small requests as
    the limits take."""
    one, other = Tenant(platform.client), Tenant(platform.client)
    made = Largest(platform.client)
    largest = json.dumps(made.request(), ensure_ascii=False).encode()
    longest_card = json.dumps(made.small_request(), ensure_ascii=False).encode()
    attacks: dict[str, tuple[Call, ...]] = {
        "large": (("POST", _APPROVALS, largest), ("GET", _FULLEST, b"")),
        "small": (("POST", _APPROVALS, _request()),),
    }
    grown: dict[str, list[tuple[float, float]]] = {name: [] for name in attacks}
    taken: dict[str, list[float]] = {name: [] for name in attacks}
    async with Connections(platform.client.url) as http, Connections(platform.client.url) as worst:

        async def p95(many: int) -> float:
            return percentile(await mixes(http, other, many), 95) * 1000

        await _fill(worst, one, longest_card)
        await mixes(http, other, WARM_UP_MIXES)
        before = await p95(MIXES_ALONE)
        for _ in range(ROUNDS):
            beside = {}
            for name, calls in attacks.items():
                async with _sending(worst, one, calls) as answered:
                    began = time.perf_counter()
                    beside[name] = await p95(MIXES_BESIDE)
                    taken[name].append(answered.count(True) / (time.perf_counter() - began))
                await asyncio.to_thread(platform.client.wait_until_idle, _GIVE_UP_SECONDS)
            after = await p95(MIXES_ALONE)
            for name in attacks:
                grown[name].append((beside[name], (before + after) / 2))
            before = after
    middle = {name: sorted(pairs, key=_ratio)[ROUNDS // 2] for name, pairs in grown.items()}
    value, floor = max(middle.values(), key=_ratio)
    return {
        "fairness_p95": Figure(value, "ms", floor=floor, aim=at_most(GROWTH)),
        **{
            f"fairness_p95_{name}": Figure(value, "ms", floor=floor)
            for name, (value, floor) in middle.items()
        },
        **{
            f"fairness_{name}_taken": Figure(median(rates), "calls/s")
            for name, rates in taken.items()
        },
    }


def _ratio(pair: tuple[float, float]) -> float:
    return pair[0] / pair[1]


async def _fill(http: Connections, tenant: Tenant, body: bytes) -> None:
    """Gives the tenant as many requests as a page of a list shows, as fast as the limits allow."""
    left = PAGE
    while left:
        reply = await http.send("POST", _APPROVALS, headers=tenant.author, body=body)
        if reply.status == 429:
            await asyncio.sleep(1)
        else:
            expected(reply, 201)
            left -= 1


async def mixes(http: Connections, tenant: Tenant, many: int) -> list[float]:
    """Seconds of each call: submit a request, list what waits, approve it, at an even pace."""
    seconds = []

    async def timed(method: str, path: str, who: dict[str, str], body: bytes = b"") -> Reply:
        began = time.perf_counter()
        reply = await http.send(method, path, headers=who, body=body)
        seconds.append(time.perf_counter() - began)
        return reply

    async for _ in _paced(PACE_SECONDS, range(many)):
        submitted = await timed("POST", _APPROVALS, tenant.author, _request())
        card = expected(submitted, 201).json()
        waiting = await timed("GET", f"{_APPROVALS}?status=pending", tenant.governor)
        expected(waiting, 200)
        path = f"{_APPROVALS}/{card['id']}/decisions"
        approved = await timed("POST", path, tenant.governor, assent_to(card["decision_hash"]))
        expected(approved, 200)
    return seconds


@asynccontextmanager
async def _sending(
    http: Connections, tenant: Tenant, calls: Iterable[Call]
) -> AsyncIterator[list[bool]]:
    """Meanwhile two callers of the tenant send these calls in turns, each until it is taken,
    whatever they are answered. Yields whether each was taken."""
    taken: list[bool] = []
    sequence = itertools.cycle(calls)
    turn = next(sequence)
    places = asyncio.Semaphore(IN_FLIGHT)

    async def send(who: dict[str, str], call: Call) -> None:
        nonlocal turn
        method, path, body = call
        try:
            reply = await http.send(method, path, headers=who, body=body)
            assert reply.status in (200, 201, 429), reply.body[:500]
            taken.append(reply.status != 429)
            if taken[-1] and call is turn:
                turn = next(sequence)
        finally:
            places.release()

    async def forever() -> None:
        callers = itertools.cycle((tenant.author, tenant.governor))
        async with asyncio.TaskGroup() as group:
            async for who in _paced(1 / ATTEMPTS_PER_SECOND, callers):
                await places.acquire()
                group.create_task(send(who, turn))

    sender = asyncio.create_task(forever())
    try:
        yield taken
        assert not sender.done(), "the sender ended"
    finally:
        sender.cancel()
        await asyncio.gather(sender, return_exceptions=True)


async def _paced(seconds: float, items: Iterable[T]) -> AsyncIterator[T]:
    """The items, one in each of so many seconds, or as soon as they are asked for after that."""
    due = time.perf_counter()
    for item in items:
        await asyncio.sleep(max(0.0, due - time.perf_counter()))
        due = max(due, time.perf_counter() - seconds) + seconds
        yield item


_APPROVALS = "/v1/approvals"
_FULLEST = f"{_APPROVALS}?limit={PAGE}"


async def _late(platform: Started) -> float:
    """Seconds after the time of a tenant's only timer until its card shows that it fired, where
    another's thousand are due in the same second."""
    one, other = Tenant(platform.client), Tenant(platform.client)
    client = platform.client
    all_due = parse_instant(client.now()) + timedelta(seconds=LONGEST_DEADLINE_SECONDS)
    async with Connections(client.url) as http:

        async def ask(tenant: Tenant) -> dict[str, Any]:
            left = (all_due - parse_instant(await asyncio.to_thread(client.now))).total_seconds()
            assert left > SHORTEST_DEADLINE_SECONDS, "asking took too long"
            reply = await http.send(
                "POST", _APPROVALS, headers=tenant.author, body=_request(int(left))
            )
            return dict(expected(reply, 201).json())

        await all_of(itertools.repeat(partial(ask, one), OVERDUE), in_flight=IN_FLIGHT)
        card = await ask(other)
        await asyncio.to_thread(client.wait_until_idle, _GIVE_UP_SECONDS)
        due = parse_instant(card["deadline_at"]) + GRACE
        left = (due - parse_instant(client.now())).total_seconds()
        await asyncio.to_thread(client.advance, left - _BEFORE_SECONDS)
        path = f"/v1/mobile/approvals/{card['id']}/timeline"
        give_up = due + timedelta(seconds=_GIVE_UP_SECONDS)
        while True:
            shown = await http.send("GET", path, headers=other.governor)
            now = parse_instant(await asyncio.to_thread(client.now))
            if _EXPIRED in expected(shown, 200).body:
                break
            if now > give_up:
                raise TimeoutError("its timer did not fire")
            await asyncio.sleep(_GLANCE_SECONDS)
    await asyncio.to_thread(client.wait_until_idle, _GIVE_UP_SECONDS)
    return (now - due).total_seconds()


_EXPIRED = b'"event":"expired"'


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
