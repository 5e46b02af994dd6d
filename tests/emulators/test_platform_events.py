"""What happens between a topic and a function: delivery, retries, dead letters, faults."""

import subprocess
import sys
import time
from pathlib import Path

import grpc
import pytest
from google.pubsub_v1 import PublisherClient, PubsubMessage
from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

from emulators.client import PlatformRefused
from emulators.running import RunningPlatform
from shared.kit.local_platform import find_local_platform
from shared.messaging.redelivery import DeadLetters, main
from tests.emulators.checkouts import Checkout

pytestmark = [pytest.mark.platform, pytest.mark.xdist_group("emulators-platform")]

REPOSITORY = Path(__file__).parents[2]


def _publish(platform: RunningPlatform, *messages: dict[str, str]) -> int:
    body = {"publish": list(messages)}
    return platform.client.http.post("/v1/notes", json=body).status_code


def test_an_event_arrives_as_a_cloud_event(platform: RunningPlatform, checkout: Checkout) -> None:
    _publish(platform, {"id": "e1"})
    platform.client.wait_until_idle()
    [seen] = checkout.seen()
    assert seen["path"] == "/events/notes"
    assert seen["body"] == '{"id": "e1"}'
    assert seen["headers"]["ce-id"] == "e1"
    assert seen["headers"]["content-type"] == "application/json"
    assert seen["headers"]["user-agent"] == "CloudPubSub-Google"


def test_a_subscription_gets_only_what_its_filter_lets_through(
    platform: RunningPlatform, checkout: Checkout
) -> None:
    kinds = ("assent.note.written.v1", "assent.note.kept.v1", "assent.scrap.thrown.v1")
    _publish(platform, *({"id": kind, "type": kind} for kind in kinds))
    platform.client.wait_until_idle()
    assert sorted(found["headers"]["ce-id"] for found in checkout.seen()) == sorted(kinds[:2])


def test_a_refused_event_comes_again_until_it_is_accepted(
    platform: RunningPlatform, checkout: Checkout
) -> None:
    checkout.answer(assent__note__written__v1=500)
    _publish(platform, {"id": "again"})
    with pytest.raises(PlatformRefused, match="deliveries: 1"):
        platform.client.wait_until_idle(timeout=0.5)
    checkout.answer(assent__note__written__v1=204)
    platform.client.wait_until_idle()
    statuses = [found["status"] for found in checkout.seen()]
    assert statuses[-1] == 204
    assert len(statuses) >= 2


def test_a_duplicated_delivery_reaches_the_function_twice(
    platform: RunningPlatform, checkout: Checkout
) -> None:
    platform.client.fault("pubsub", "duplicate")
    _publish(platform, {"id": "twin"})
    _publish(platform, {"id": "single"})
    platform.client.wait_until_idle()
    assert sorted(checkout.ids()) == ["single", "twin", "twin"]


def test_a_dropped_delivery_is_made_up_for(platform: RunningPlatform, checkout: Checkout) -> None:
    platform.client.fault("pubsub", "drop_once")
    _publish(platform, {"id": "dropped"})
    platform.client.wait_until_idle()
    assert checkout.ids() == ["dropped"]


def test_of_many_deliveries_that_fail_at_once_none_is_forgotten(
    platform: RunningPlatform, checkout: Checkout
) -> None:
    platform.client.fault("pubsub", "drop_once", count=100)
    _publish(platform, *({"id": f"many-{number}"} for number in range(40)))
    platform.client.wait_until_idle()
    assert sorted(checkout.ids()) == sorted(f"many-{number}" for number in range(40))


def test_a_slow_delivery_does_not_hold_the_next_one_back(
    platform: RunningPlatform, checkout: Checkout
) -> None:
    platform.client.fault("pubsub", "delay", seconds=1.0)
    _publish(platform, {"id": "slow"})
    time.sleep(0.3)  # Pub/Sub promises no order: the fault is for this one.
    _publish(platform, {"id": "quick"})
    platform.client.wait_until_idle()
    assert checkout.ids() == ["quick", "slow"]


