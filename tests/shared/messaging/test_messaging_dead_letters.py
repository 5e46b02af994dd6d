"""What can never succeed is kept with all it takes to try again."""

import time

import pytest

from shared.kit.errors import Unavailable
from shared.messaging import pubsub
from shared.messaging.dead_letters import DEAD_LETTERS, LONGEST_VALUE, bury
from shared.messaging.pubsub import publish
from tests.shared.cloud import Cloud, Mailbox

pytestmark = pytest.mark.platform
HEADERS = {
    "ce-id": "evt_1",
    "ce-type": "assent.order.placed.v1",
    "ce-source": "//assent/orders",
    "authorization": "Bearer secret",
    "content-type": "application/json",
    "x-goog-pubsub-message-id": "77",
}


async def test_a_dead_letter_keeps_body_attributes_destination_and_reason(dead: Mailbox) -> None:
    body = b"\xff no json"
    await bury(body, HEADERS, function="bills", path="/events/orders", reason="unreadable")
    (letter,) = await dead.take(1)
    assert letter.data == body
    assert letter.attributes == {
        "ce-id": "evt_1",
        "ce-type": "assent.order.placed.v1",
        "ce-source": "//assent/orders",
        "dead-letter-function": "bills",
        "dead-letter-path": "/events/orders",
        "dead-letter-reason": "unreadable",
    }


async def test_credentials_are_not_kept(dead: Mailbox) -> None:
    await bury(b"{}", HEADERS, function="bills", path="/events/orders", reason="x")
    (letter,) = await dead.take(1)
    assert "secret" not in str(letter.attributes)


async def test_no_length_keeps_a_letter_from_being_buried(dead: Mailbox) -> None:
    headers = {"ce-subject": "ü" * 5000, "ce-" + "n" * 300: "dropped", "ce-id": "evt_1"}
    await bury(b"{}", headers, function="bills", path="/events/" + "p" * 2000, reason="漢" * 5000)
    (letter,) = await dead.take(1)
    assert all(len(value.encode()) <= LONGEST_VALUE for value in letter.attributes.values())
    assert letter.attributes["dead-letter-reason"].startswith("漢漢漢")
    assert letter.attributes["ce-id"] == "evt_1"


async def test_a_topic_that_cannot_be_reached_is_said(
    cloud: Cloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pubsub, "RETRIED_FOR_SECONDS", 0.2)
    cloud.pubsub.cut("Publish")
    with pytest.raises(Unavailable):
        await bury(b"{}", HEADERS, function="bills", path="/events/orders", reason="x")


async def test_publishing_gives_up_within_bounded_time(cloud: Cloud) -> None:
    cloud.pubsub.cut("Publish")
    started = time.monotonic()
    with pytest.raises(Unavailable):
        await publish(DEAD_LETTERS, [(b"{}", {})])
    assert time.monotonic() - started < 2 * pubsub.RETRIED_FOR_SECONDS


async def test_a_topic_that_is_not_there_is_unavailable_at_once(cloud: Cloud, noun: str) -> None:
    with pytest.raises(Unavailable, match=noun):
        await publish(noun, [(b"{}", {})])
    assert cloud.pubsub.calls == ["Publish"]


async def test_a_brief_failure_is_retried(cloud: Cloud, dead: Mailbox) -> None:
    cloud.pubsub.cut("Publish", times=2)
    await publish(DEAD_LETTERS, [(b"again", {"n": "1"})])
    assert cloud.pubsub.calls == ["Publish"] * 3
    assert [letter.data for letter in await dead.take(1)] == [b"again"]


async def test_more_messages_than_one_request_takes_are_all_published(
    cloud: Cloud, noun: str
) -> None:
    mailbox = await cloud.mailbox(noun)
    cloud.mend()
    await publish(noun, [(str(number).encode(), {"n": "1"}) for number in range(1001)])
    assert cloud.pubsub.calls == ["Publish", "Publish"]
    assert len(await mailbox.take(1001)) == 1001


async def test_nothing_to_publish_asks_nobody(cloud: Cloud, noun: str) -> None:
    await publish(noun, [])
    assert cloud.pubsub.calls == []
