"""What the stand-ins remember survives its way through a file."""

from datetime import datetime, timedelta
from pathlib import Path

import grpc
import pytest
from google.cloud.secretmanager_v1 import types
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

from emulators.clock import VirtualClock
from emulators.cloud_tasks.messages import QUEUE, TASK, new_queue, new_task
from emulators.cloud_tasks.queue import NAME_MEMORY
from emulators.cloud_tasks.queues import Queues
from emulators.cloud_tasks.rules import Outcome
from emulators.google_rpc import Message, Refusal
from emulators.issuer import Issuer
from emulators.keep.snapshot import Label, read_snapshot, write_snapshot
from emulators.keep.state import State
from emulators.pubsub.ledger import Ledger
from emulators.pubsub.ledger import Message as PubsubMessage
from emulators.pubsub.wire import as_pushed
from emulators.secret_manager import SecretManagerEmulator
from shared.manifest import load_manifests
from tests.emulators.checkouts import CHECKOUT
from tests.emulators.keep.states import NOON, state

LOCATION = "projects/p/locations/us-central1"
NAME = f"{LOCATION}/queues/notes-note-due-v1"
GONE = f"{LOCATION}/queues/gone"
SUBSCRIPTION = "notes-reactions.notes.a3cdc46e"


def _there_and_back(tmp_path: Path, **parts: object) -> State:
    path, saved = tmp_path / "snapshot.zip", state(**parts)
    write_snapshot(path, Label(version="1", taken_at=NOON, platform_time=NOON), saved, {})
    back = read_snapshot(path, "1").state
    assert back == saved
    return back


def _task(name: str, at: datetime, url: str = "http://127.0.0.1:1/timers/q") -> Message:
    identity = {"service_account_email": "notes@p.iam", "audience": "http://127.0.0.1:1"}
    call = {"url": url, "headers": {"ce-id": "ü"}, "body": bytes(range(256))}
    request = {"name": f"{NAME}/tasks/{name}", "http_request": {**call, "oidc_token": identity}}
    return new_task(NAME, TASK(**request, schedule_time=at, retry_config={"max_attempts": 7}), NOON)


@pytest.fixture
def queues() -> Queues:
    """One task waits, one failed once, one is being dispatched, one has ended; a queue is gone."""
    queues = Queues()
    limits = {"max_dispatches_per_second": 100, "max_concurrent_dispatches": 7}
    settings = {"rate_limits": limits, "retry_config": {"max_attempts": 3}}
    queue = queues.create(new_queue(QUEUE(name=NAME, **settings)), NOON)
    queues.create(new_queue(QUEUE(name=GONE)), NOON)
    queues.delete(GONE, NOON)
    for name, status in (("done", 200), ("failed", 500), ("running", None)):
        queue.add(_task(name, NOON), NOON)
        dispatch = queue.take(NOON, NOON)
        assert dispatch is not None
        if status:
            queue.finish(dispatch, Outcome(status), NOON + timedelta(milliseconds=1))
    queue.add(_task("waits", NOON + timedelta(hours=24)), NOON)
    return queues


def test_tasks_go_on_with_their_times_their_attempts_and_their_names(
    queues: Queues, tmp_path: Path
) -> None:
    back = Queues()
    back.load(_there_and_back(tmp_path, tasks=queues.save()).tasks, {}, NOON)
    before, after = queues.get(NAME), back.get(NAME)
    assert after.message == before.message
    for name in ("failed", "waits"):
        assert after.get(name, NOON) == before.get(name, NOON)
    with pytest.raises(Refusal, match="existed too recently"):
        after.add(_task("done", NOON), NOON)
    with pytest.raises(Refusal, match="existed too recently"):
        back.create(new_queue(QUEUE(name=GONE)), NOON)
    after.add(_task("done", NOON + NAME_MEMORY * 2), NOON + NAME_MEMORY * 2)


def test_an_attempt_that_was_cut_off_is_made_again(queues: Queues, tmp_path: Path) -> None:
    back = Queues()
    back.load(_there_and_back(tmp_path, tasks=queues.save()).tasks, {}, NOON)
    dispatch = back.get(NAME).take(NOON, NOON)
    assert dispatch is not None
    assert (dispatch.task.id, dispatch.number) == ("running", 2)
    assert back.get(NAME).in_flight == 1


def test_tasks_follow_their_function_to_a_new_address(queues: Queues) -> None:
    back = Queues()
    moves = {"http://127.0.0.1:1": "http://127.0.0.1:2"}
    elsewhere = _task("elsewhere", NOON, "http://127.0.0.1:12/timers/q")
    queues.get(NAME).add(elsewhere, NOON)
    back.load(queues.save(), moves, NOON)
    call = back.get(NAME).get("waits", NOON).message.http_request
    assert call.url == "http://127.0.0.1:2/timers/q"
    assert call.oidc_token.service_account_email == "notes@p.iam"
    assert call.oidc_token.audience == "http://127.0.0.1:2"
    assert back.get(NAME).get("elsewhere", NOON).message == elsewhere
    back.load(queues.save(), {}, NOON)
    assert back.save() == queues.save()


def test_secrets_keep_every_version_and_its_state(tmp_path: Path) -> None:
    first = _secret_manager(tmp_path, b"\x00\xffone", b"two")
    first.disable_secret_version(
        types.DisableSecretVersionRequest.pb()(name="projects/p/secrets/s/versions/1")
    )
    second = SecretManagerEmulator(clock=VirtualClock(tmp_path / "clock"))
    second.load(_there_and_back(tmp_path, secrets=first.save()).secrets)
    request = types.AccessSecretVersionRequest.pb()(name="projects/p/secrets/s/versions/latest")
    assert second.access_secret_version(request) == first.access_secret_version(request)
    listing = types.ListSecretVersionsRequest.pb()(parent="projects/p/secrets/s")
    assert second.list_secret_versions(listing) == first.list_secret_versions(listing)
    with pytest.raises(Refusal) as disabled:
        second.access_secret_version(
            types.AccessSecretVersionRequest.pb()(name="projects/p/secrets/s/versions/1")
        )
    assert disabled.value.code is grpc.StatusCode.FAILED_PRECONDITION


