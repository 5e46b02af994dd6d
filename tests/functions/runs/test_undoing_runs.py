"""What a run did is undone in reverse order, once, as far as anything undoes it."""

from typing import Literal

import pytest

from events.operations import Undo
from events.plan_content import PlanStep
from tests.deaths import Death, dies
from tests.functions.runs.worlds import COUNTER, LEDGER, World, add, append, call, deliver


async def test_what_can_be_undone_is_undone_in_reverse_order(world: World) -> None:
    steps = add("one", "${{ item }}", for_each="[1, 2]"), append("note"), add("ten", 10)
    run = await world.start(await world.plan(*steps, calls=2))
    assert (await world.counter())["value"] == 13
    undone = await world.act(run["run_id"], "undo")
    assert (undone["status"], undone["is_undone"]) == ("completed", True)
    assert await world.counter() == {"value": 0, "additions": 6}
    assert await world.lines() == ["done"]
    receipts = [each for each in await world.receipts() if each["outcome"] == "undone"]
    assert [(each["step"], each["iteration"]) for each in receipts] == [
        ("undo:ten", None), ("undo:one", 1), ("undo:one", 0)
    ]  # fmt: skip
    assert (await world.events())[-1] == "undone"
    await world.act(run["run_id"], "undo", status=409)
    await world.act(run["run_id"], "resume", status=409)
    assert (await world.counter())["additions"] == 6


async def test_a_cancelled_run_undoes_what_it_had_done(world: World) -> None:
    run = await world.start(await world.plan(add("one"), add("two", assent="step")))
    await world.act(run["run_id"], "undo", status=409)
    await world.act(run["run_id"], "cancel")
    assert (await world.act(run["run_id"], "undo"))["is_undone"]
    assert await world.counter() == {"value": 0, "additions": 2}


async def test_whatever_comes_again_once_all_is_over_changes_nothing(world: World) -> None:
    run = await world.start(await world.plan(add("one"), add("two", assent="step")))
    await world.decide(run["run_id"])
    assert (await world.act(run["run_id"], "undo"))["is_undone"]
    before = await world.log()
    for event in before:
        await deliver(event)
    assert [each.id for each in await world.log()] == [each.id for each in before]
    assert await world.counter() == {"value": 0, "additions": 4}


@pytest.mark.by_day(4)
@pytest.mark.parametrize(
    "death",
    [
        (method, moment, number)
        for method, most in (("BatchGetDocuments", 8), ("Commit", 4))
        for number in range(1, most + 1)
        for moment in ("before", "after")
    ],
    ids=lambda death: "-".join(map(str, death)),
)
async def test_each_call_is_undone_once_wherever_a_process_dies(world: World, death: Death) -> None:
    run = await world.start(await world.plan(add("one", 1), add("two", 10)))
    id = run["run_id"]
    await dies(world.cloud, lambda: world.post(f"/v1/runs/{id}/undo", key="once"), death)
    if (await world.state(id)).undoing is not None:
        await world.fire(id)
    elif not (await world.state(id)).is_undone:
        await world.act(id, "undo")
    assert (await world.shown(id))["is_undone"]
    assert await world.counter() == {"value": 0, "additions": 4}


async def _in_doubt(world: World) -> tuple[str, str]:
    """A run that added 1, whose next call happened while its answer was lost, and that call."""
    undo = Undo(operation=COUNTER, arguments={"counter": "visits", "amount": -5})
    does = call(LEDGER, {"ledger": "log", "line": "done"}).but(undo=undo)
    steps = add("one", 1), PlanStep(id="note", does=does, assent="step")
    run = await world.start(await world.plan(*steps))
    await world.fail(drop=1)
    await world.decide(run["run_id"])
    paused = await world.shown(run["run_id"])
    assert paused["waiting"]["kind"] == "doubt"
    return run["run_id"], paused["waiting"]["invocation_id"]


@pytest.mark.parametrize("ends", ["paused", "cancelled"])
async def test_a_doubt_that_is_settled_after_the_undo_is_undone_too(
    world: World, ends: str
) -> None:
    id, doubtful = await _in_doubt(world)
    if ends == "cancelled":
        await world.act(id, "cancel")
    assert (await world.act(id, "undo"))["is_undone"]
    # Nobody knows yet whether there is more.
    await world.act(id, "undo", status=409)
    before = len(await world.receipts())
    await world.tell(doubtful, happened=True)
    again = await world.act(id, "undo")
    assert (again["status"], again["is_undone"]) == (ends, True)
    # What had been undone is not undone again.
    assert await world.counter() == {"value": -5, "additions": 3}
    new = (await world.receipts())[before:]
    assert [(each["step"], each["outcome"]) for each in new] == [
        ("note", "confirmed"), ("undo:note", "undone")
    ]  # fmt: skip
    assert new[0]["settled_by"] == "gala"
    await world.act(id, "undo", status=409)


async def test_what_did_not_happen_is_not_undone(world: World) -> None:
    id, doubtful = await _in_doubt(world)
    await world.act(id, "undo")
    await world.tell(doubtful, happened=False)
    await world.act(id, "undo", status=409)
    assert await world.counter() == {"value": 0, "additions": 2}


@pytest.mark.wired
@pytest.mark.by_day(2)
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 3])
async def test_a_settled_call_is_undone_once_wherever_a_process_dies(
    world: World, number: int, moment: Literal["before", "after"]
) -> None:
    id, doubtful = await _in_doubt(world)
    await world.act(id, "undo")
    await world.tell(doubtful, happened=True)
    death: Death = ("Commit", moment, number)
    await dies(world.cloud, lambda: world.post(f"/v1/runs/{id}/undo", key="again"), death)
    if (await world.state(id)).undoing is not None:
        await world.fire(id)
    elif (await world.counter())["value"] == 0:
        await world.act(id, "undo")
    assert (await world.shown(id))["is_undone"]
    assert await world.counter() == {"value": -5, "additions": 3}
    receipts = [each["receipt_id"] for each in await world.receipts()]
    assert len(receipts) == len(set(receipts))
