"""Processes that die while a server asks, or is answered: a person is asked once, and each half of
the call is made once, or is in doubt."""

from typing import Any

import pytest

from events.approvals import ApprovalApproved
from tests.deaths import Death, at_deaths, dies
from tests.functions.runs.test_elicitation import GIVEN, begun, book, connected
from tests.functions.runs.worlds import World, append, deliver
from tests.functions.tools.mcp.asking import booking
from tests.functions.tools.mcp.scripted import serving

pytestmark = pytest.mark.repeats

at_each_death = at_deaths(reads=10, commits=5)


async def rests(world: World, run_id: str) -> Any:
    """The run once nothing follows by itself."""
    for _ in range(6):
        await world.settle()
        run = await world.shown(run_id)
        if run["status"] != "running":
            return run
        await world.fire(run_id)
    raise AssertionError(f"it never rests: {run}")


@pytest.mark.by_day(3)
@at_each_death
async def test_a_person_is_asked_once(world: World, death: Death) -> None:
    with serving(booking()) as server:
        connector = await connected(world, server)
        plan = await world.plan(book(connector), append("note"))
        await dies(world.cloud, lambda: world.start(plan, key="once", settles=False), death)
        run = await world.start(plan, key="once")
        run = await rests(world, run["run_id"])
        asked = await world.asked("communication")
        if run["status"] == "awaiting_approval":
            assert len(asked) == 1
        else:
            # Whoever had asked the server died before it noted what that said.
            assert (run["failure"]["code"], asked) == ("doubtful", [])
        assert server.calls <= 1


@pytest.mark.by_day(3)
@at_each_death
async def test_an_answer_is_given_once(world: World, death: Death) -> None:
    with serving(booking()) as server:
        run_id = await begun(world, server)
        card = await world.approval(run_id)
        await world.answer(card, answer=GIVEN, settles=False)
        (approved,) = (
            each for each in await world.log() if each.type == ApprovalApproved.event_type
        )
        await dies(world.cloud, lambda: deliver(approved), death)
        run = await rests(world, run_id)
        if run["status"] == "completed":
            assert server.calls == 2
            assert [each["outcome"] for each in await world.receipts()] == ["confirmed"] * 2
        else:
            assert (run["status"], run["failure"]["code"]) == ("paused", "doubtful")
            assert server.calls <= 2
        assert await world.asked("communication") == []
