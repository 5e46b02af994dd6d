"""A recall suspends the precedents that were learned from the agent, and no others."""

from datetime import datetime
from typing import Any

from events.precedents import Condition, PrecedentSeed
from events.recalls import RecallStarted
from functions.approvals.aggregates import PRECEDENTS
from functions.approvals.service.lists import show_approval, show_precedent
from shared.messaging.envelope import Envelope
from tests.functions.approvals.builders import GOVERNOR, HOUR, START
from tests.functions.approvals.worlds import World

AGENT, RECALL = "agt_01KAGQ0000000000000000000A", "rcl_01KAGQ0000000000000000000A"


async def learned(world: World) -> PrecedentSeed:
    """A precedent whose example is the approved case of the agent."""
    event, id = world.approval_needed()
    await world.deliver(event)
    case = await show_approval(world.caller(GOVERNOR), id)
    await world.decide("approve", case)
    return await world.precedent(
        kind="constitutional",
        domain="GEN",
        title="Writers of a clinic",
        example_approval_id=id,
        conditions=(Condition(field="content.industry", op="eq", value="healthcare"),),
    )


async def shown(world: World, seed: PrecedentSeed) -> Any:
    return await show_precedent(world.caller(GOVERNOR), seed.seed_id)


def recalled(world: World, agent_id: str, at: datetime = START) -> Envelope:
    recall = RecallStarted(
        recall_id=RECALL,
        agent_id=agent_id,
        name="clinic-content-writer",
        version="1.0.0",
        reason="it writes to the wrong clinic",
        recalled_by="gala",
        recalled_at=at,
        status="halting",
    )
    return world.event(recall, f"recall/{RECALL}", at)


async def test_what_was_learned_from_a_recalled_agent_assents_to_nothing(world: World) -> None:
    other, seed = await world.precedent(), await learned(world)
    await world.deliver(recalled(world, "agt_01KAGQ0000000000000000000B"))
    assert (await shown(world, seed)).status == "active"
    event = recalled(world, AGENT)
    for _ in range(2):
        await world.deliver(event)
    after = await shown(world, seed)
    assert (after.status, after.recall_id) == ("suspended", RECALL)
    assert (await shown(world, other)).status == "active"
    assert (await world.ask()).status == "auto_approved"
    again, id = world.approval_needed(case_id="cas_01KAGQ0000000000000000000B")
    await world.deliver(again)
    assert (await show_approval(world.caller(GOVERNOR), id)).status == "pending"
    found = await world.store.find(PRECEDENTS.collection, where=[("recall_id", "==", RECALL)])
    assert [each.id for each in found.items] == [seed.seed_id]
    # A governor who activates it again knows why.
    active = await world.activate(seed, at=START + HOUR)
    assert (active.status, active.recall_id) == ("active", None)
    await world.deliver(event)
    assert (await shown(world, seed)).status == "active"
