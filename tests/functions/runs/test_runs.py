"""A run acts, waits for assent, goes on and ends; each effect happens once."""

from typing import Any

from functions.runs.service import steps
from tests.functions.runs.worlds import World, add, append


async def test_a_run_without_assent_ends_in_its_first_request(world: World) -> None:
    steps = add("count", 2), append("note", "${{ string(steps.count.output.value) }} counted")
    plan = await world.plan(*steps, outputs={"value": "${{ steps.count.output.value }}"})
    run = await world.start(plan)
    assert (run["status"], run["done"], run["failure"]) == ("completed", 2, None)
    assert (await world.counter())["value"] == 2
    assert await world.lines() == ["2 counted"]
    assert await world.events() == ["started", "completed"]
    assert [each["outcome"] for each in await world.receipts()] == ["confirmed", "confirmed"]


async def test_pages_show_each_result_once_in_the_order_of_the_plan(world: World) -> None:
    steps = add("one", "${{ item }}", for_each="[1, 2, 3]"), add("two"), add("three")
    run = await world.start(await world.plan(*steps, calls=3))
    expected = [(0, None), (0, 0), (0, 1), (0, 2), (1, None), (2, None)]
    for limit in (1, 2, 3, 4, 100):
        found = await world.steps(run["run_id"], limit=limit)
        assert [(each["number"], each["iteration"]) for each in found] == expected


async def test_a_page_has_no_more_bytes_than_an_answer(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(steps, "MOST_BYTES", 900)
    run = await world.start(await world.plan(*(add(f"s{n}") for n in range(5))))
    pages = await world.pages(run["run_id"])
    assert [len(each) for each in pages] == [1, 1, 1, 1, 1]


async def test_a_cursor_that_no_page_gave_is_refused(world: World) -> None:
    run = await world.start(await world.plan(add("one"), add("two")))
    path = f"/v1/runs/{run['run_id']}/steps"
    given = (await world.get(path, limit=1)).json()["next_cursor"]
    assert given.endswith(".1.0.0.0")
    for cursor in ("1.0.0", f"{given}.0", given.replace(".1.", ".x.")):
        answer = await world.get(path, cursor=cursor)
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "cursor")


async def test_a_step_with_assent_waits_for_it_and_then_acts_once(world: World) -> None:
    plan = await world.plan(add("first"), add("second", 5, assent="step"))
    run = await world.start(plan)
    waiting = await world.shown(run["run_id"])
    assert (waiting["status"], waiting["done"]) == ("awaiting_approval", 1)
    assert (await world.counter())["value"] == 1
    card = await world.approval(run["run_id"])
    assert card["kind"] == "execution"
    assert card["content"]["calls"] == [
        {"iteration": None, "arguments": {"counter": "visits", "amount": 5}}
    ]
    await world.decide(run["run_id"])
    ended = await world.shown(run["run_id"])
    assert (ended["status"], ended["done"]) == ("completed", 2)
    assert await world.counter() == {**(await world.counter()), "value": 6}
    last = (await world.receipts())[-1]
    assert (last["assented_by"], last["approval_id"]) == ("gala", card["id"])
    # The approval says what it led to.
    assert (card["receipt_id"], last["receipt_id"][:4]) == (None, "rct_")
    assert (await world.approval(run["run_id"]))["receipt_id"] == last["receipt_id"]


async def test_a_plan_with_assent_does_nothing_before_it(world: World) -> None:
    plan = await world.plan(add("only", assent="plan"))
    run = await world.start(plan)
    assert run["status"] == "awaiting_approval"
    assert (await world.counter())["value"] == 0
    card = await world.approval(run["run_id"])
    assert card["decision_hash"] == plan
    await world.decide(run["run_id"])
    assert (await world.shown(run["run_id"]))["status"] == "completed"
    assert (await world.counter())["value"] == 1


async def test_a_refused_assent_cancels_the_run(world: World) -> None:
    run = await world.start(await world.plan(add("only", assent="plan")))
    await world.decide(run["run_id"], "reject")
    ended = await world.shown(run["run_id"])
    assert (ended["status"], ended["failure"]["code"]) == ("cancelled", "assent_refused")
    assert (await world.counter())["value"] == 0