def test_idle_waits_for_a_delayed_delivery(platform: RunningPlatform, checkout: Checkout) -> None:
    platform.client.fault("pubsub", "delay", seconds=1.5)
    _publish(platform, {"id": "late"})
    with pytest.raises(PlatformRefused) as refused:
        platform.client.wait_until_idle(timeout=0.7)
    assert (refused.value.status, checkout.ids()) == (504, [])
    platform.client.wait_until_idle()
    assert checkout.ids() == ["late"]


def test_a_reordered_delivery_is_overtaken(platform: RunningPlatform, checkout: Checkout) -> None:
    platform.client.fault("pubsub", "reorder")
    _publish(platform, {"id": "first"})
    _publish(platform, {"id": "second"})
    platform.client.wait_until_idle()
    assert sorted(checkout.ids()) == ["first", "second"]
    assert checkout.ids()[0] != checkout.ids()[1]


def test_publishing_fails_as_often_as_asked(platform: RunningPlatform) -> None:
    platform.client.fault("pubsub", "unavailable", count=2)
    assert [_publish(platform, {"id": "down"}) for _ in range(3)] == [500, 500, 200]
    platform.client.wait_until_idle()


def test_an_unavailable_function_answers_503_as_often_as_asked(platform: RunningPlatform) -> None:
    platform.client.fault("function:notes", "unavailable", count=2)
    statuses = [platform.client.http.get("/v1/notes").status_code for _ in range(3)]
    assert statuses == [503, 503, 200]


def test_a_function_killed_at_work_answers_503_and_comes_back(platform: RunningPlatform) -> None:
    platform.client.http.get("/v1/notes")
    platform.client.fault("function:notes", "kill")
    answer = platform.client.http.post("/v1/notes", json={"sleep": 2})
    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert platform.client.http.get("/v1/notes").status_code == 200


def test_an_event_whose_function_is_killed_is_delivered_again(
    platform: RunningPlatform, checkout: Checkout
) -> None:
    platform.client.fault("function:notes-reactions", "kill", seconds=0)
    _publish(platform, {"id": "survivor"})
    platform.client.wait_until_idle()
    assert "survivor" in checkout.ids()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"target": "sun", "kind": "delay"}, "target"),
        ({"target": "function:", "kind": "kill"}, "target"),
        ({"target": "function:nobody", "kind": "kill"}, "target"),
        ({"target": "firestore", "kind": "kill"}, "kind"),
        ({"target": "pubsub", "kind": "explode"}, "kind"),
        ({"target": "pubsub", "kind": "delay", "count": 0}, "count"),
        ({"target": "pubsub", "kind": "delay", "colour": "red"}, "colour"),
        ({"kind": "delay"}, "target"),
    ],
)
def test_a_fault_that_cannot_be_is_refused_by_field(
    platform: RunningPlatform, body: dict[str, object], field: str
) -> None:
    answer = platform.client.http.post("/_platform/faults", json=body)
    assert answer.status_code == 422
    [error] = answer.json()["errors"]
    assert error["field"] == field
    # The kinds that are named are those that this target takes.
    assert "kill" not in error["message"]


