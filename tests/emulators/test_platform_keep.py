"""A platform that is stopped and started with `--keep` goes on where it was, as the cloud would."""

import json
import os
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import httpx
import pytest

from emulators.client import PlatformClient
from shared.kit.instants import parse_instant
from shared.kit.local_platform import find_local_platform
from shared.messaging.redelivery import DeadLetters
from tests.emulators.checkouts import Checkout, copy_checkout
from tests.emulators.commands import (
    Command,
    emulators,
    publish,
    running,
    set_timer,
    stop,
    until,
    up,
)

pytestmark = [pytest.mark.platform, pytest.mark.xdist_group("emulators-keep")]

WRITTEN = "assent.note.written.v1"
DUE = "assent.note.due.v1"


# Goes on


@dataclass
class Story:
    """What was seen of one platform before it was stopped in the middle of things, and after."""

    checkout: Checkout
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    # How a backup and its restore ended, between which the platform's directory was lost.
    backup: list[int] = field(default_factory=list)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    story = Story(copy_checkout(tmp_path_factory.mktemp("story") / "checkout"))
    with running(story.checkout, "--keep") as first:
        _first_half(story, first, up(first))
        stop(first)
    stopped, backup = time.monotonic(), story.checkout.root / "backup"
    story.backup.append(emulators(story.checkout, "backup", str(backup)).returncode)
    shutil.rmtree(first.state)
    story.backup.append(emulators(story.checkout, "restore", str(backup)).returncode)
    # The first timer falls due meanwhile.
    time.sleep(max(0.0, stopped + 2 - time.monotonic()))
    story.checkout.forget()
    with running(story.checkout, "--keep", port=first.port) as second:
        _second_half(story, second, up(second))
        story.after["output"] = stop(second)
    return story


def _first_half(story: Story, command: Command, platform: PlatformClient) -> None:
    platform.advance(3 * 3600)  # So that the kept offset matters.
    before = story.before
    before["token"] = platform.token("gala", "t", expires_in=86400)
    before["identity"] = _identity(command, platform)
    before["documents"] = _firestore(command, "write")
    letters = _dead_letters(command)
    for name in ("a", "b"):
        _bury(command.until_up(), name)
    [dealt_with] = [one.id for one in letters.all() if one.attributes["ce-id"] == "a"]
    assert list(letters.redeliver({dealt_with}))
    publish(platform, "accepted")
    platform.wait_until_idle()
    story.checkout.answer(assent__note__written__v1=500)
    before["now"] = parse_instant(platform.now())
    set_timer(platform, "soon", before["now"] + timedelta(seconds=4))
    set_timer(platform, "tomorrow", before["now"] + timedelta(hours=24))
    story.checkout.forget()
    story.checkout.answer(assent__note__written__v1=500)
    publish(platform, "refused-1", "refused-2")
    until(lambda: {*story.checkout.ids()}, {"refused-1", "refused-2"})
    before["timers"] = story.checkout.ids(DUE)


def _second_half(story: Story, command: Command, platform: PlatformClient) -> None:
    after = story.after
    after["now"] = parse_instant(platform.now())
    until(lambda: sorted(story.checkout.ids()), ["refused-1", "refused-2"])
    until(lambda: story.checkout.ids(DUE), ["soon"])
    platform.wait_until_idle()
    after["deliveries"] = sorted(story.checkout.ids())
    after["identity"] = _identity(command, platform)
    env = command.until_up()["env"]
    after["keys"] = httpx.get(env["ASSENT_JWKS_URL"]).json()
    after["documents"] = _firestore(command, "read")
    after["dead_letters"] = _dead_letters(command).all()
    platform.advance(24 * 3600)
    platform.wait_until_idle()
    after["timers"] = story.checkout.ids(DUE)


def test_deliveries_go_on_after_a_stop_and_those_that_were_made_are_not_repeated(
    story: Story,
) -> None:
    assert story.after["deliveries"] == ["refused-1", "refused-2"]
    assert "Going on from what was kept at" in story.after["output"]


def test_a_backup_brings_a_lost_directory_back(story: Story) -> None:
    assert story.backup == [0, 0]
    assert len(story.after["documents"]) == len(story.before["documents"])


def test_a_timer_that_fell_due_while_nothing_ran_fires_at_the_start_and_one_that_did_not_waits(
    story: Story,
) -> None:
    assert story.before["timers"] == []
    assert story.after["timers"] == ["soon", "tomorrow"]


