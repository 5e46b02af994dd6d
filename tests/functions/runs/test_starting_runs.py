"""Which plans start, once, and what they hold."""

import json
from typing import Any

import pytest

from events.plans import PLANS
from shared.budgets.aggregates import BUDGETS
from shared.storage.batches import Batch
from tests.functions.runs.worlds import World, add
from tests.functions.tools.worlds import AGENT


async def _refused(world: World, plan: str) -> tuple[int, str]:
    answer = await world.post("/v1/runs", {"plan_hash": plan})
    return answer.status_code, answer.json()["code"]


async def _altered(world: World, plan: str, **changed: Any) -> None:
    document = await world.store.get(PLANS, plan)
    assert document is not None
    state = {**json.loads(document.data["state"]), **changed}
    batch = Batch()
    batch.put(PLANS, plan, {**document.data, "state": json.dumps(state)})
    await world.store.commit(batch)


async def test_the_same_key_starts_one_run(world: World) -> None:
    plan = await world.plan(add("only"))
    first = await world.start(plan, key="once")
    again = await world.start(plan, key="once")
    assert first["run_id"] == again["run_id"]
    assert await world.counter() == {"value": 1, "additions": 1}


async def test_a_plan_that_nobody_compiled_or_rehearsed_does_not_start(world: World) -> None:
    assert await _refused(world, "0" * 64) == (404, "not_found")
    plan = await world.plan(add("only"), status="compiled")
    assert await _refused(world, plan) == (409, "version_conflict")


@pytest.mark.parametrize(
    "changed",
    [
        {"needs_assent": False},
        {"estimate_usd_micros": 0},
        {"status": "compiled"},
        {"signature": None},
        {"agent_id": "agt_other"},
    ],
)
async def test_a_plan_that_capsules_did_not_sign_does_not_start(
    world: World, changed: dict[str, Any]
) -> None:
    plan = await world.plan(add("only", assent="plan"), estimate=100)
    await _altered(world, plan, **changed)
    assert await _refused(world, plan) == (403, "signature_invalid")


@pytest.mark.parametrize(
    "changed",
    [
        {"status": "suspended"},
        {"status": "deprecated"},
        {"version": "1.1.0"},
        {"mode": "trial"},
    ],
)
async def test_an_agent_that_does_not_serve_as_compiled_starts_nothing(
    world: World, changed: dict[str, Any]
) -> None:
    plan = await world.plan(add("only"))
    await world.agent(**changed)
    assert await _refused(world, plan) == (409, "version_conflict")


async def test_a_run_holds_its_estimate_until_it_ends(world: World) -> None:
    plan = await world.plan(add("only", assent="plan"), estimate=400)
    run = await world.start(plan)
    assert run["held_usd_micros"] == 400
    found = [each async for each in world.store.find_all(BUDGETS.collection)]
    held = [BUDGETS.state_in(each.data).held_usd_micros for each in found]
    assert held == [400, 400]
    await world.decide(run["run_id"])
    ended = await world.shown(run["run_id"])
    assert (ended["status"], ended["held_usd_micros"]) == ("completed", 0)
    found = [each async for each in world.store.find_all(BUDGETS.collection)]
    assert [BUDGETS.state_in(each.data).held_usd_micros for each in found] == [0, 0]


async def test_what_a_governor_set_bounds_what_starts(world: World) -> None:
    governor = world.of("gala", "governor")
    path = "/v1/budgets/tenant"
    body = {"limit_usd_micros": 399}
    answer = await world.put(path, body)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert (await governor.put(path, body)).status_code == 200
    plan = await world.plan(add("only"), estimate=400)
    assert await _refused(world, plan) == (409, "budget_exhausted")
    assert (await governor.put(path, {"limit_usd_micros": 400})).status_code == 200
    assert (await world.start(plan))["status"] == "completed"


async def test_only_an_agent_that_is_there_gets_a_limit(world: World) -> None:
    governor = world.of("gala", "governor")
    body = {"limit_usd_micros": 399}
    plan = await world.plan(add("only"), estimate=400)
    unknown = f"{AGENT[:-1]}2"
    for scope in (unknown, "everybody"):
        answer = await governor.put(f"/v1/budgets/{scope}", body)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await governor.put(f"/v1/budgets/{AGENT}", body)).status_code == 200
    assert await _refused(world, plan) == (409, "budget_exhausted")
