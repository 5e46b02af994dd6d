"""Runs: start, a step, waiting for a person, approval, a step, done. What one costs, counted and in
processor time; how many a second; how long somebody waits who approved."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import repeat
from typing import Any

import psutil

from tests.benchmarks.connections import Connections
from tests.benchmarks.cycles import TOPICS, Cycles, Runner, runner_of
from tests.benchmarks.figures import Figure, at_most, median, percentile
from tests.benchmarks.hearing import Subscriber
from tests.benchmarks.load import Run, all_of
from tests.benchmarks.started import Started, started_platform

IN_FLIGHT = 32
CYCLES = 128
WARM_UP_CYCLES = 32
ALONE = 30
COUNTED = 10
# What is not the run's: the projection of the governor's inbox.
_INBOX = "mobile-api-reactions"


def measure() -> dict[str, Figure]:
    """All of it on one platform."""
    with started_platform() as platform:
        return asyncio.run(_measured(platform))


async def _measured(platform: Started) -> dict[str, Figure]:
    runner = await asyncio.to_thread(runner_of, platform)
    async with (
        Connections(platform.client.url) as http,
        Subscriber(platform.emulator("pubsub"), TOPICS) as subscriber,
    ):
        cycles = Cycles(http, subscriber, runner)
        for in_flight in (4, IN_FLIGHT):
            await _many(platform, cycles, WARM_UP_CYCLES, in_flight=in_flight)
        counted = await _counted(platform, cycles)
        alone = await _many(platform, cycles, ALONE, in_flight=1)
        decided = cycles.decided[-ALONE:]
        with processor_time(platform) as spent:
            crowd = await _many(platform, cycles, CYCLES, in_flight=IN_FLIGHT)
    return {
        "run_cycles": Figure(crowd.rate, "cycles/s, 32 in flight"),
        "run_cycles_alone": Figure(alone.rate, "cycles/s, one at a time"),
        "run_decided_p50": Figure(
            median(decided) * 1000, "ms, approve to done, one at a time", aim=at_most(250)
        ),
        "run_decided_p95": Figure(percentile(decided, 95) * 1000, "ms"),
        **counted,
        **_where(spent, CYCLES),
    }


async def _many(platform: Started, cycles: Cycles, number: int, *, in_flight: int) -> Run:
    """So many cycles; waits until the platform is idle, beyond the time that is counted."""
    run = await all_of(repeat(cycles.cycle, number), in_flight=in_flight)
    await asyncio.to_thread(platform.client.wait_until_idle, 120)
    return run


async def _counted(platform: Started, cycles: Cycles) -> dict[str, Figure]:
    """Operations of one cycle, on average."""
    await asyncio.to_thread(platform.client.reset_operations)
    await _many(platform, cycles, COUNTED, in_flight=1)
    counted = (await asyncio.to_thread(platform.client.operations))["functions"]
    return counts_of({name: each["operations"] for name, each in counted.items()})


def counts_of(counted: Mapping[str, Mapping[str, float]]) -> dict[str, Figure]:
    """The figures that are counted of COUNTED cycles."""

    def of(kind: str, but: tuple[str, ...] = ()) -> float:
        return sum(n.get(kind, 0) for name, n in counted.items() if name not in but) / COUNTED

    beside = (_INBOX, "audit-reactions")
    for name, each in sorted(counted.items()):
        print(" ", name, {kind: round(n / COUNTED, 1) for kind, n in each.items()}, flush=True)
    return {
        "run_commits": Figure(of("firestore-commits", (_INBOX,)), "commits", aim=at_most(8)),
        "run_requests": Figure(of("requests", (_INBOX,)), "requests", aim=at_most(9)),
        "run_requests_of_its_own": Figure(of("requests", beside), "without audit's deliveries"),
        "run_tasks": Figure(of("cloud-tasks"), "tasks", aim=at_most(0)),
        "run_reads": Figure(of("firestore-reads"), "documents read"),
        "run_writes": Figure(of("firestore-writes"), "documents written"),
        "run_messages": Figure(of("pubsub-messages"), "publications"),
        "run_inbox_commits": Figure(
            counted.get(_INBOX, {}).get("firestore-commits", 0) / COUNTED, "of the inbox, beside"
        ),
    }


@contextmanager
def processor_time(platform: Started) -> Iterator[dict[str, float]]:
    """Seconds of each program of the platform, meanwhile."""
    spent: dict[str, float] = {}
    before = _seconds(platform)
    yield spent
    spent.update({name: n - before.get(name, 0.0) for name, n in _seconds(platform).items()})


def _seconds(platform: Started) -> dict[str, float]:
    found: dict[str, float] = {}
    for name, program in {**platform.programs(), **_postgres(platform)}.items():
        times = program.cpu_times()
        found[name] = times.user + times.system
    return found


def _postgres(platform: Started) -> dict[str, Any]:
    """The database's processes, whose work lies in one for each connection."""
    own = psutil.Process(platform.pid).children(recursive=True)
    return {f"postgres {each.pid}": each for each in own if each.name() == "postgres"}


def _where(spent: Mapping[str, float], cycles: int) -> dict[str, Figure]:
    by_kind: dict[str, float] = {}
    for name, seconds in spent.items():
        kind = name.partition(" ")[0]
        by_kind[kind] = by_kind.get(kind, 0.0) + seconds / cycles * 1000
    whole = Figure(sum(by_kind.values()), "ms/cycle", aim=at_most(40))
    ordered = sorted(by_kind.items(), key=lambda each: -each[1])
    parts = {
        f"run_processor_{name.replace('-', '_')}": Figure(each, "ms/cycle")
        for name, each in ordered
        if each >= 0.1
    }
    return {"run_processor": whole, **parts}


__all__ = ["Runner", "measure"]
