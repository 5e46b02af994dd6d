"""What a run did is undone in reverse order, once, as far as anything undoes it."""

import pytest

from tests.deaths import Death, dies
from tests.functions.runs.worlds import World, add, append


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
