"""What a step costs does not depend on the steps before it, nor on the runs before its own."""

from collections import Counter

import pytest

from functions.runs.aggregates import RUNS
from shared.storage.batches import Batch
from tests.functions.runs.worlds import World, add

_SLOW = pytest.mark.nightly


async def _calls(world: World, plan: str) -> Counter[str]:
    """Calls to Firestore by their method, until the run has ended."""
    world.cloud.mend()
    begun = await world.start(plan, settles=False)
    while (await world.shown(begun["run_id"]))["status"] == "running":
        await world.fire(begun["run_id"])
    run = await world.shown(begun["run_id"])
    assert (run["status"], run["done"]) == ("completed", run["steps"])
    return Counter(world.cloud.firestore.calls)


async def _fewest(world: World, plan: str) -> Counter[str]:
    """The fewest calls of three runs: a process reads some documents only now and then."""
    return min([await _calls(world, plan) for _ in range(3)], key=Counter.total)


async def _per_step(world: World, steps: int, further: int) -> tuple[float, float]:
    """Calls of a step of the first so many, and of a step of the further ones after these."""
    short = await world.plan(*(add(f"s{number}") for number in range(steps)))
    long = await world.plan(*(add(f"s{number}") for number in range(steps + further)))
    first = sum((await _calls(world, short)).values())
    both = sum((await _calls(world, long)).values())
    return first / steps, (both - first) / further


@pytest.mark.parametrize(
    ("steps", "further"),
    [(20, 20), pytest.param(100, 900, marks=[_SLOW, pytest.mark.timeout(600)])],
)
async def test_a_late_step_costs_no_more_than_an_early_one(
    world: World, steps: int, further: int
) -> None:
    early, late = await _per_step(world, steps, further)
    assert late <= early


@pytest.mark.parametrize("runs", [200, pytest.param(10_000, marks=_SLOW)])
async def test_a_run_after_many_costs_what_the_first_did(world: World, runs: int) -> None:
    plan = await world.plan(add("one"), add("two"))
    first = await _fewest(world, plan)
    (known,) = [each.data async for each in world.store.find_all(RUNS.collection)][:1]
    for start in range(0, runs, 200):
        batch = Batch()
        for number in range(start, start + 200):
            batch.put(RUNS.collection, f"run_{number:026d}", known)
        await world.store.commit(batch)
    assert await _fewest(world, plan) == first
