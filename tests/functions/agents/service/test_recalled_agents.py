"""A recall suspends the agent, and whoever reactivates it waits until that was lifted."""

from datetime import UTC, datetime
from typing import Any

from events.recalls import RecallStarted
from shared.agents.stops import STOPS, AgentStops
from shared.kit.instants import to_milliseconds
from shared.messaging.envelope import Envelope
from shared.storage.batches import Batch
from tests.functions.agents.worlds import World

RECALL, REASON = "rcl_01KAGQ0000000000000000000A", {"reason": "look at it"}


async def stop(world: World, agent_id: str, **stops: Any) -> None:
    """What `runs` commits with a recall."""
    batch = Batch()
    state = AgentStops(agent_id=agent_id, **stops).model_dump_json()
    batch.put(STOPS, agent_id, {"state": state})
    await world.store.commit(batch)


async def recalled(world: World, agent_id: str) -> Envelope:
    """The event of a recall of the agent."""
    at = to_milliseconds(datetime.now(UTC))
    recall = RecallStarted(
        recall_id=RECALL,
        agent_id=agent_id,
        name="base",
        reason="it writes to the wrong clinic",
        recalled_by="gala",
        recalled_at=at,
        status="halting",
    )
    cause = (await world.log())[-1]
    return world.event(recall, f"recall/{RECALL}", 1, cause, at, source="runs")


async def test_a_recall_suspends_the_agent_and_its_dependents_once(world: World) -> None:
    base = await world.live("finance-market-brief", name="base")
    other = await world.live(name="middle", interfaces__depends_on=["base"])
    event = await recalled(world, base["agent_id"])
    await stop(world, base["agent_id"], whole=RECALL)
    for _ in range(2):
        await world.deliver(event)
    agent = await world.agent(base["agent_id"])
    assert (agent["status"], agent["suspension"]["trigger"]) == ("suspended", "recalled")
    assert agent["suspension"]["by"] == "gala"
    await world.deliver_own("assent.agent.suspended.v1")
    assert (await world.agent(other["agent_id"]))["status"] == "suspended"
    assert (await world.events()).count("agent.suspended") == 2


async def test_it_comes_back_once_the_recall_was_lifted(world: World) -> None:
    base = await world.live("finance-market-brief", name="base")
    event = await recalled(world, base["agent_id"])
    await stop(world, base["agent_id"], versions={"1.0.0": RECALL})
    await world.deliver(event)
    path = f"/v1/agents/{base['agent_id']}/reactivate"
    governor = world.of("gala", "governor")
    refused = await governor.post(path, REASON)
    assert (refused.status_code, refused.json()["code"]) == (409, "version_conflict")
    assert f"/v1/recalls/{RECALL}/lift" in refused.json()["detail"]
    await stop(world, base["agent_id"])
    assert (await governor.post(path, REASON)).json()["status"] == "probation"
    # The event comes again, long after.
    await world.deliver(event)
    assert (await world.agent(base["agent_id"]))["status"] == "probation"


async def test_the_recall_of_another_version_suspends_nothing(world: World) -> None:
    base = await world.live("finance-market-brief", name="base")
    await stop(world, base["agent_id"], versions={"0.9.0": RECALL})
    await world.deliver(await recalled(world, base["agent_id"]))
    assert (await world.agent(base["agent_id"]))["status"] == "active"
