"""Commands that cross a run while it acts: nothing that it did is lost, and nothing follows."""

import asyncio

import pytest

from tests.functions.runs.worlds import World, add


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