def test_an_etag_is_never_given_twice(tmp_path: Path) -> None:
    first = _secret_manager(tmp_path, b"one")
    second = SecretManagerEmulator(clock=VirtualClock(tmp_path / "clock"))
    second.load(_there_and_back(tmp_path, secrets=first.save()).secrets)
    name = "projects/p/secrets/s"
    before = second.get_secret(types.GetSecretRequest.pb()(name=name)).etag
    added = second.add_secret_version(
        types.AddSecretVersionRequest.pb()(parent=name, payload={"data": b"x"})
    )
    assert added.etag != before


def _secret_manager(tmp_path: Path, *payloads: bytes) -> SecretManagerEmulator:
    api = SecretManagerEmulator(clock=VirtualClock(tmp_path / "clock"))
    api.create_secret(
        types.CreateSecretRequest.pb()(
            parent="projects/p", secret_id="s", secret={"replication": {"automatic": {}}}
        )
    )
    for payload in payloads:
        api.add_secret_version(
            types.AddSecretVersionRequest.pb()(
                parent="projects/p/secrets/s", payload={"data": payload}
            )
        )
    return api


def test_tokens_of_an_issuer_that_was_kept_stay_valid(tmp_path: Path) -> None:
    first = Issuer(lambda: NOON)
    first.url = "http://issuer"
    token = first.service_token("notes@p.iam", "http://notes")
    second = Issuer(lambda: NOON, _there_and_back(tmp_path, issuer=first.save()).issuer)
    assert second.caller(token, "http://notes") == "notes@p.iam"
    assert second.url == first.url
    user = first.user_token("gala", "t", scopes=(), roles=(), expires_in=60)
    assert _verifies(user, second)
    assert not _verifies(user, Issuer(lambda: NOON))


def _verifies(token: str, issuer: Issuer) -> bool:
    from joserfc import jwt

    keys = KeySet.import_key_set({"keys": [{**issuer.save().users, "kid": _kid(token)}]})
    try:
        jwt.decode(token, keys, ["Ed25519"])
    except BadSignatureError:
        return False
    return True


def _kid(token: str) -> str:
    from joserfc import jws

    return str(jws.extract_compact(token.encode()).headers()["kid"])


# Messages


def _message(message_id: str, topic: str = "notes") -> PubsubMessage:
    attributes = {"ce-type": "assent.note.written.v1", "ce-id": f"e{message_id}"}
    return PubsubMessage(message_id, topic, b"\xff{}", attributes, "2026-11-20T12:00:00.000Z")


def test_what_was_not_delivered_is_owed_again_with_its_failures(tmp_path: Path) -> None:
    first = Ledger(load_manifests(CHECKOUT).subscriptions)
    for message_id in ("1", "2", "3"):
        first.published(_message(message_id))
    first.failed(SUBSCRIPTION, "2")
    first.failed(SUBSCRIPTION, "2")
    first.settled(SUBSCRIPTION, "3")
    saved = _there_and_back(tmp_path, messages=first.save()).messages
    second = Ledger(load_manifests(CHECKOUT).subscriptions)
    owed = second.load(saved.owed, "gen")
    assert [(one.message.attributes["ce-id"], one.failures) for one in owed] == [
        ("e1", 0),
        ("e2", 2),
    ]
    assert second.save().owed == tuple(owed)
    for one in owed:
        second.settled(one.subscription, one.message.id)
    assert second.owed() == 0


def test_a_message_from_before_is_never_taken_for_a_new_one_of_the_same_id() -> None:
    first = Ledger(load_manifests(CHECKOUT).subscriptions)
    first.published(_message("1"))
    second = Ledger(load_manifests(CHECKOUT).subscriptions)
    [old] = second.load(first.save().owed, "gen")
    second.published(_message("1"))
    assert second.owed() == 2
    second.settled(SUBSCRIPTION, "1")
    assert second.save().owed == (old,)
    [again] = Ledger(load_manifests(CHECKOUT).subscriptions).load([old], "later")
    assert again.message.id == old.message.id


def test_what_was_owed_to_a_subscription_that_is_gone_is_gone() -> None:
    first = Ledger(load_manifests(CHECKOUT).subscriptions)
    first.published(_message("1"))
    assert Ledger(()).load(first.save().owed, "gen") == []


def test_a_dead_letter_is_kept_until_it_is_acknowledged() -> None:
    ledger = Ledger(())
    for message_id in ("1", "2"):
        ledger.published(_message(message_id, "dead-letters"))
    ledger.leased("lease-a", "1")
    ledger.leased("lease-b", "1")
    ledger.acknowledged("lease-unknown")
    assert len(ledger.save().dead_letters) == 2
    ledger.acknowledged("lease-b")
    ledger.acknowledged("lease-a")
    assert [letter.id for letter in ledger.save().dead_letters] == ["2"]


def test_a_message_is_pushed_again_as_the_emulator_pushed_it() -> None:
    call = as_pushed(_message("1"), SUBSCRIPTION)
    assert (call.method, call.body) == ("POST", b"\xff{}")
    assert call.header("ce-id") == "e1"
    assert call.header("x-goog-pubsub-message-id") == "1"
