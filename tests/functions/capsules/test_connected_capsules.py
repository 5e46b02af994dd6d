"""Steps of connectors: compiled where the connector lies, with its pin in the plan's hash."""

from collections.abc import Iterator
from typing import Any

import pytest

from events.connector_definition import ConnectorDefinition
from events.connectors import CONNECTORS, Connector, connector_id
from functions.capsules.settings import settings
from shared.storage.batches import Batch
from tests.functions.capsules.agents import deploy, spec_of
from tests.functions.capsules.worlds import World

NEW = {"type": "object", "required": ["title"], "properties": {"title": {"type": "string"}}}
PLACE = {"type": "object", "required": ["id"], "properties": {"id": {"type": "integer"}}}
CAPSULE = """\
capsule: post
version: 1.0.0
agent: poster
inputs: {shelf: string, amount: integer}
steps:
  - id: create
    use: desk/tickets.create
    with: {title: "${{ inputs.shelf }}"}
"""


def _definition(**create: Any) -> ConnectorDefinition:
    undo = {"operation": "tickets.close", "arguments": {"id": "${{ output.body.id }}"}}
    made = {"name": "tickets.create", "effect": "change", "undo": undo, "idempotent": True}
    made |= {"method": "POST", "path": "/tickets", "idempotency_header": "Idempotency-Key"}
    close = {"name": "tickets.close", "effect": "change", "method": "DELETE"}
    operations = [
        {**made, "input_schema": NEW, **create},
        {**close, "path": "/tickets/{id}", "input_schema": PLACE},
    ]
    return ConnectorDefinition.model_validate(
        {"name": "desk", "url": "https://api.example.com", "operations": operations}
    )


async def _keep(
    world: World,
    definition: ConnectorDefinition,
    status: str = "active",
    workspace_id: str | None = None,
) -> Connector:
    """The connector, as `tools` stores it."""
    id = connector_id("desk", workspace_id)
    connector = Connector.model_validate(
        {
            "connector_id": id,
            "name": "desk",
            "status": status,
            "pin": definition.digest,
            "revision": 1,
            "written_by": "devin",
            "written_at": "2026-01-01T00:00:00Z",
            "definition": definition,
            "workspace_id": workspace_id,
        }
    )
    batch = Batch()
    batch.put(CONNECTORS, id, {"state": connector.model_dump_json(), "sequence": 1})
    await world.store.commit(batch)
    return connector


async def _deploy(world: World, effect: str = "change", **fields: Any) -> None:
    operations = [
        {"name": "tickets.create", "effect": effect, "undo": "tickets.close"},
        {"name": "tickets.close", "effect": effect},
    ]
    systems = [{"name": "desk", "operations": operations}]
    rights = {"alone": ["desk/tickets.create"], "with_approval": [], "never": []}
    spec = spec_of("poster", systems=systems, rights=rights)
    await deploy(world.tenant, spec, **fields)


async def test_a_plan_has_the_pin_and_what_the_connector_says(world: World) -> None:
    connector = await _keep(world, _definition())
    await _deploy(world)
    await world.publish(CAPSULE)
    answer = await world.compile("post")
    assert answer.status_code == 201, answer.text
    plan = answer.json()
    does = plan["content"]["steps"][0]["does"]
    assert (does["pin"], does["effect"], does["idempotent"]) == (connector.pin, "change", True)
    assert does["undo"]["operation"] == "desk/tickets.close"
    path = f"/v1/plans/{plan['plan_hash']}/ghostrun"
    rehearsed = (await world.post(path, {"mode": "full"})).json()
    assert rehearsed["passes"], rehearsed
    assert rehearsed["steps"][0]["output"]["required"] == ["status", "body"]

    await _keep(world, _definition(idempotent=False))
    denials = (await world.post(path, {"mode": "full"})).json()["steps"][0]["denials"]
    assert [each["code"] for each in denials] == ["operation"]
    other = (await world.compile("post")).json()
    assert other["plan_hash"] != plan["plan_hash"]
    await _keep(world, _definition(idempotent=False), status="suspended")
    path = f"/v1/plans/{other['plan_hash']}/ghostrun"
    denials = (await world.post(path, {"mode": "full"})).json()["steps"][0]["denials"]
    assert [each["code"] for each in denials] == ["rights"]
    assert "suspended" in denials[0]["detail"]


@pytest.mark.parametrize("status", ["draft", "suspended", "removed"])
async def test_only_an_active_connector_serves(world: World, status: str) -> None:
    await _keep(world, _definition(), status=status)
    await _deploy(world)
    await world.publish(CAPSULE)
    answer = await world.compile("post")
    assert answer.status_code == 422, answer.text
    told = "nothing serves" if status == "removed" else f"the connector desk is {status}"
    assert told in answer.text


async def test_a_milder_effect_of_the_spec_is_stopped(world: World) -> None:
    await _keep(world, _definition())
    await _deploy(world, "draft")
    await world.publish(CAPSULE)
    answer = await world.compile("post")
    assert "holds desk/tickets.create as draft" in answer.text


async def test_a_graver_effect_of_the_spec_stays(world: World) -> None:
    await _keep(world, _definition())
    await _deploy(world, "delete")
    await world.publish(CAPSULE)
    answer = await world.compile("post")
    assert answer.json()["content"]["steps"][0]["does"]["effect"] == "delete", answer.text


async def test_an_operation_without_an_effect_counts_as_the_gravest(world: World) -> None:
    await _keep(world, _definition(effect=None, undo=None))
    await _deploy(world)
    await world.publish(CAPSULE)
    assert "says that it is pay" in (await world.compile("post")).text


async def test_arguments_are_judged_by_the_connectors_schema(world: World) -> None:
    await _keep(world, _definition())
    await _deploy(world)
    await world.publish(CAPSULE.replace('{title: "${{ inputs.shelf }}"}', "{title: 4}"))
    answer = await world.compile("post")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "steps.0.with.title", answer.text


async def test_a_connector_of_another_workspace_or_tenant_serves_nothing(world: World) -> None:
    await _keep(world, _definition(), workspace_id="wsp_" + "0" * 26)
    await _deploy(world)
    await world.publish(CAPSULE)
    assert "nothing serves desk/tickets.create" in (await world.compile("post")).text


CHOSEN = """\
capsule: choose
version: 1.0.0
agent: poster
inputs: {shelf: string, amount: integer}
steps:
  - id: choose
    agent: {goal: "Post it.", tools: [desk/tickets.create], calls: 1, turns: 2, spend_usd: 0.01}
"""


@pytest.fixture
def small_model(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A stack whose steps may ask a model."""
    monkeypatch.setenv("ASSENT_MODEL_NAME", "small-1")
    settings.cache_clear()
    yield
    settings.cache_clear()


@pytest.mark.usefixtures("small_model")
async def test_a_model_may_be_let_choose_what_an_active_connector_serves(world: World) -> None:
    connector = await _keep(world, _definition())
    await _deploy(world)
    await world.publish(CHOSEN)
    answer = await world.compile("choose")
    assert answer.status_code == 201, answer.text
    (call,) = answer.json()["content"]["steps"][0]["does"]["envelope"]["calls"]
    assert (call["pin"], call["undo"]["operation"]) == (connector.pin, "desk/tickets.close")

    await _keep(world, _definition(), status="suspended")
    assert "the connector desk is suspended" in (await world.compile("choose")).text
    path = f"/v1/plans/{answer.json()['plan_hash']}/ghostrun"
    denials = (await world.post(path, {"mode": "full"})).json()["steps"][0]["denials"]
    assert [each["code"] for each in denials] == ["rights"]