def test_the_clock_goes_on_from_where_it_was_moved(story: Story) -> None:
    before, after = story.before["now"], story.after["now"]
    assert before + timedelta(seconds=2) < after < before + timedelta(minutes=2)


def test_keys_addresses_and_secrets_are_the_same_after_a_start(story: Story) -> None:
    assert story.after["identity"] == story.before["identity"]
    assert _verified(story.before["token"], story.after["keys"])["sub"] == "gala"


def test_dead_letters_stay_until_somebody_deals_with_them(story: Story) -> None:
    left = [(one.attributes["ce-id"], one.data) for one in story.after["dead_letters"]]
    assert left == [("b", b"b")]


def test_documents_keep_their_fields_their_order_and_their_preconditions(story: Story) -> None:
    assert len(story.before["documents"]) == 6
    assert story.after["documents"] == story.before["documents"]


def _dead_letters(command: Command) -> DeadLetters:
    description = command.until_up()
    return DeadLetters(description["env"], description["functions"])


def _identity(command: Command, platform: PlatformClient) -> list[object]:
    description = find_local_platform(command.state)
    assert description is not None
    env = description["env"]
    return [env["ASSENT_ISSUER"], description["functions"], _secrets(env)]


def _secrets(env: dict[str, str]) -> dict[str, bytes]:
    import grpc
    from google.cloud.secretmanager_v1 import SecretManagerServiceClient
    from google.cloud.secretmanager_v1.services.secret_manager_service.transports import (
        SecretManagerServiceGrpcTransport,
    )

    with grpc.insecure_channel(env["SECRET_MANAGER_EMULATOR_HOST"]) as channel:
        client = SecretManagerServiceClient(
            transport=SecretManagerServiceGrpcTransport(channel=channel)
        )
        names = [found.name for found in client.list_secrets(parent="projects/assent-local")]
        return {
            name: client.access_secret_version(name=f"{name}/versions/latest").payload.data
            for name in names
        }


def _verified(token: str, keys: Any) -> dict[str, Any]:
    from joserfc import jwt
    from joserfc.jwk import KeySet

    return jwt.decode(token, KeySet.import_key_set(keys), ["Ed25519"]).claims


def _bury(description: dict[str, Any], name: str) -> None:
    import grpc
    from google.pubsub_v1 import PublisherClient, PubsubMessage
    from google.pubsub_v1.services.publisher.transports import PublisherGrpcTransport

    attributes = {
        "ce-id": name,
        "ce-type": WRITTEN,
        "dead-letter-path": "/events/notes",
        "dead-letter-function": "notes-reactions",
    }
    with grpc.insecure_channel(description["env"]["PUBSUB_EMULATOR_HOST"]) as channel:
        client = PublisherClient(transport=PublisherGrpcTransport(channel=channel))
        message = PubsubMessage(data=name.encode(), attributes=attributes)
        client.publish(topic="projects/assent-local/topics/dead-letters", messages=[message])


_FIRESTORE = """
import json, sys
from google.api_core.exceptions import AlreadyExists, FailedPrecondition
from google.cloud import firestore
db = firestore.Client(project="assent-local")
events = db.collection_group("events").order_by("committed_at").order_by("position")
if sys.argv[1] == "write":
    for commit in range(3):
        batch = db.batch()
        for position in range(2):
            ref = db.document(f"tenants/t{commit}/events/e{commit}{position}")
            batch.create(ref, {"committed_at": firestore.SERVER_TIMESTAMP, "position": position,
                "flat": [1, {"deep": None}], "raw": b"\\x00\\xff", "text": "\\u00fc", "half": 0.5})
        batch.commit()
found = [(one.id, one.to_dict()) for one in events.stream()]
read = db.document("tenants/t0/events/e00").get()
as_read = db.write_option(last_update_time=read.update_time)
if sys.argv[1] == "read":
    read.reference.update({"text": "changed"}, option=as_read)
    for refused, write in (
        (FailedPrecondition, lambda: read.reference.update({"text": "late"}, option=as_read)),
        (AlreadyExists, lambda: read.reference.create({})),
    ):
        try:
            write()
        except refused:
            continue
        sys.exit(f"{refused} was not raised")
print(json.dumps(found, default=str))
"""


def _firestore(command: Command, what: str) -> Any:
    description = find_local_platform(command.state)
    assert description is not None
    done = subprocess.run(
        [sys.executable, "-c", _FIRESTORE, what],
        env={**os.environ, **description["env"]},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
