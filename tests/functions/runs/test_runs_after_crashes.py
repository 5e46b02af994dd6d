"""A process that dies at any call to a store: the run goes on, and nothing happens twice."""

from typing import Any

import pytest

from events.approvals import ApprovalApproved
from events.runs import RunApprovalNeeded
from shared.messaging.log import EVENT_LOG
from tests.deaths import Death, at_deaths, dies
from tests.functions.runs.worlds import World, add, append, deliver
from tests.shared.cloud import Mailbox

pytestmark = pytest.mark.repeats

# A start reads the plan, its contents, agent and budgets, commits, and then each call does.
at_each_death = at_deaths(reads=12, commits=6)


async def _ended(world: World, run_id: str) -> Any:
    """The run once nothing follows by itself: lost processes are found by its timer."""
    for _ in range(5):
        await world.settle()
        run = await world.shown(run_id)
        if run["status"] != "running":
            return run
        await world.fire(run_id)
    raise AssertionError(f"it never ends: {run}")


async def _no_event_is_lost(world: World, topics: list[Mailbox]) -> None:
    """Each event was published, or still has the flag by which a sweep finds it."""
    published = {
        id for mailbox in topics for message in await mailbox.take() for id in message.event_ids
    }
    entries = [each async for each in world.store.find_all(EVENT_LOG)]
    assert {each.id for each in entries if not each.data["unpublished"]} <= published


@at_each_death
async def test_each_step_acts_once(world: World, topics: list[Mailbox], death: Death) -> None:
    plan = await world.plan(add("one", 1), add("two", 10))
    await dies(world.cloud, lambda: world.start(plan, key="once", settles=False), death)
    begun = await world.start(plan, key="once")
    run = await _ended(world, begun["run_id"])
    assert (run["status"], run["done"]) == ("completed", 2)
    assert await world.counter() == {"value": 11, "additions": 2}
    assert [each["step"] for each in await world.receipts()] == ["one", "two"]
    assert await world.events() == ["started", "completed"]
    await _no_event_is_lost(world, topics)


@pytest.mark.by_day(3)
@at_each_death
async def test_an_assented_step_acts_once(
    world: World, topics: list[Mailbox], death: Death
) -> None:
    plan = await world.plan(add("one", 1), add("two", 10, assent="step"))
    begun = await world.start(plan)
    await world.decide(begun["run_id"], settles=False)
    (approved,) = (each for each in await world.log() if each.type == ApprovalApproved.event_type)
    await dies(world.cloud, lambda: deliver(approved), death)
    run = await _ended(world, begun["run_id"])
    assert (run["status"], run["done"]) == ("completed", 2)
    assert await world.counter() == {"value": 11, "additions": 2}
    assert [each["step"] for each in await world.receipts()] == ["one", "two"]
    await _no_event_is_lost(world, topics)
    # Readers cleared what was left to them.
    assert await world.store.count(EVENT_LOG, where=[("unpublished", "==", True)]) == 0


@pytest.mark.parametrize("number", range(1, 4))
async def test_a_commit_whose_answer_was_lost_is_told_and_not_made_again(
    world: World, topics: list[Mailbox], number: int
) -> None:
    plan = await world.plan(add("one", 1), add("two", 10, assent="step"))
    begun = await world.start(plan)
    await world.decide(begun["run_id"], settles=False)
    (approved,) = (each for each in await world.log() if each.type == ApprovalApproved.event_type)
    world.cloud.mend()
    world.cloud.firestore.cut("Commit", "after", number=number, times=1)
    await deliver(approved)
    world.cloud.mend()
    assert await world.events() == ["started", "approval_needed", "completed"]
    assert [each["step"] for each in await world.receipts()] == ["one", "two"]
    # No sweep looks for what follows from a delivery, and this one does not come again.
    await _no_event_is_lost(world, topics)


@pytest.mark.by_day(3)
@at_each_death
async def test_what_no_key_guards_acts_once_or_is_doubtful(world: World, death: Death) -> None:
    plan = await world.plan(append("note"), add("after", 10))
    await dies(world.cloud, lambda: world.start(plan, key="once", settles=False), death)
    begun = await world.start(plan, key="once")
    run = await _ended(world, begun["run_id"])
    if run["status"] == "completed":
        assert await world.lines() == ["done"]
        assert (await world.counter())["value"] == 10
    else:
        assert (run["status"], run["waiting"]["kind"]) == ("paused", "doubt")
        assert len(await world.lines()) <= 1
        assert (await world.counter())["value"] == 0
        assert [each["outcome"] for each in await world.receipts()] == ["doubtful"]


async def test_a_cycle_queries_nothing_and_calls_once(world: World) -> None:
    """Start, a step, waiting for a person, approval, a step, done: of a plan that ran before."""
    plan = await world.plan(add("one", 1), add("two", 10, assent="step"))
    for _ in range(2):
        world.cloud.mend()
        begun = await world.start(plan, settles=False)
        for event in await world.log():
            if event.type == RunApprovalNeeded.event_type and begun["run_id"] in event.subject:
                await deliver(event)
        await world.decide(begun["run_id"], settles=False)
        for event in await world.log():
            if event.type == ApprovalApproved.event_type and begun["run_id"] in event.data:
                await deliver(event)
    assert (await world.shown(begun["run_id"]))["status"] == "completed"
    calls = world.cloud.firestore.calls
    # Both queries are this test's own, which looks for the events.
    assert (calls.count("Commit"), calls.count("RunQuery")) == (8, 2)
    assert calls.count("RunAggregationQuery") == 0
    assert len(await world.receipts()) == 4
    assert [each["outcome"] for each in await world.receipts()] == ["confirmed"] * 4
