"""What a creation takes and how quick the dashboard is, for a tenant with 10 earlier cases and one
with 10,000. Both are tenants of the same platform, measured in turns: Google's emulator walks all
documents of all tenants for any query, which Firestore does not."""

import asyncio
import time
from typing import Any

import httpx

from infra.cost.figures import usd_per_creation
from infra.cost.measured import RECORDED, Action, Measurement
from infra.cost.month import month_of
from shared.kit.pricing import load_prices
from tests.benchmarks.earlier import multiply
from tests.benchmarks.figures import Figure, at_most, median
from tests.benchmarks.operations import creation_in
from tests.benchmarks.started import started_platform
from tests.benchmarks.stories import A_DAY_LATER
from tests.journeys.world import World

FEW, MANY = 10, 10_000
REPETITIONS = 5
READS = 40
WARM_UP_READS = 10
# What a client may still read as equal: the clock and the processor's neighbours are not.
EQUAL = 1.1
BILLABLE = (
    *("firestore-reads", "firestore-writes", "firestore-deletes"),
    *("pubsub-messages", "cloud-tasks", "requests"),
)


def measure() -> dict[str, Figure]:
    """Both tenants' figures; those of the large one have the small one's as their floor."""
    with started_platform() as platform:
        few, many = World(platform.client), World(platform.client)
        for world in (few, many):
            for number in range(FEW):
                world.live(f"writer-{number:05d}")
        last = f"writer-{FEW - 1:05d}"
        asyncio.run(multiply(platform, many.tenant, last, range(FEW, MANY)))
        dashboards = _dashboards(few, many)
        platform.client.advance(A_DAY_LATER)  # The deadlines of the earlier cases pass.
        creations = [creation_in(world, repetitions=REPETITIONS) for world in (few, many)]
    return {**_creation(*creations), **dashboards}


def _dashboards(few: World, many: World) -> dict[str, Figure]:
    seconds: dict[str, list[float]] = {few.tenant: [], many.tenant: []}
    for number in range(-WARM_UP_READS, READS):
        for world, agents in ((few, FEW), (many, MANY)):
            began = time.perf_counter()
            answer = _dashboard(world)
            took = time.perf_counter() - began
            assert answer["active_agents"] == agents, answer
            if number >= 0:
                seconds[world.tenant].append(took * 1000)
    small, large = (median(seconds[world.tenant]) for world in (few, many))
    return {"dashboard_at_10000_agents": Figure(large, "ms", floor=small, aim=at_most(EQUAL))}


def _dashboard(world: World) -> dict[str, Any]:
    """However long it takes: an emulator that cannot answer in time is asked again."""
    while True:
        answer = world.governor.send("GET", "/v1/mobile/dashboard")
        if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE:
            return dict(answer.raise_for_status().json())


def _creation(few: Action, many: Action) -> dict[str, Figure]:
    month, prices = month_of(Measurement.load(RECORDED), "prod"), load_prices()

    def usd(action: Action) -> float:
        return usd_per_creation(action, month, prices)

    def operations(action: Action) -> float:
        return float(sum(action.count(kind) for kind in BILLABLE))

    def commits(action: Action) -> float:
        return float(action.count("firestore-commits"))

    same = at_most(1.0)
    return {
        "creation_commits": Figure(commits(few), "commits", aim=at_most(10)),
        "creation_commits_at_10000": Figure(commits(many), "commits", commits(few), same),
        "creation_operations": Figure(operations(few), "billable operations"),
        "creation_operations_at_10000": Figure(
            operations(many), "billable operations", operations(few), same
        ),
        "creation_usd": Figure(usd(few), "USD", aim=at_most(0.0002)),
        "creation_usd_at_10000": Figure(usd(many), "USD", usd(few), at_most(EQUAL)),
    }
