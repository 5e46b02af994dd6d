"""Replays: what only computes is computed again, all else answers what is recorded, and nothing
acts."""

import json
from operator import itemgetter
from typing import Any

import pytest

from events.plan_content import PlanStep
from functions.runs.aggregates import RESULTS, RUNS
from functions.runs.rules.step_result import result_id
from shared.storage.batches import Batch
from tests.deaths import dies
from tests.functions.runs.test_sub_runs import starts
from tests.functions.runs.worlds import World, add, append, call

pytestmark = pytest.mark.usefixtures("buckets")

APPLY = "assent/transform.apply"
WRITE = "assent/artifacts.write"


def computes(id: str, expression: str, data: Any = None, **step: Any) -> PlanStep:
    """A step that computes a value."""
    given = {"expression": expression, "data": data}
    return PlanStep(id=id, does=call(APPLY, given), **step)


async def _replay(world: World, run_id: str, status: int = 202, **body: Any) -> Any:
    answer = await world.post(f"/v1/runs/{run_id}/replay", body)
    assert answer.status_code == status, answer.text
    await world.settle()
    return answer.json()


async def _kept(world: World, run_id: str, number: int, **changed: Any) -> None:
    """Changes what is kept of a step, as if it had given something else then."""
    id = result_id(run_id, number)
    document = await world.store.get(RESULTS.collection, id)
    assert document is not None
    state = json.loads(document.data["state"]) | changed
    batch = Batch()
    batch.put(RESULTS.collection, id, {**document.data, "state": json.dumps(state)})
    await world.store.commit(batch)


async def _whole(world: World) -> tuple[Any, ...]:
    """All that a run leaves behind where it acts."""
    budgets = (await world.get("/v1/budgets")).json()["items"]
    invocations = [each.id async for each in world.store.find_all("invocations")]
    artifacts = [each.id async for each in world.store.find_all("artifacts")]
    return (
        await world.counter(), await world.lines(), await world.receipts(), budgets,
        sorted(invocations), sorted(artifacts), await world.events("notice"),
    )  # fmt: skip


async def test_a_replay_gives_the_same_and_does_nothing(world: World) -> None:
    inner = await world.plan(add("inner"), status="compiled", outputs={})
    steps = [
        computes("sum", "data + 1", 1),
        add("one", "${{ int(steps.sum.output.result) }}"),
        add("each", "${{ item }}", for_each="[5, 6]", assent="step"),
        append("note", assent="step"),
        starts("below", inner),
        PlanStep(id="tell", does=call("assent/people.notify", {"to": ["gala"], "text": "done"})),
        PlanStep(id="text", does=call(WRITE, {"name": "a", "text": "b"})),
        add("skipped", condition="false"),
        add("last"),
    ]
    plan = await world.plan(*steps, calls=2, outputs={"sum": "${{ steps.sum.output.result }}"})
    run = await world.start(plan)
    await world.decide(run["run_id"])
    await world.decide(run["run_id"])
    run = await world.shown(run["run_id"])
    assert run["status"] == "completed", run
    before = await _whole(world)
    again = await _replay(world, run["run_id"])
    assert (again["status"], again["done"], again["divergences"]) == ("completed", 9, 0), again
    assert (again["replay_of"], again["outputs_hash"]) == (run["run_id"], run["outputs_hash"])
    assert await _whole(world) == before
    first, second = await world.steps(run["run_id"]), await world.steps(again["run_id"])
    shown = itemgetter("step", "iteration", "iterations", "status", "output")
    assert list(map(shown, first)) == list(map(shown, second))
    assert (await world.events())[-2:] == ["started", "completed"]
    for verb in ("undo", "resume", "retry", "replay"):
        body: Any = {} if verb == "replay" else None
        refused = await world.post(f"/v1/runs/{again['run_id']}/{verb}", body)
        assert refused.status_code == 409, verb