def test_what_fails_every_delivery_is_dead_lettered_and_can_be_redelivered(
    platform: RunningPlatform, checkout: Checkout, capsys: pytest.CaptureFixture[str]
) -> None:
    checkout.answer(assent__note__written__v1=500)
    _publish(platform, {"id": "doomed"})
    platform.client.wait_until_idle()
    assert checkout.ids() == ["doomed"] * 5

    description = find_local_platform(platform.platform.directory.path)
    assert description is not None
    letters = DeadLetters(description["env"], description["functions"])
    [letter] = letters.all()
    assert letter.attributes["dead-letter-function"] == "notes-reactions"
    assert letter.attributes["dead-letter-subscription"] == "notes-reactions.notes.a3cdc46e"
    assert "500" in letter.attributes["dead-letter-reason"]
    assert [found.id for found in letters.all()] == [letter.id]

    checkout.answer(assent__note__written__v1=204)
    state = str(platform.platform.directory.path)
    command = [sys.executable, "-m", "shared.messaging.redelivery", "--state", state]
    assert main(["--state", state, "list"]) == 0
    assert "doomed" in capsys.readouterr().out
    done = subprocess.run(
        [*command, "redeliver", letter.id], capture_output=True, text=True, cwd=REPOSITORY
    )
    assert done.returncode == 0, done.stderr
    platform.client.wait_until_idle()
    assert checkout.seen()[-1]["headers"]["ce-id"] == "doomed"
    assert checkout.seen()[-1]["status"] == 204
    assert letters.all() == []
    assert main(["--state", state, "redeliver", "x"]) == 1
    assert capsys.readouterr().err == "no such dead letter: x\n"


def _bury(platform: RunningPlatform, *letters: dict[str, str]) -> None:
    """As a function does with what can never succeed."""
    channel = grpc.insecure_channel(platform.env["PUBSUB_EMULATOR_HOST"])
    client = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
    messages = [PubsubMessage(data=b"{}", attributes=letter) for letter in letters]
    client.publish(topic="projects/assent-local/topics/dead-letters", messages=messages)


def test_what_a_function_buried_is_sent_where_it_was_going(
    platform: RunningPlatform, checkout: Checkout
) -> None:
    common = {"dead-letter-function": "notes", "dead-letter-reason": "unreadable"}
    event = {"ce-id": "e", "ce-type": "assent.note.kept.v1", "dead-letter-path": "/events/notes"}
    timer = {"ce-id": "t", "ce-type": "assent.note.due.v1"}
    timer["dead-letter-path"] = "/timers/notes"
    run = {"ce-id": "s", "ce-type": "assent.sweep.due.v1"}
    run["dead-letter-path"] = "/schedules/assent.sweep.due.v1"
    event["assent-redelivers"] = timer["assent-redelivers"] = "notes/dlv_1"
    _bury(platform, *({**common, **letter} for letter in (event, timer, run)))

    description = find_local_platform(platform.platform.directory.path)
    assert description is not None
    letters = DeadLetters(description["env"], description["functions"])
    assert [letter.headers["ce-id"] for letter in letters.all()] == ["e", "t", "s"]
    done = [line.partition(":")[0] for line in letters.redeliver(None)]
    assert done[:2] == ["redelivered", "redelivered"]
    assert "fires again" in done[2]
    platform.client.wait_until_idle()
    assert letters.all() == []
    seen = {found["path"]: found["headers"]["ce-id"] for found in checkout.seen()}
    assert seen == {"/events/notes": "e", "/timers/notes": "t"}
    assert "s" not in checkout.ids("assent.sweep.due.v1")
    marks = {found["headers"].get("assent-redelivers") for found in checkout.seen()}
    assert marks == {"notes/dlv_1"}


def test_a_redelivered_message_that_fails_every_delivery_keeps_its_mark(
    platform: RunningPlatform, checkout: Checkout
) -> None:
    checkout.answer(assent__note__kept__v1=500)
    letter = {"ce-id": "e", "ce-type": "assent.note.kept.v1", "dead-letter-path": "/events/notes"}
    _bury(platform, {**letter, "dead-letter-function": "notes", "assent-redelivers": "notes/dlv_1"})
    description = find_local_platform(platform.platform.directory.path)
    assert description is not None
    letters = DeadLetters(description["env"], description["functions"])
    list(letters.redeliver(None))
    platform.client.wait_until_idle()
    [again] = letters.all()
    assert again.attributes["dead-letter-function"] == "notes-reactions"
    assert again.headers["assent-redelivers"] == "notes/dlv_1"
    checkout.answer(assent__note__kept__v1=204)
    list(letters.redeliver(None))
    platform.client.wait_until_idle()
    assert checkout.seen()[-1]["headers"]["assent-redelivers"] == "notes/dlv_1"
