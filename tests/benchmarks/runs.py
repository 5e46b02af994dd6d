"""Runs: start, a step, waiting for a person, approval, a step, done. What one costs, counted and in
processor time; how many a second; how long somebody waits who approved."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from itertools import repeat
from pathlib import Path
from typing import Any, NamedTuple

import psutil

from tests.benchmarks.connections import Connections
from tests.benchmarks.cycles import TOPICS, Cycles, Runner, runner_of
from tests.benchmarks.figures import Figure, at_least, at_most, median, percentile
from tests.benchmarks.floor import FLOOR, floor_of, floor_programs
from tests.benchmarks.hearing import Subscriber
from tests.benchmarks.load import Run, all_of
from tests.benchmarks.started import Started, started_platform

IN_FLIGHT = 32
CYCLES = 128
WARM_UP_CYCLES = 32
ALONE = 30
COUNTED = 10
_IDLE_SECONDS = 120
# A sweep starts each function that has one: none shall start while something is measured.
_SWEEP_SECONDS = 120
# Whose requests an approval's way to the end is made of.
DECIDING = ("approvals", "runs-reactions")
# What is not the run's: the projection of the governor's inbox.
_INBOX = "mobile-api-reactions"


def measure() -> dict[str, Figure]:
    """All of it on one platform."""
    with started_platform() as platform:
        return asyncio.run(_measured(platform))


async def _measured(platform: Started) -> dict[str, Figure]:
    await asyncio.to_thread(platform.client.advance, _SWEEP_SECONDS)
    runner = await asyncio.to_thread(runner_of, platform)
    async with (
        Connections(platform.client.url) as http,
        Subscriber(platform.emulator("pubsub"), TOPICS) as subscriber,
        floor_of(platform) as floor,
    ):
        cycles = Cycles(
            http, subscriber, runner, lambda: platform.client.wait_until_idle(_IDLE_SECONDS)
        )
        for each in (floor, cycles):
            for in_flight in (4, IN_FLIGHT):
                await _many(each, WARM_UP_CYCLES, in_flight=in_flight)
        counted = await _counted(platform, cycles)
        alone = [await _alone(each) for each in (floor, cycles)]
        handled = handled_of(*(platform.logs / f"{name}.log" for name in DECIDING))
        # Between two floors, so that a machine that slows down slows both.
        before = await _crowd(platform, floor, is_the_floors)
        ours = await _crowd(platform, cycles, is_ours)
        after = await _crowd(platform, floor, is_the_floors)
    return {
        **figures_of(ours, (before, after), alone),
        "run_decided_handled": Figure(
            median(handled[-ALONE:]), "ms of it in functions, publishing included", aim=at_most(60)
        ),
        **counted,
        **_where(ours.spent),
    }


def handled_of(approvals: Path, runs: Path) -> list[float]:
    """Milliseconds in functions of each cycle's decision and of what follows from it, from their
    logs; of cycles one after the other. They include the calls of `tools` and of Pub/Sub, not what
    Pub/Sub takes to deliver."""
    decided = _requests(approvals, re.compile(r"POST /v1/approvals/[^/]+/decisions"))
    acted = [
        each
        for each in _requests(runs, re.compile(r"POST /events/approvals"))
        if each["operations"].get("firestore-commits") == 2
    ]
    both = zip(reversed(decided), reversed(acted), strict=False)
    return [one["milliseconds"] + other["milliseconds"] for one, other in both][::-1]


def _requests(log: Path, name: re.Pattern[str]) -> list[dict[str, Any]]:
    lines = [line for line in log.read_text().splitlines() if line.startswith("{")]
    said = [json.loads(line) for line in lines]
    return [each for each in said if name.fullmatch(str(each.get("message")))]


class Crowd(NamedTuple):
    """What many cycles came to: how many a second, and seconds of each program for all of them."""

    rate: float
    spent: dict[str, float]

    @property
    def milliseconds(self) -> float:
        """Processor time of a cycle."""
        return sum(self.spent.values()) / CYCLES * 1000


class Alone(NamedTuple):
    """What cycles one after the other came to."""

    rate: float
    decided: list[float]


def figures_of(ours: Crowd, floors: Sequence[Crowd], alone: Sequence[Alone]) -> dict[str, Figure]:
    """Beside the floor, whose two rounds are before and after ours; of `alone`, it is the first."""
    rate = sum(each.rate for each in floors) / len(floors)
    processor = sum(each.milliseconds for each in floors) / len(floors)
    bare, own = alone
    in_ms = [[seconds * 1000 for seconds in each.decided] for each in alone]
    return {
        "run_cycles": Figure(ours.rate, "cycles/s, 32 in flight", rate, at_least(0.8)),
        "run_cycles_alone": Figure(own.rate, "cycles/s, one at a time", bare.rate),
        "run_decided_p50": Figure(
            median(in_ms[1]), "ms, approve to done, one at a time", aim=at_most(250)
        ),
        "run_decided_p95": Figure(percentile(in_ms[1], 95), "ms"),
        "run_decided_p50_of_floor": Figure(median(in_ms[0]), "ms, the same of the floor"),
        "run_processor": Figure(ours.milliseconds, "ms/cycle", aim=at_most(40)),
        "run_processor_of_floor": Figure(processor, "ms/cycle, all that the floor does"),
    }


async def _alone(cycles: Cycles) -> Alone:
    run = await _many(cycles, ALONE, in_flight=1)
    return Alone(run.rate, cycles.decided[-ALONE:])


def is_ours(kind: str) -> bool:
    """Whether a program of that kind does anything for a cycle of ours."""
    return kind != FLOOR


def is_the_floors(kind: str) -> bool:
    """Whether a program of that kind does anything for a cycle of the floor."""
    return kind in (FLOOR, "firestore", "pubsub", "postgres", "targets")


async def _crowd(platform: Started, cycles: Cycles, counts: Callable[[str], bool]) -> Crowd:
    """Without what idles meanwhile of the other one's processes."""
    with processor_time(platform) as spent:
        run = await _many(cycles, CYCLES, in_flight=IN_FLIGHT)
    return Crowd(run.rate, {name: n for name, n in spent.items() if counts(_kind(name))})


