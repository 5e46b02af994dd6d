"""A platform that is stopped and started with `--keep` goes on where it was, as the cloud would."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from emulators.client import PlatformClient
from emulators.dead_letters import DeadLetters
from emulators.workplace import read_description
from shared.kit.instants import format_instant, parse_instant
from tests.emulators.checkouts import Checkout, copy_checkout
from tests.emulators.commands import REPOSITORY, Command, running

pytestmark = [pytest.mark.platform, pytest.mark.xdist_group("emulators-keep")]

WRITTEN = "assent.note.written.v1"
DUE = "assent.note.due.v1"


@pytest.fixture
def kept_checkout(tmp_path: Path) -> Checkout:
    return copy_checkout(tmp_path / "checkout")


def _up(command: Command) -> PlatformClient:
    return PlatformClient(command.until_up()["url"])


def _stop(command: Command) -> str:
    command.process.send_signal(signal.SIGTERM)
    status, output = command.finish()
    assert (status, "Traceback" in output) == (0, False), output
    return output


def _publish(platform: PlatformClient, *ids: str) -> None:
    answer = platform.http.post("/v1/notes", json={"publish": [{"id": one} for one in ids]})
    assert answer.status_code == 200


def _timer(platform: PlatformClient, name: str, at: datetime) -> None:
    body = {"timers": [{"id": name, "at": format_instant(at)}]}
    assert platform.http.post("/v1/notes", json=body).status_code == 200


def _until(seen: Any, wanted: object) -> None:
    deadline = time.monotonic() + 15
    while seen() != wanted:
        assert time.monotonic() < deadline, seen()
        time.sleep(0.05)


def test_deliveries_go_on_after_a_stop_and_those_that_were_made_are_not_repeated(
    kept_checkout: Checkout,
) -> None:
    with running(kept_checkout, "--keep") as first:
        platform = _up(first)
        _publish(platform, "accepted")
        platform.wait_until_idle()
        kept_checkout.answer(assent__note__written__v1=500)
        _publish(platform, "refused-1", "refused-2")
        _until(lambda: len(kept_checkout.ids()), 3)
        _stop(first)
    kept_checkout.forget()
    with running(kept_checkout, "--keep", port=first.port) as second:
        platform = _up(second)
        with pytest.raises(Exception, match="deliveries: 2"):
            platform.wait_until_idle(timeout=0)
        _until(lambda: sorted(kept_checkout.ids()), ["refused-1", "refused-2"])
        platform.wait_until_idle()
        assert "Going on from what was kept at" in _stop(second)


def test_what_was_in_flight_ends_before_the_platform_does(kept_checkout: Checkout) -> None:
    with running(kept_checkout, "--keep") as first, ThreadPoolExecutor() as pool:
        platform = _up(first)
        _publish(platform, "warm-up")
        platform.wait_until_idle()
        body = {"sleep": 2, "publish": [{"id": "late"}]}
        answer = pool.submit(platform.http.post, "/v1/notes", json=body)
        time.sleep(0.5)
        started = time.monotonic()
        first.process.send_signal(signal.SIGTERM)
        time.sleep(0.2)
        refused = httpx.get(f"{platform.url}/v1/notes")
        assert answer.result().status_code == 200
        assert refused.status_code == 503
        assert first.finish()[0] == 0
        assert time.monotonic() - started < 10
    with running(kept_checkout, "--keep") as second:
        _up(second).wait_until_idle()
        assert kept_checkout.ids().count("late") == 1


def test_what_takes_too_long_is_cut_off_and_made_again(kept_checkout: Checkout) -> None:
    manifest = kept_checkout.root / "functions" / "notes" / "function.toml"
    manifest.write_text(re.sub(r"(?m)^timeout .*$", 'timeout = "60s"', manifest.read_text()))
    with running(kept_checkout, "--keep") as first:
        platform = _up(first)
        _publish(platform, "warm-up")
        platform.wait_until_idle()
        kept_checkout.answer(assent__note__written__v1=-25)
        _publish(platform, "slow")
        _until(lambda: kept_checkout.ids(), ["warm-up", "slow"])
        started = time.monotonic()
        _stop(first)
        assert 9 < time.monotonic() - started < 22
    kept_checkout.forget()
    with running(kept_checkout, "--keep") as second:
        _up(second).wait_until_idle()
        assert kept_checkout.ids() == ["slow"]


def test_a_timer_that_fell_due_while_nothing_ran_fires_at_the_start_and_one_that_is_not_waits(
    kept_checkout: Checkout,
) -> None:
    with running(kept_checkout, "--keep") as first:
        platform = _up(first)
        platform.advance(3 * 3600)  # So that the kept offset matters.
        now = parse_instant(platform.now())
        _timer(platform, "soon", now + timedelta(seconds=3))
        _timer(platform, "tomorrow", now + timedelta(hours=24))
        _stop(first)
    assert kept_checkout.ids(DUE) == []
    time.sleep(3)
    with running(kept_checkout, "--keep", port=first.port) as second:
        platform = _up(second)
        assert parse_instant(platform.now()) >= now
        assert parse_instant(platform.now()) < now + timedelta(minutes=2)
        _until(lambda: kept_checkout.ids(DUE), ["soon"])
        platform.advance(24 * 3600)
        platform.wait_until_idle()
        assert kept_checkout.ids(DUE) == ["soon", "tomorrow"]


def test_keys_addresses_and_secrets_are_the_same_after_a_start(kept_checkout: Checkout) -> None:
    with running(kept_checkout, "--keep") as first:
        platform = _up(first)
        token = platform.token("governor", "t", expires_in=86400)
        before = _identity(first, platform)
        _stop(first)
    with running(kept_checkout, "--keep", port=first.port) as second:
        platform = _up(second)
        assert _identity(second, platform) == before
        keys = httpx.get(read_description(second.state)["env"]["ASSENT_JWKS_URL"]).json()  # type: ignore[index]
        assert _verified(token, keys)["sub"] == "governor"


def _identity(command: Command, platform: PlatformClient) -> list[object]:
    description = read_description(command.state)
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


def test_dead_letters_stay_until_somebody_deals_with_them(kept_checkout: Checkout) -> None:
    with running(kept_checkout, "--keep") as first:
        description, platform = first.until_up(), _up(first)
        letters = DeadLetters(description)
        for name in ("a", "b"):
            _bury(description, name)
        [dealt_with] = [one.id for one in letters.all() if one.attributes["ce-id"] == "a"]
        assert list(letters.redeliver({dealt_with}))
        platform.wait_until_idle()
        _stop(first)
    with running(kept_checkout, "--keep", port=first.port) as second:
        left = DeadLetters(second.until_up()).all()
        assert [one.attributes["ce-id"] for one in left] == ["b"]
        assert left[0].data == b"b"


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


def test_documents_keep_their_fields_and_their_preconditions(kept_checkout: Checkout) -> None:
    with running(kept_checkout, "--keep") as first:
        first.until_up()
        before = _firestore(first, "write")
        _stop(first)
    with running(kept_checkout, "--keep") as second:
        second.until_up()
        assert _firestore(second, "read") == before


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
    description = read_description(command.state)
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


# Ends that are not in order


def test_after_a_crash_the_last_whole_state_comes_back_and_the_platform_says_of_when(
    kept_checkout: Checkout,
) -> None:
    with running(kept_checkout, "--keep") as first:
        platform = _up(first)
        _timer(platform, "kept", parse_instant(platform.now()) + timedelta(hours=1))
        _stop(first)
    with running(kept_checkout, "--keep") as second:
        platform = _up(second)
        _timer(platform, "lost", parse_instant(platform.now()) + timedelta(hours=1))
        second.process.kill()
        second.process.wait()
    with running(kept_checkout, "--keep") as third:
        platform = _up(third)
        platform.advance(2 * 3600)
        platform.wait_until_idle()
        assert kept_checkout.ids(DUE) == ["kept"]
        output = _stop(third)
    assert "did not stop in order last time: it goes on from what was kept at 2" in output
    assert "what came later is lost" in output


@pytest.mark.parametrize("after_seconds", [0.05, 0.2, 0.4, 0.8])
def test_a_kill_while_the_state_is_written_leaves_a_whole_one(
    kept_checkout: Checkout, after_seconds: float
) -> None:
    for _ in range(2):  # The first stop in order, the second killed in the middle of its stop.
        with running(kept_checkout, "--keep") as command:
            platform = _up(command)
            _timer(platform, "kept", parse_instant(platform.now()) + timedelta(hours=1))
            command.process.send_signal(signal.SIGTERM)
            if (command.state / "kept" / "000001").exists():
                time.sleep(after_seconds)
                command.process.kill()
            command.process.wait(30)
    with running(kept_checkout, "--keep") as last:
        platform = _up(last)
        platform.advance(2 * 3600)
        platform.wait_until_idle()
        assert set(kept_checkout.ids(DUE)) == {"kept"}
        _stop(last)
    assert [path.name for path in (last.state / "kept").iterdir()] in (["000002"], ["000003"])


def test_an_emulator_that_dies_leaves_what_was_kept_before(kept_checkout: Checkout) -> None:
    with running(kept_checkout, "--keep") as first:
        _up(first)
        _stop(first)
    with running(kept_checkout, "--keep") as second:
        _up(second)
        os.kill(second.child("CloudFirestore").pid, signal.SIGKILL)
        assert second.finish()[0] == 1
    assert [path.name for path in (first.state / "kept").glob("0*")] == ["000001"]


# What is refused, and what stays as it was


def test_a_second_platform_on_a_kept_directory_is_refused(kept_checkout: Checkout) -> None:
    with running(kept_checkout, "--keep") as first:
        _up(first)
        status, output = Command(kept_checkout, None, "--keep").finish()
        assert (status, "already runs here" in output) == (1, True)
        backup = _emulators(kept_checkout, "backup", str(kept_checkout.root / "b"))
        assert backup.returncode == 1
        assert "already runs here" in backup.stderr
        _stop(first)


def test_without_keep_a_start_is_fresh_and_leaves_what_was_kept(kept_checkout: Checkout) -> None:
    with running(kept_checkout, "--keep") as first:
        platform = _up(first)
        platform.advance(86400)
        _stop(first)
    with running(kept_checkout) as fresh:
        platform = _up(fresh)
        assert platform.http.get("/_platform/clock").json()["offset_seconds"] == 0
        _stop(fresh)
    with running(kept_checkout, "--keep") as again:
        platform = _up(again)
        assert platform.http.get("/_platform/clock").json()["offset_seconds"] > 86000


def test_a_broken_state_is_refused_by_name_with_what_to_do(kept_checkout: Checkout) -> None:
    with running(kept_checkout, "--keep") as first:
        _up(first)
        _stop(first)
    state = first.state / "kept" / "000001" / "state.json"
    state.write_text("{}")
    status, output = Command(kept_checkout, None, "--keep").finish()
    assert (status, "Traceback" in output) == (1, False)
    assert f"{state} is not as it was written" in output
    assert "Start without --keep" in output
    with running(kept_checkout) as fresh:
        _up(fresh)
        _stop(fresh)


def _emulators(checkout: Checkout, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "emulators", *words, "--root", str(checkout.root)]
    return subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