async def test_what_is_computed_otherwise_now_shows_until_a_call_differs(world: World) -> None:
    steps = [
        computes("sum", "data + 1", 1),
        computes("other", "data * 2", "${{ steps.sum.output.result }}"),
        add("one", "${{ int(steps.other.output.result) }}"),
    ]
    run = await world.start(await world.plan(*steps))
    assert run["status"] == "completed", run
    # As if expressions had given something else then.
    await _kept(world, run["run_id"], 0, output={"value": {"result": 9}, "labels": []})
    before = await _whole(world)
    again = await _replay(world, run["run_id"])
    assert (again["status"], again["divergences"]) == ("completed", 1)
    (found,) = (await world.steps(again["run_id"]))[0]["divergences"]
    assert found == {
        "step": "sum", "iteration": None, "field": "output",
        "was": {"result": 9}, "now": {"result": 2},
    }  # fmt: skip
    # From a later step on, what the earlier run gave before it is read, so that a call differs.
    await _kept(world, run["run_id"], 1, output={"value": {"result": 8}, "labels": []})
    later = await _replay(world, run["run_id"], mode="from_step", from_step="one")
    assert (later["status"], later["failure"]["code"]) == ("failed", "diverged")
    (step,) = await world.steps(later["run_id"])
    assert step["status"] == "diverged"
    assert step["divergences"] == [
        {
            "step": "one", "iteration": None, "field": "arguments",
            "was": {"counter": "visits", "amount": 4}, "now": {"counter": "visits", "amount": 8},
        }
    ]  # fmt: skip
    assert await _whole(world) == before


async def test_a_replay_of_a_failed_run_fails_alike(world: World) -> None:
    broken = add("two", "${{ steps.one.output.value / inputs.by }}")
    run = await world.start(await world.plan(add("one"), broken, inputs={"by": 0}))
    assert run["status"] == "failed"
    for mode, steps in (("full", ["one"]), ("failed_only", [])):
        again = await _replay(world, run["run_id"], mode=mode)
        assert (again["status"], again["failure"]["code"]) == ("failed", "expression_failed")
        assert again["divergences"] == 0
        assert [each["step"] for each in await world.steps(again["run_id"])] == steps
    assert await world.counter() == {"value": 1, "additions": 1}


async def test_a_replay_of_a_cancelled_run_gets_no_further(world: World) -> None:
    run = await world.start(await world.plan(add("one"), add("two", assent="step")))
    await _replay(world, run["run_id"], status=409)
    await world.act(run["run_id"], "cancel")
    again = await _replay(world, run["run_id"])
    assert (again["status"], again["failure"]["code"]) == ("failed", "no_further")
    assert (again["divergences"], again["done"]) == (0, 1)
    assert await world.counter() == {"value": 1, "additions": 1}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"mode": "from_step"}, 422),
        ({"mode": "full", "from_step": "one"}, 422),
        ({"mode": "from_step", "from_step": "nine"}, 422),
        ({"mode": "failed_only"}, 409),
        ({"mode": "other"}, 422),
    ],
)
async def test_what_cannot_be_replayed_is_refused(world: World, body: Any, status: int) -> None:
    run = await world.start(await world.plan(add("one")))
    await _replay(world, run["run_id"], status=status, **body)
    assert len(await world.listed()) == 1


async def test_nobody_replays_what_they_do_not_see(world: World) -> None:
    run = await world.start(await world.plan(add("one")))
    answer = await world.within("wsp_01JD3B1M1B0000000000000001").post(
        f"/v1/runs/{run['run_id']}/replay", {}
    )
    assert answer.status_code in (403, 404)
    assert len(await world.listed()) == 1


@pytest.mark.wired
@pytest.mark.parametrize("number", [2, 3])
async def test_a_replay_that_died_goes_on(world: World, number: int) -> None:
    run = await world.start(await world.plan(computes("sum", "data + 1", 1), add("one")))
    path = f"/v1/runs/{run['run_id']}/replay"
    await dies(world.cloud, lambda: world.post(path, {}, key="once"), ("Commit", "before", number))
    begun = (await world.post(path, {}, key="once")).json()
    again = await world.shown(begun["run_id"])
    if again["status"] == "running":
        await world.fire(begun["run_id"])
        again = await world.shown(begun["run_id"])
    assert (again["status"], again["divergences"]) == ("completed", 0)
    assert await world.counter() == {"value": 1, "additions": 1}


@pytest.mark.wired
async def test_a_replay_whose_original_is_gone_has_failed_and_says_so(world: World) -> None:
    run = await world.start(await world.plan(computes("sum", "1 + 1"), computes("more", "2 + 2")))
    before = {each.id async for each in world.store.find_all(RUNS.collection)}

    async def replay() -> None:
        await world.post(f"/v1/runs/{run['run_id']}/replay", {"mode": "full"})

    # Its process dies before its first burst is committed.
    await dies(world.cloud, replay, ("Commit", "before", 2))
    (id,) = {each.id async for each in world.store.find_all(RUNS.collection)} - before
    batch = Batch()
    batch.delete(RUNS.collection, run["run_id"])
    await world.store.commit(batch)
    await world.fire(id)
    ended = await world.shown(id)
    assert (ended["status"], ended["failure"]["code"]) == ("failed", "original_missing")
    assert run["run_id"] in ended["failure"]["detail"]
    assert (await world.state(id)).due_at is None
