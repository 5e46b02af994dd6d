"""A card shows what has changed since the last assent; the old assent never counts for the new."""

from typing import Any

import pytest

from tests.functions.runs.worlds import World, add


def _changes(card: Any) -> Any:
    return next((each for each in card["evidence"] if "since" in each), None)


async def test_a_plan_shows_the_one_argument_that_changed_and_waits_again(world: World) -> None:
    first = await world.plan(add("one", 1, assent="plan"))
    run = await world.start(first)
    assert _changes(await world.approval(run["run_id"])) is None
    await world.decide(run["run_id"])
    second = await world.plan(add("one", 1_000, assent="plan"))
    other = await world.start(second)
    card = await world.approval(other["run_id"])
    path = "/steps/one/does/arguments/amount"
    change = {"path": path, "was": 1, "is": 1_000}
    assert _changes(card) == {"since": first, "changed": [change]}
    assert (other["status"], (await world.counter())["value"]) == ("awaiting_approval", 1)
    # A refused plan is not what later ones are compared with.
    await world.decide(other["run_id"], "reject")
    third = await world.start(first)
    assert _changes(await world.approval(third["run_id"])) == {"since": first, "changed": []}


async def test_a_step_shows_how_its_calls_differ_from_the_last_ones(world: World) -> None:
    step = add("one", "${{ inputs.amount }}", assent="step")
    plans = [await world.plan(step, inputs={"amount": amount}) for amount in (1, 7)]
    first, second = [await world.start(each) for each in plans]
    await world.decide(first["run_id"])
    # It was asked before the first was assented to.
    assert _changes(await world.approval(second["run_id"])) is None
    third = await world.start(plans[1])
    change = {"path": "/calls/0/arguments/amount", "was": 1, "is": 7}
    shown = _changes(await world.approval(third["run_id"]))
    assert shown["changed"] == [change]
    assert (await world.counter())["value"] == 1


@pytest.mark.nightly
async def test_an_assent_that_was_taken_back_is_not_what_later_ones_differ_from(
    world: World,
) -> None:
    for steps in ([add("one", assent="plan")], [add("one", assent="step")]):
        plan = await world.plan(*steps)
        first = await world.start(plan)
        card = await world.approval(first["run_id"])
        await world.answer(card, "break_glass", grounds="outage")
        second = await world.start(plan)
        shown = _changes(await world.approval(second["run_id"]))
        assert shown["changed"] == []
        await world.overturn(card)
        third = await world.start(plan)
        assert _changes(await world.approval(third["run_id"])) is None
