"""A server goes on with a call as a task: the run asks for it until it has ended."""

import asyncio
from collections.abc import Iterator

import pytest

from events.plan_content import Call, PlanStep
from tests.functions.runs.worlds import World
from tests.functions.tools.mcp.others import everything
from tests.functions.tools.mcp.people import NAME, Desk

TOOL = "simulate-research-query"


@pytest.fixture(scope="module")
def reference() -> Iterator[str]:
    with everything() as url:
        yield url


async def begun(world: World, url: str, effect: str) -> str:
    """A run whose call goes on as a task of the reference server."""
    connector = await Desk(world).governed(url, {TOOL: effect})  # type: ignore[arg-type]
    (listed,) = [each for each in connector["operations"] if each["name"] == TOOL]
    assert listed["tool"]["as_task"]
    does = Call(
        operation=f"{NAME}/{TOOL}",
        arguments={"topic": "receipts"},
        effect=effect,
        idempotent=effect == "read",
        pin=connector["pin"],
        price_usd_micros=0,
    )
    run = await world.start(await world.plan(PlanStep(id="ask", does=does)))
    run_id: str = run["run_id"]
    return run_id


@pytest.mark.by_day(1)
@pytest.mark.parametrize("effect", ["send", "read"])
async def test_a_task_is_asked_for_until_it_has_ended(
    world: World, reference: str, effect: str
) -> None:
    run_id = await begun(world, reference, effect)
    polls = 0
    while (run := await world.shown(run_id))["status"] == "running":
        assert run["waiting"]["kind"] == "time"
        # The server works for some seconds of its own clock.
        await asyncio.sleep(1.5)
        await world.fire(run_id)
        polls += 1
    assert run["status"] == "completed", run
    text = (await world.steps(run_id))[0]["output"]["value"]["text"]
    assert "receipts" in text
    (receipt,) = await world.receipts()
    assert (receipt["outcome"], polls > 0) == ("confirmed", True)


@pytest.mark.parametrize(("effect", "outcome"), [("send", "doubtful"), ("read", "refused")])
async def test_a_task_ends_with_its_run(
    world: World, reference: str, effect: str, outcome: str
) -> None:
    run_id = await begun(world, reference, effect)
    assert (await world.act(run_id, "cancel"))["stopping"] == "cancel"
    await world.fire(run_id)
    assert (await world.shown(run_id))["status"] == "cancelled"
    (receipt,) = await world.receipts()
    assert (receipt["outcome"], "cancelled" in receipt["reason"]) == (outcome, True), receipt
