"""Whoever can write to the database cannot speak for a function."""

import json
from collections.abc import Mapping
from typing import Any

import grpc
import pytest
from google.cloud.firestore import Client
from google.pubsub_v1 import PublisherClient, PubsubMessage
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

from emulators.running import RunningPlatform
from shared.kit.ids import new_id
from shared.kit.instants import parse_instant
from shared.messaging.claim_check import messages_of
from shared.messaging.log import logged_event
from shared.messaging.redelivery import DeadLetters
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


def test_an_entry_altered_on_the_way_to_its_readers_is_handled_once_it_is_restored(
    running: RunningPlatform, firestore: Client
) -> None:
    world = World(running.client)
    genuine = _judged(world)
    entry = firestore.document(f"tenants/{world.tenant}/events/{genuine['id']}")
    stored = entry.get().to_dict() or {}
    ((data, attributes),) = messages_of([logged_event(stored, parse_instant(genuine["time"]))])
    assert (data, attributes["ce-dataref"]) == (b"", f"events/{genuine['id']}")

    said = {**json.loads(stored["data"]), "status": "cancelled", "agent_status": "deprecated"}
    entry.update({"data": json.dumps(said)})
    _publish(running, attributes)
    letters = DeadLetters(running.env)
    ours = {each.id: each for each in letters.all() if each.attributes["ce-id"] == genuine["id"]}
    assert {each.attributes["dead-letter-function"] for each in ours.values()} == {
        "audit",
        "mobile-api",
    }
    (agent,) = world.governor.get("/v1/mobile/agents")["items"]
    assert agent["status"] == "certified"
    health = world.governor.get("/v1/mobile/dashboard")["health"]
    assert health["status"] == "degraded"

    entry.update({"data": stored["data"]})
    list(letters.redeliver({*ours}))
    running.client.wait_until_idle()
    assert world.governor.get("/v1/mobile/dashboard")["health"]["status"] == "healthy"
    assert not {*ours} & {each.id for each in letters.all()}


def _publish(running: RunningPlatform, attributes: Mapping[str, str]) -> None:
    """As a redelivery to every reader of agents."""
    channel = grpc.insecure_channel(running.env["PUBSUB_EMULATOR_HOST"])
    client = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
    message = PubsubMessage(attributes=dict(attributes))
    client.publish(topic="projects/assent-local/topics/agents", messages=[message])
    running.client.wait_until_idle()
