"""Capsules and plans lie where the token lies that made them, and nobody else finds them."""

from tests.functions.capsules.agents import deploy, spec_of
from tests.functions.capsules.worlds import World

PATH = "/v1/capsules/count-stock/versions/1.0.0"
SURGERY, WARD = "wsp_surgery", "wsp_ward"


async def test_what_lies_in_a_workspace_is_found_from_nowhere_else(world: World) -> None:
    await deploy(world.tenant, spec_of(), workspace_id=SURGERY)
    surgery, ward = world.within(SURGERY), world.within(WARD)
    await surgery.publish()
    plan = (await surgery.plan())["plan_hash"]
    assert (await surgery.rehearse(plan))["passes"]
    assert (await ward.get(PATH)).status_code == 404
    assert (await ward.compile()).status_code == 404
    assert (await ward.post(f"{PATH}/deprecate")).status_code == 404
    assert (await ward.get(f"/v1/plans/{plan}")).status_code == 404
    assert (await ward.post(f"/v1/plans/{plan}/ghostrun", {})).status_code == 404
    assert (await ward.get("/v1/capsules")).json()["items"] == []
    assert len((await surgery.get("/v1/capsules")).json()["items"]) == 1
    # A token for the whole tenant lists it, and its own names are others.
    assert len((await world.get("/v1/capsules")).json()["items"]) == 1
    assert (await world.get(PATH)).status_code == 404
    assert (await world.get(f"/v1/plans/{plan}")).status_code == 200


async def test_names_and_agents_are_a_workspaces_own(world: World) -> None:
    surgery = world.within(SURGERY)
    await world.publish()
    await surgery.publish()
    first = await world.plan()
    # The agent of that name lies in no workspace.
    answer = await surgery.compile()
    assert "there is no agent stock-keeper here" in answer.json()["detail"]
    await deploy(world.tenant, spec_of(), workspace_id=SURGERY)
    assert (await surgery.plan())["plan_hash"] != first["plan_hash"]
