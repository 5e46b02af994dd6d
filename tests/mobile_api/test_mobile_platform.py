"""The phone against the real platform: what it sees is what the log says."""

from collections.abc import Mapping
from typing import Any

import grpc
import pytest
from google.pubsub_v1 import PublisherClient, PubsubMessage
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

from emulators.running import RunningPlatform
from events.cases import CreationCaseCancelled
from mobile_api.service.rebuild import rebuild
from shared.kit import clock
from shared.kit.canonical import content_hash
from shared.kit.local_platform import find_local_platform
from shared.messaging.redelivery import DeadLetter, DeadLetters
from tests.journeys.world import World, precedent
from tests.mobile_api.stories import case
from tests.mobile_api.worlds import in_tenant

pytestmark = pytest.mark.platform


def _rebuilt(running: RunningPlatform, world: World) -> tuple[str, str]:
    result = running.run(rebuild(world.tenant, now=clock.now()))
    return result.digest_before, result.digest_after


@pytest.fixture
def world(running: RunningPlatform) -> World:
    running.client.disarm()
    return World(running.client)


def _activate_precedent(world: World, example: dict[str, Any]) -> None:
    body = precedent("healthcare") | {"example_approval_id": world.card(example)["id"]}
    seed = world.governor.post("/v1/mobile/seeds", body)
    assert seed["status"] == "approved", seed["findings"]
    seed = world.governor.post(f"/v1/mobile/seeds/{seed['seed_id']}/activate")
    assert seed["status"] == "active"
    world.settle()


@pytest.mark.nightly
def test_after_every_kind_of_story_the_rebuilt_projection_has_the_same_bytes(
    running: RunningPlatform, world: World
) -> None:
    running.client.fault("pubsub", "duplicate", count=9)
    _activate_precedent(world, world.live("first-writer"))
    reversed_case = world.submit("second-writer")
    card = world.card(reversed_case)
    assert card["status"] == "auto_approved"
    assert world.veto(card).status_code == 200
    world.settle()
    rejected = world.submit("third-writer", mode="trial")
    world.veto(world.card(rejected))
    world.settle()
    before, after = _rebuilt(running, world)
    assert before == after


def test_the_phone_sees_a_story_from_its_request_to_its_reversal(world: World) -> None:
    case = world.live("clinic-writer")
    seen = world.governor.get("/v1/mobile/dashboard")
    assert (seen["active_agents"], seen["pending_approvals"]) == (1, 0)
    (agent,) = world.governor.get("/v1/mobile/agents")["items"]
    assert (agent["agent_id"], agent["status"], agent["case_id"]) == (
        case["agent_id"],
        "active",
        None,
    )
    card = world.card(case)
    assert content_hash(card["content"]) == card["decision_hash"]
    _activate_precedent(world, case)
    second = world.card(world.submit("other-writer"))
    assert world.governor.get("/v1/mobile/dashboard")["open_veto_windows"] == 1
    world.veto(second)
    world.settle()
    seen = world.governor.get("/v1/mobile/dashboard")
    assert (seen["active_agents"], seen["open_veto_windows"]) == (1, 0)
    assert [each["status"] for each in seen["recent_vetoes"]] == ["reversed"]
    assert seen["health"]["status"] == "healthy"
    (seed,) = world.governor.get("/v1/mobile/seeds")["items"]
    assert (seed["match_count"], seed["veto_count"], seed["veto_rate"]) == (1, 1, 1.0)


@pytest.mark.nightly
def test_both_apis_say_the_same_of_how_well_a_precedent_serves(world: World) -> None:
    _activate_precedent(world, world.live("first-writer"))
    vetoed = world.submit("second-writer")
    for number in range(3):
        world.submit(f"other-writer-{number}", industry="dentistry")
    world.veto(world.card(vetoed))
    world.settle()
    (seen,) = world.governor.get("/v1/mobile/seeds")["items"]
    (kept,) = world.governor.get("/v1/precedent-seeds")["items"]
    assert (seen["match_count"], seen["match_rate"], seen["veto_rate"]) == (1, 0.25, 1.0)
    for name in ("status", "match_count", "veto_count", "match_rate", "veto_rate"):
        assert seen[name] == kept[name]


def test_a_queue_of_decisions_is_settled_by_the_real_owner(world: World) -> None:
    case = world.submit("queued-writer")
    card = world.card(case)
    decision = {
        "approval_id": card["id"],
        "action": "approve",
        "decision_hash": card["decision_hash"],
        "client_decision_id": "6f1c6c0e-8d0b-4c55-9a53-3f4c1c7a4b11",
    }
    stale = decision | {
        "decision_hash": "0" * 64,
        "client_decision_id": "6f1c6c0e-8d0b-4c55-9a53-3f4c1c7a4b12",
    }
    queue = {"decisions": [stale, decision, decision, {**decision, "action": "veto"}]}
    answer = world.governor.send("POST", "/v1/mobile/sync", json=queue)
    assert answer.status_code == 200, answer.text
    assert [each["status"] for each in answer.json()["results"]] == [412, 200, 200, 422]


def _publish(running: RunningPlatform, data: str, attributes: Mapping[str, str]) -> None:
    """To the topic of agents, as whoever redelivers does."""
    channel = grpc.insecure_channel(running.env["PUBSUB_EMULATOR_HOST"])
    client = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
    message = PubsubMessage(data=data.encode(), attributes=dict(attributes))
    client.publish(topic="projects/assent-local/topics/agents", messages=[message])
    running.client.wait_until_idle()


def _waiting(world: World) -> tuple[str, dict[str, int]]:
    health = world.governor.get("/v1/mobile/dashboard")["health"]
    return health["status"], {each["name"]: each["dead_letters"] for each in health["functions"]}


@pytest.mark.nightly
def test_dead_letters_are_seen_until_their_redelivery_is_handled(
    running: RunningPlatform, world: World
) -> None:
    good = in_tenant(case(CreationCaseCancelled), world.tenant)
    _publish(running, "{}", good.headers())
    both = {"approvals": 1, "mobile-api": 1}
    assert _waiting(world) == ("degraded", both)
    description = find_local_platform(running.platform.directory.path)
    assert description is not None
    dead = DeadLetters(description["env"], description["functions"])

    def ours() -> dict[str, DeadLetter]:
        own = [each for each in dead.all() if each.attributes.get("ce-tenantid") == world.tenant]
        return {each.attributes["dead-letter-function"]: each for each in own}

    letters = ours()
    assert letters.keys() == {"approvals", "mobile-api"}
    list(dead.redeliver({letters["approvals"].id}))
    running.client.wait_until_idle()
    assert _waiting(world) == ("degraded", both)
    _publish(running, good.data, letters["approvals"].headers)
    # Published to the topic, the event reaches the projection too, which then knows its publisher.
    assert _waiting(world) == ("degraded", {**both, "agents": 0, "approvals": 0})
    _publish(running, good.data, letters["mobile-api"].headers)
    assert _waiting(world) == ("healthy", {"agents": 0, "approvals": 0, "mobile-api": 0})
    list(dead.redeliver({each.id for each in ours().values()}))
    running.client.wait_until_idle()
