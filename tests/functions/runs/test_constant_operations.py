"""What a step costs does not depend on the steps before it, nor on the runs before its own: counted
are calls of the store by their method, documents read and written, commits, messages, timers, and
requests to `tools`, each for itself."""

from collections import Counter
from collections.abc import Iterator

import httpx
import pytest

from functions.runs.aggregates import RUNS
from shared.kit import operations
from shared.runtime import boundary
from shared.storage.batches import Batch
from tests.functions.runs.worlds import World, add

_SLOW = pytest.mark.nightly
# Bytes grow with the digits of a step's name; processes ask for what was published, and for whom
# they forget, every few seconds, however much they do meanwhile.
_NOT_OF_A_STEP = ("pubsub-bytes", "RunQuery")


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch, world: World) -> Iterator[Counter[str]]:
    """What all requests and deliveries together take, where each counts for itself."""
    counted: Counter[str] = Counter()

    def start() -> Counter[str]:
        operations._COUNTS.set(counted)
        return counted

    async def request(sent: httpx.Request) -> None:
        counted[f"requests to tools {sent.url.path}"] += 1

    monkeypatch.setattr(boundary, "start_counting", start)
    world.tools.event_hooks["request"].append(request)
    yield counted
    world.tools.event_hooks["request"].remove(request)


async def _taken(world: World, plan: str, counts: Counter[str]) -> Counter[str]:
    """What was taken until the run has ended, without what the test itself reads."""
    world.cloud.mend()
    counts.clear()
    operations._COUNTS.set(counts)
    begun = await world.start(plan, settles=False)
    while (await world.shown(begun["run_id"]))["status"] == "running":
        await world.fire(begun["run_id"])
    run = await world.shown(begun["run_id"])
    assert (run["status"], run["done"]) == ("completed", run["steps"])
    taken = counts + Counter(world.cloud.firestore.calls)
    return Counter({each: many for each, many in taken.items() if each not in _NOT_OF_A_STEP})


async def _fewest(world: World, plan: str, counts: Counter[str]) -> Counter[str]:
    """The least of three runs: a process reads some documents only now and then."""
    return min([await _taken(world, plan, counts) for _ in range(3)], key=Counter.total)


@pytest.mark.parametrize(
    ("steps", "further"),
    [(20, 20), pytest.param(100, 900, marks=[_SLOW, pytest.mark.timeout(1_200)])],
)
async def test_a_late_step_costs_no_more_than_an_early_one(
    world: World, counts: Counter[str], steps: int, further: int
) -> None:
    short = await world.plan(*(add(f"s{number}") for number in range(steps)))
    long = await world.plan(*(add(f"s{number}") for number in range(steps + further)))
    first = await _taken(world, short, counts)
    both = await _taken(world, long, counts)
    print({each: (first[each], both[each]) for each in sorted(both)})
    # As many more as there are more steps, at most; what a start takes, a longer plan takes once.
    dearer = {
        each: (first[each] / steps, (both[each] - first[each]) / further)
        for each in both
        if (both[each] - first[each]) / further > first[each] / steps
    }
    assert not dearer
    assert both["requests to tools /v1/invocations"] == steps + further


@pytest.mark.parametrize(
    "runs", [200, pytest.param(10_000, marks=[_SLOW, pytest.mark.timeout(1_200)])]
)
async def test_a_run_after_many_costs_what_the_first_did(
    world: World, counts: Counter[str], runs: int
) -> None:
    plan = await world.plan(add("one"), add("two"))
    first = await _fewest(world, plan, counts)
    (known,) = [each.data async for each in world.store.find_all(RUNS.collection)][:1]
    for start in range(0, runs, 200):
        batch = Batch()
        for number in range(start, start + 200):
            batch.put(RUNS.collection, f"run_{number:026d}", known)
        await world.store.commit(batch)
    after = await _fewest(world, plan, counts)
    print(dict(first), dict(after))
    assert after == first
