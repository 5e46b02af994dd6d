"""What a step costs does not depend on the steps before it, nor on the runs before its own: counted
are documents read and written, commits, messages, and requests to `tools`, each for itself."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from functools import partial

import httpx
import pytest

from functions.runs.aggregates import RUNS
from functions.runs.reactions import HANDLERS
from shared.kit import operations
from shared.messaging.changes import Timer
from shared.messaging.timers import timer_event
from shared.runtime import boundary
from shared.storage.batches import Batch
from tests.functions.runs.worlds import World, add
from tests.stateful import until_answered

_SLOW = pytest.mark.nightly
_REQUESTS = "requests to tools"
# Bytes grow with the digits of a step's name; what is read or set by time is not of a step.
_OF_A_STEP = (
    *("firestore-reads", "firestore-writes", "firestore-commits"),
    *("pubsub-messages", _REQUESTS),
)
# A call that a busy machine answers late is made again.
_EQUAL = 1.01


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch, world: World) -> Iterator[Counter[str]]:
    """What all requests and deliveries together take, where each counts for itself."""
    counted: Counter[str] = Counter()

    def start() -> Counter[str]:
        operations._COUNTS.set(counted)
        return counted

    async def request(sent: httpx.Request) -> None:
        counted[_REQUESTS] += 1

    monkeypatch.setattr(boundary, "start_counting", start)
    world.tools.event_hooks["request"].append(request)
    yield counted
    world.tools.event_hooks["request"].remove(request)


async def _taken(world: World, plan: str, counts: Counter[str]) -> Counter[str]:
    """What starting and going on takes until the run has ended, and nothing that is looked at."""
    counts.clear()
    run_id = (await world.start(plan, settles=False))["run_id"]
    while True:
        operations._COUNTS.set(None)
        document = await world.store.get(RUNS.collection, run_id)
        assert document is not None
        run = RUNS.state_in(document.data)
        if run.status != "running":
            break
        due = datetime.fromisoformat(document.data["next_timer_at"])
        timer = Timer(document.data["next_timer_type"], f"run/{run_id}", due)
        event = timer_event("runs", world.tenant, timer, due)
        operations._COUNTS.set(counts)
        await HANDLERS[event.type](event)
    assert (run.status, run.done) == ("completed", run.steps)
    return Counter({each: counts[each] for each in _OF_A_STEP})


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
    print({each: (first[each], both[each]) for each in both})
    # As many more as there are more steps, at most; what a start takes, a longer plan takes once.
    early = {each: first[each] / steps for each in both}
    late = {each: (both[each] - first[each]) / further for each in both}
    assert [each for each in both if late[each] > _EQUAL * early[each]] == [], (early, late)


@pytest.mark.repeats
@pytest.mark.parametrize(
    "runs", [200, pytest.param(10_000, marks=[_SLOW, pytest.mark.timeout(1_200)])]
)
async def test_a_run_after_many_costs_what_the_first_did(
    world: World, counts: Counter[str], runs: int
) -> None:
    plan = await world.plan(add("one"), add("two"))
    first = await _fewest(world, plan, counts)
    (known,) = [each.data async for each in world.store.find_all(RUNS.collection)][:1]
    for start in range(0, runs, 50):
        batch = Batch()
        for number in range(start, start + 50):
            batch.put(RUNS.collection, f"run_{number:026d}", known)
        await until_answered(partial(world.store.commit, batch))
    after = await _fewest(world, plan, counts)
    print(dict(first), dict(after))
    assert after == first
