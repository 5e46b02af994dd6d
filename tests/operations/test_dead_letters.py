"""docs/runbooks/dead-letters.md: found, understood, sent again, over."""

import subprocess
import sys
from datetime import UTC, datetime

import grpc
import pytest
from google.pubsub_v1 import PublisherClient, PubsubMessage
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

from emulators.running import RunningPlatform
from shared.messaging.redelivery import DeadLetter, DeadLetters
from tests.journeys.world import World
from tests.operations.conftest import ROOT

pytestmark = pytest.mark.platform

# More than the attempts of one delivery, for others arrive meanwhile.
REFUSALS = 100
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _dead_letters(running: RunningPlatform, *arguments: str) -> str:
    """What `make dead-letters` runs, on this platform."""
    state = str(running.platform.directory.path)
    command = [sys.executable, "-m", "shared.messaging.redelivery", "--state", state, *arguments]
    answer = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return answer.stdout


def test_what_a_function_that_was_down_missed_is_listed_sent_again_and_takes_effect(
    running: RunningPlatform, world: World
) -> None:
    case = world.submit("writer")
    card = world.card(case)
    running.client.fault("function:agents-reactions", "unavailable", count=REFUSALS)
    assert world.decide("approve", card).status_code == 200
    world.settle()
    assert world.statuses(case) == ("certified", "ethics_cleared")
    listed = _dead_letters(running, "list")
    [letter] = [line for line in listed.splitlines() if f"approval/{card['id']}" in line]
    assert "assent.approval.approved.v1" in letter
    running.client.disarm()
    assert "redelivered" in _dead_letters(running, "redeliver", letter.split()[0])
    world.settle()
    assert world.statuses(case) == ("active", "live")
    assert f"approval/{card['id']}" not in _dead_letters(running, "list")


BODY = '{"case_id": "cas_1", "note": "a, b | c"}'
EVENT = {
    "ce-id": "evt_1",
    "ce-source": "//assent/agents",
    "ce-type": "assent.creation_case.cancelled.v1",
    "assent-redelivers": "approvals/abc",
}


def test_a_letter_goes_where_it_was_going_with_the_mark_it_needs_whoever_gave_it_up() -> None:
    reason = {"dead-letter-path": "/events/agents", "dead-letter-reason": "not_found: no, yet"}
    subscription = {"CloudPubSubDeadLetterSourceSubscription": "approvals-reactions.x"}
    for about_the_death in (reason, subscription, {**subscription, "googclient_x": "y"}):
        letter = DeadLetter("1", "a", NOW, BODY.encode(), {**EVENT, **about_the_death})
        assert letter.path == "/events/agents"
        assert letter.headers == {"Content-Type": "application/json", **EVENT}


def test_a_letter_that_pub_sub_gave_up_goes_to_the_topic_of_its_subscription() -> None:
    of_a_recall = {
        "ce-source": "//assent/runs",
        "CloudPubSubDeadLetterSourceSubscription": "agents-reactions.runs.recalls.0a1b2c3d",
    }
    letter = DeadLetter("1", "a", NOW, BODY.encode(), {**EVENT, **of_a_recall})
    assert letter.path == "/events/runs.recalls"


def test_the_tool_works_on_the_project_that_the_environment_names(
    running: RunningPlatform, world: World
) -> None:
    _give_up(running, {**EVENT, "ce-tenantid": world.tenant})
    _give_up(running, {"ce-id": "tmr_1", "dead-letter-path": "/timers/q"})
    letters = DeadLetters(running.env)
    ours = {one.id for one in letters.all() if one.attributes["ce-id"] in {"evt_1", "tmr_1"}}
    done = [line.partition(":")[0] for line in letters.redeliver(ours)]
    assert done == ["redelivered", "removed, because the sweep fires overdue timers"]
    assert not ours & {one.id for one in letters.all()}


def _give_up(running: RunningPlatform, attributes: dict[str, str]) -> None:
    """As Pub/Sub does, which says nothing about where the message was going."""
    channel = grpc.insecure_channel(running.env["PUBSUB_EMULATOR_HOST"])
    client = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
    subscription = {"CloudPubSubDeadLetterSourceSubscription": "approvals-reactions.x"}
    common = {"dead-letter-function": "nobody-reactions", **subscription}
    message = PubsubMessage(data=BODY.encode(), attributes={**common, **attributes})
    client.publish(topic="projects/assent-local/topics/dead-letters", messages=[message])