async def _many(cycles: Cycles, number: int, *, in_flight: int) -> Run:
    """So many cycles; waits until nothing is left to do, beyond the time that is counted."""
    run = await all_of(repeat(cycles.cycle, number), in_flight=in_flight)
    await asyncio.to_thread(cycles.settle)
    return run


async def _counted(platform: Started, cycles: Cycles) -> dict[str, Figure]:
    """Operations of one cycle, on average."""
    await asyncio.to_thread(platform.client.reset_operations)
    await _many(cycles, COUNTED, in_flight=1)
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
    for name, program in _programs(platform).items():
        with suppress(psutil.Error):  # The database's processes end when they like.
            times = program.cpu_times()
            found[name] = times.user + times.system
    return found


def _programs(platform: Started) -> dict[str, psutil.Process]:
    return {**platform.programs(), **_beside(platform), **floor_programs()}


def _beside(platform: Started) -> dict[str, psutil.Process]:
    """The database's processes, whose work lies in one for each connection, and what is called."""
    found = {}
    for each in psutil.Process(platform.pid).children(recursive=True):
        with suppress(psutil.Error):
            if each.name() == "postgres":
                found[f"postgres {each.pid}"] = each
            elif "emulators.targets_server" in each.cmdline():
                found["targets"] = each
    return found


def _kind(program: str) -> str:
    return program.partition(" ")[0]


def _where(spent: Mapping[str, float]) -> dict[str, Figure]:
    by_kind: dict[str, float] = {}
    for name, seconds in spent.items():
        kind = _kind(name)
        by_kind[kind] = by_kind.get(kind, 0.0) + seconds / CYCLES * 1000
    ordered = sorted(by_kind.items(), key=lambda each: -each[1])
    return {
        f"run_processor_{name.replace('-', '_')}": Figure(each, "ms/cycle")
        for name, each in ordered
        if each >= 0.1
    }


__all__ = ["Runner", "measure"]
