"""Creation cases a second, each submitted, approved and live, 32 in flight; beside ten commits of
three documents a case on the same emulator, also 32 in flight."""

import asyncio
import itertools
import os
import uuid
from collections.abc import Mapping

import psutil

from tests.benchmarks.creating import create_all
from tests.benchmarks.figures import Figure, at_least, worst
from tests.benchmarks.load import Run, all_of
from tests.benchmarks.people import Tenant
from tests.benchmarks.started import Started, started_platform

IN_FLIGHT = 32
ROUNDS = 3
CASES = 256
WARM_UP_CASES = 256
FLOOR_CASES = 128
FLOOR_PROJECT = "assent-floor"
COMMITS = 10
DOCUMENTS = 3
# About what a document of ours holds.
TEXT = "x" * 1_000


def measure() -> dict[str, Figure]:
    """The worst of three rounds, and where its processor time went."""
    with started_platform() as platform:
        return asyncio.run(_rounds(platform))


async def _rounds(platform: Started) -> dict[str, Figure]:
    tenant, numbers = Tenant(platform.client), itertools.count()
    await _floor(platform, WARM_UP_CASES)
    await create_all(
        platform, tenant, itertools.islice(numbers, WARM_UP_CASES), in_flight=IN_FLIGHT
    )
    rounds, spent = [], []
    floors = [(await _floor(platform, FLOOR_CASES)).rate]
    for _ in range(ROUNDS):
        before = _processor_seconds(platform)
        run = await create_all(
            platform, tenant, itertools.islice(numbers, CASES), in_flight=IN_FLIGHT
        )
        spent.append(_per_case(before, _processor_seconds(platform)))
        floors.append((await _floor(platform, FLOOR_CASES)).rate)
        # Between two floors, so that a machine that slows down slows both.
        rounds.append(Figure(run.rate, "cases/s", sum(floors[-2:]) / 2, at_least(0.3)))
    chosen = worst(rounds)
    return {"creation_throughput": chosen, **_where(spent[rounds.index(chosen)])}


async def _floor(platform: Started, cases: int) -> Run:
    """What committing alone takes: no reads, no HTTP, no events, one process. In a project of its
    own, for the emulator walks through all documents of a project for every query in it."""
    # The client reads its address from the environment.
    os.environ["FIRESTORE_EMULATOR_HOST"] = platform.emulator("firestore")
    from google.cloud.firestore import AsyncClient

    client = AsyncClient(project=FLOOR_PROJECT)

    async def case() -> None:
        for _ in range(COMMITS):
            batch = client.batch()
            for _ in range(DOCUMENTS):
                id = uuid.uuid4().hex
                document = {"id": id, "text": TEXT, "number": 1}
                batch.create(client.document("floor", id), document)
            await batch.commit()

    return await all_of(itertools.repeat(case, cases), in_flight=IN_FLIGHT)


def _processor_seconds(platform: Started) -> dict[str, float]:
    programs = {**platform.programs(), "client": psutil.Process()}
    times = {name: program.cpu_times() for name, program in programs.items()}
    return {name: each.user + each.system for name, each in times.items()}


def _per_case(before: Mapping[str, float], after: Mapping[str, float]) -> dict[str, float]:
    return {name: (after[name] - before.get(name, 0.0)) / CASES * 1000 for name in after}


def _where(milliseconds: Mapping[str, float]) -> dict[str, Figure]:
    ordered = sorted(milliseconds.items(), key=lambda each: each[1], reverse=True)
    found = {
        f"creation_processor_{name.replace('-', '_')}": Figure(each, "ms/case")
        for name, each in ordered
        if each >= 0.1
    }
    return {"creation_processor": Figure(sum(milliseconds.values()), "ms/case"), **found}
