"""What runs spend reaches the budgets while they act, once, and stops what it must."""

from datetime import datetime
from typing import Any

import pytest

from events.operations import OPERATIONS
from shared.budgets.reading import read_agents_spending, read_months_spending
from tests.deaths import Death, dies
from tests.functions.runs.worlds import COUNTER, World, add
from tests.functions.tools.worlds import AGENT

PRICE = 100_000


@pytest.fixture(autouse=True)
def prices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each addition costs ten cents."""
    priced = OPERATIONS[COUNTER].model_copy(update={"price_usd_micros": PRICE})
    monkeypatch.setitem(OPERATIONS, COUNTER, priced)


async def _amounts(world: World) -> dict[str, tuple[int, int, int]]:
    """The limit of each budget, what is held of it, and what is spent."""
    answer = await world.get("/v1/budgets")
    return {
        each["scope"]: (
            each["limit_usd_micros"], each["held_usd_micros"], each["spent_usd_micros"],
        )
        for each in answer.json()["items"]
    }  # fmt: skip


async def _day(world: World) -> datetime:
    """The day in which the agent has spent something."""
    listed = (await world.get("/v1/budgets")).json()["items"]
    return datetime.fromisoformat(next(e["period"] for e in listed if e["scope"] == AGENT))


async def _limit(world: World, micros: int) -> None:
    governor = world.of("gala", "governor")
    answer = await governor.put(f"/v1/budgets/{AGENT}", {"limit_usd_micros": micros})
    assert answer.status_code == 200, answer.text


async def _plan(world: World, *steps: Any, estimate: int) -> str:
    return await world.plan(*steps, estimate=estimate, cost=PRICE)


async def test_what_a_run_spent_is_spent_while_it_waits(world: World) -> None:
    steps = add("one"), add("two", assent="step")
    run = await world.start(await _plan(world, *steps, estimate=3 * PRICE))
    expected = {AGENT: (9_000_000, 200_000, 100_000), "tenant": (100_000_000, 200_000, 100_000)}
    assert await _amounts(world) == expected
    # Others read the same where it lies.
    day = await _day(world)
    month = await read_months_spending(world.store, day)
    assert (month.spent_usd_micros, month.limit(None)) == (100_000, 100_000_000)
    agents = await read_agents_spending(world.store, [AGENT], day)
    assert agents[AGENT].spent_usd_micros == 100_000
    assert (await world.shown(run["run_id"]))["held_usd_micros"] == 200_000
    await world.decide(run["run_id"])
    assert (await _amounts(world))[AGENT] == (9_000_000, 0, 200_000)
    await world.act(run["run_id"], "undo")
    assert (await _amounts(world))[AGENT] == (9_000_000, 0, 400_000)


async def test_95_percent_asks_once_and_exactly_what_is_approved_raises_the_limit(
    world: World,
) -> None:
    await _limit(world, 210_000)
    plan = await _plan(world, add("one"), add("two"), estimate=2 * PRICE)
    assert (await world.start(plan))["status"] == "completed"
    assert (await world.post("/v1/runs", {"plan_hash": plan})).status_code == 409
    (card,) = await world.asked("financial")
    assert (card["subject"]["type"], card["requested_by"]) == ("budget", "service:runs")
    assert (card["amount_usd_micros"], card["effect"], card["risk"]) == (105_000, "pay", "high")
    await world.answer(card)
    assert (await _amounts(world))[AGENT] == (315_000, 0, 200_000)
    agents = await read_agents_spending(world.store, [AGENT], await _day(world))
    assert agents[AGENT].limit(9_000_000) == 315_000
    more = await _plan(world, add("three"), estimate=PRICE)
    assert (await world.start(more))["status"] == "completed"
    # It was asked once in this period, however often 95 % are reached.
    assert await world.asked("financial") == []
    assert await world.events("budget") == [
        *("changed", "reached", "reached", "approval_needed", "raised"),
    ]  # fmt: skip


async def test_a_refusal_leaves_the_limit(world: World) -> None:
    await _limit(world, 210_000)
    plan = await _plan(world, add("one"), add("two"), estimate=2 * PRICE)
    await world.start(plan)
    (card,) = await world.asked("financial")
    await world.answer(card, "reject")
    assert (await _amounts(world))[AGENT][0] == 210_000
    assert (await world.post("/v1/runs", {"plan_hash": plan})).status_code == 409


async def test_an_overturned_raise_lowers_the_limit_again(world: World) -> None:
    await _limit(world, 210_000)
    await world.start(await _plan(world, add("one"), add("two"), estimate=2 * PRICE))
    (card,) = await world.asked("financial")
    await world.answer(card, "break_glass", grounds="outage")
    assert (await _amounts(world))[AGENT][0] == 315_000
    await world.overturn(card)
    assert (await _amounts(world))[AGENT][0] == 210_000


async def test_an_exhausted_budget_rests_what_runs_until_its_limit_is_raised(world: World) -> None:
    steps = add("one"), add("two", assent="step")
    run = await world.start(await _plan(world, *steps, estimate=2 * PRICE))
    await _limit(world, 100_000)
    await world.decide(run["run_id"])
    paused = await world.shown(run["run_id"])
    assert (paused["status"], paused["failure"]["code"]) == ("paused", "budget_exhausted")
    assert (await world.counter())["additions"] == 1
    await _limit(world, 200_000)
    assert (await world.act(run["run_id"], "resume"))["status"] == "completed"


async def test_a_call_that_costs_more_than_was_predicted_rests_its_run(world: World) -> None:
    plan = await world.plan(add("one"), add("two"), estimate=2 * PRICE, cost=PRICE - 1)
    run = await world.start(plan)
    assert (run["status"], run["failure"]["code"]) == ("paused", "overrun")
    (receipt,) = await world.receipts()
    assert (receipt["cost_usd_micros"], receipt["predicted_usd_micros"]) == (PRICE, PRICE - 1)
    assert (await _amounts(world))[AGENT][2] == PRICE
    again = await world.act(run["run_id"], "resume")
    assert (again["status"], again["failure"]["step"]) == ("paused", "two")
    assert (await world.act(run["run_id"], "resume"))["status"] == "completed"
    assert await world.counter() == {"value": 2, "additions": 2}


@pytest.mark.wired
@pytest.mark.by_day(2)
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 3])
async def test_a_process_that_dies_charges_once(world: World, moment: Any, number: int) -> None:
    await _limit(world, 210_000)
    plan = await _plan(world, add("one"), add("two"), estimate=2 * PRICE)
    death: Death = ("Commit", moment, number)
    await dies(world.cloud, lambda: world.start(plan, key="once", settles=False), death)
    run = await world.start(plan, key="once")
    if (await world.shown(run["run_id"]))["status"] == "running":
        await world.fire(run["run_id"])
    assert (await world.shown(run["run_id"]))["status"] == "completed"
    assert (await _amounts(world))[AGENT] == (210_000, 0, 200_000)
    assert len(await world.asked("financial")) == 1
