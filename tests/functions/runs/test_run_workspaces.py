"""A run lies in its plan's workspace: a token for another one neither finds nor changes it."""

from dataclasses import replace

import pytest

from tests.functions.runs.worlds import World, add

MINE, OTHER = "wsp_surgery", "wsp_ward"


async def _waiting(world: World) -> str:
    await world.agent(workspace_id=MINE)
    plan = await world.plan(add("only", assent="step"), workspace_id=MINE)
    run = await world.start(plan)
    assert (run["status"], run["workspace_id"]) == ("awaiting_approval", MINE)
    return str(run["run_id"])


async def test_whoever_covers_the_tenant_starts_it_where_its_plan_lies(world: World) -> None:
    run_id = await _waiting(world)
    assert [each["run_id"] for each in await world.within(MINE).listed()] == [run_id]
    card = await world.approval(run_id)
    assert card["workspace_id"] == MINE
    await world.decide(run_id)
    assert (await world.within(MINE).shown(run_id))["status"] == "completed"


@pytest.mark.parametrize("verb", ["pause", "cancel", "resume", "retry", "undo"])
async def test_another_workspace_commands_nothing(world: World, verb: str) -> None:
    run_id = await _waiting(world)
    answer = await world.within(OTHER).post(f"/v1/runs/{run_id}/{verb}")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert (await world.shown(run_id))["status"] == "awaiting_approval"


async def test_another_workspace_sees_and_starts_nothing(world: World) -> None:
    run_id = await _waiting(world)
    stranger = world.within(OTHER)
    for path in (f"/v1/runs/{run_id}", f"/v1/runs/{run_id}/steps"):
        answer = await world.runs.get(path, headers=stranger._headers())
        assert answer.status_code == 404
    assert await stranger.listed() == []
    plan = (await world.shown(run_id))["plan_hash"]
    answer = await stranger.post("/v1/runs", {"plan_hash": plan})
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    budgets = await world.runs.get("/v1/budgets", headers=stranger._headers())
    assert (budgets.status_code, budgets.json()["code"]) == (403, "covers_the_tenant")


async def test_another_tenant_finds_nothing(world: World) -> None:
    run_id = await _waiting(world)
    other = replace(world, tenant=f"{world.tenant}-2")
    answer = await other.post(f"/v1/runs/{run_id}/cancel")
    assert answer.status_code == 404
    plan = (await world.shown(run_id))["plan_hash"]
    assert (await other.post("/v1/runs", {"plan_hash": plan})).status_code == 404
