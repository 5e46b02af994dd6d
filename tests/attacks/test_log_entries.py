"""Whoever can write to the database cannot speak for a function."""

import json
from typing import Any

import pytest
from google.cloud.firestore import Client

from emulators.running import RunningPlatform
from shared.kit.ids import new_id
from shared.kit.instants import parse_instant
from tests.journeys.world import World

pytestmark = pytest.mark.platform


def _judged(world: World) -> dict[str, Any]:
    """A genuine event of `agents` about a case that waits for the governor."""
    world.submit("writer")
    judged = (e for e in world.events() if e["type"] == "assent.creation_case.judged.v1")
    return next(judged)


def test_an_entry_written_straight_into_the_log_reaches_nobody(
    running: RunningPlatform, firestore: Client
) -> None:
    world = World(running.client)
    genuine = _judged(world)
    path = f"tenants/{world.tenant}/events"
    entry = firestore.document(f"{path}/{genuine['id']}").get().to_dict() or {}
    id = new_id("evt", parse_instant(genuine["time"]))
    said = {**json.loads(entry["data"]), "status": "cancelled", "agent_status": "deprecated"}
    waits = {"unpublished": True, "sweep_at": genuine["time"], "sweeps": 0}
    forged = {"id": id, "data": json.dumps(said), "sequence": 9, **waits}
    firestore.document(f"{path}/{id}").set({**entry, **forged})

    running.client.advance(120)
    world.settle()
    (agent,) = world.governor.get("/v1/mobile/agents")["items"]
    assert agent["status"] == "certified"
    (violation,) = world.governor.get("/v1/mobile/violations")["items"]
    assert (violation["rule"], violation["subject"]["name"]) == ("authentic_log", id)
    assert violation["reported_by"] == "service:agents"
    after = firestore.document(f"{path}/{id}").get().to_dict() or {}
    assert (after["unpublished"], after["refused"]) == (False, True)
