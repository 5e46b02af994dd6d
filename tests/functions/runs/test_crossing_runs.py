"""Commands that cross a run while it acts: nothing that it did is lost, and nothing follows."""

import asyncio
from collections.abc import Awaitable
from typing import Any

import pytest

from events.plan_content import PlanStep, Wait
from tests.functions.runs.worlds import World, add


@pytest.mark.by_day(2)
@pytest.mark.parametrize("verb", ["cancel", "pause"])
@pytest.mark.parametrize("later", [0.0, 0.02, 0.05, 0.1])
async def test_a_run_that_is_stopped_while_it_acts_notes_all_that_it_did(
    world: World, verb: str, later: float
) -> None:
    """Whichever comes first: every outcome is possible, and each is whole."""
    plan = await world.plan(add("one"), add("two"), add("three"))
    starting = asyncio.ensure_future(world.start(plan, settles=False))
    while not (found := await world.listed()):
        await asyncio.wait([starting], timeout=0.005)
    await asyncio.sleep(later)
    answers = [await world.post(f"/v1/runs/{found[0]['run_id']}/{verb}")]
    begun = await starting
    await world.settle()
    run = await world.shown(begun["run_id"])
    additions = (await world.counter())["additions"]
    assert [each.status_code for each in answers] in ([202], [409])
    stopped = {"cancel": "cancelled", "pause": "paused"}[verb]
    if run["status"] == stopped:
        assert answers[0].status_code == 202
        assert additions < 3
    else:
        assert (run["status"], run["stopping"], additions) == ("completed", None, 3)
    assert len(await world.receipts()) == additions
    if run["status"] == "paused":
        assert (await world.act(run["run_id"], "resume"))["status"] == "completed"
        assert await world.counter() == {"value": 3, "additions": 3}


async def _crossed(world: World, acting: Awaitable[Any], commit: int, additions: int) -> Any:
    """What the act gives whose commit comes late, after somebody has cancelled the run."""
    world.cloud.firestore.slow("Commit", 2.0, number=commit)
    process = asyncio.ensure_future(acting)
    while (await world.counter())["additions"] < additions:
        await asyncio.wait([process], timeout=0.01)
    await asyncio.sleep(0.2)
    (run,) = await world.listed()
    assert (await world.post(f"/v1/runs/{run['run_id']}/cancel")).status_code == 202
    await process
    return await world.shown(run["run_id"])


@pytest.mark.wired
async def test_a_wait_that_was_over_when_somebody_cancelled_notes_what_it_did(world: World) -> None:
    """The wait is over and the run acts, while it still says that it waits."""
    rest = PlanStep(id="rest", does=Wait(seconds=60))
    plan = await world.plan(add("one", 1), rest, add("two", 10))
    begun = await world.start(plan)
    world.cloud.mend()
    # The call commits its outcome, then the run commits the end.
    run = await _crossed(world, world.fire(begun["run_id"]), commit=2, additions=2)
    assert run["status"] == "cancelled"
    assert [each["step"] for each in await world.receipts()] == ["one", "two"]
    assert [each["step"] for each in await world.steps(begun["run_id"])] == ["one", "rest", "two"]
    await world.act(begun["run_id"], "undo")
    assert await world.counter() == {"value": 0, "additions": 4}
