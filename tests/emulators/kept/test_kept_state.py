"""What the stand-ins remember survives its way through a file."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import grpc
import pytest
from google.cloud.secretmanager_v1 import types
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet

from emulators.cloud_tasks.model import (
    HttpCall,
    KeptQueues,
    Outcome,
    RateLimits,
    RetryConfig,
    ServiceAccount,
    Task,
)
from emulators.cloud_tasks.names import LocationName, QueueName, TaskName
from emulators.cloud_tasks.queue import NAME_MEMORY
from emulators.cloud_tasks.queues import Queues
from emulators.google_rpc import Refusal
from emulators.issuer import Issuer, KeptIssuer
from emulators.kept.keeping import moved
from emulators.kept.shelf import Shelf
from emulators.kept.state import State, read_state, write_state
from emulators.pubsub.ledger import KeptMessages, Ledger, Message
from emulators.pubsub.wire import as_pushed
from emulators.secret_manager.api import SecretManagerApi
from emulators.secret_manager.model import KeptSecrets
from shared.manifest import load_manifests
from tests.emulators.checkouts import CHECKOUT

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
QUEUE = QueueName(LocationName("p", "us-central1"), "notes")
GONE = QueueName(LocationName("p", "us-central1"), "gone")
SUBSCRIPTION = "notes-reactions.notes.a3cdc46e"
NOTHING_KEPT = KeptIssuer("http://issuer", {}, {})


def _there_and_back(tmp_path: Path, **parts: object) -> State:
    state = State.model_validate(
        {
            "clock_offset": 0.1 + 0.2,
            "schedules_seen": NOON,
            "urls": {"notes": "http://127.0.0.1:1"},
            "issuer": NOTHING_KEPT,
            "tasks": KeptQueues((), ()),
            "secrets": KeptSecrets((), 1),
            "messages": KeptMessages((), ()),
            **parts,
        }
    )
    shelf = Shelf(tmp_path, "1")
    draft = shelf.draft()
    write_state(state, draft)
    back = read_state(shelf.finish(draft, NOON))
    assert back == state
    return back


def _task(name: str, at: datetime, url: str = "http://127.0.0.1:1/timers/q") -> Task:
    identity = ServiceAccount("notes@p.iam", "http://127.0.0.1:1")
    call = HttpCall(url, "POST", {"ce-id": "ü"}, bytes(range(256)), identity)
    return Task(TaskName(QUEUE, name), call, at, NOON, retry=RetryConfig(max_attempts=7))


@pytest.fixture
def queues() -> Queues:
    """One task waits, one failed once, one is being dispatched, one has ended; a queue is gone."""
    queues = Queues()
    queue = queues.create(QUEUE, RateLimits(100, 7), RetryConfig(max_attempts=3), NOON)
    queues.create(GONE, RateLimits(), RetryConfig(), NOON)
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
    back.take_up(_there_and_back(tmp_path, tasks=queues.kept()).tasks, NOON)
    before, after = queues.get(QUEUE), back.get(QUEUE)
    assert (after.limits, after.retry) == (before.limits, before.retry)
    for name in ("failed", "waits"):
        assert after.get(name, NOON) == before.get(name, NOON)
    with pytest.raises(Refusal, match="existed too recently"):
        after.add(_task("done", NOON), NOON)
    with pytest.raises(Refusal, match="existed too recently"):
        back.create(GONE, RateLimits(), RetryConfig(), NOON)
    after.add(_task("done", NOON + NAME_MEMORY * 2), NOON + NAME_MEMORY * 2)


def test_an_attempt_that_was_cut_off_is_made_again(queues: Queues, tmp_path: Path) -> None:
    back = Queues()
    back.take_up(_there_and_back(tmp_path, tasks=queues.kept()).tasks, NOON)
    dispatch = back.get(QUEUE).take(NOON, NOON)
    assert dispatch is not None
    assert (dispatch.task.name.id, dispatch.number) == ("running", 2)
    assert back.get(QUEUE).in_flight == 1


def test_tasks_follow_their_function_to_a_new_address(queues: Queues) -> None:
    before = {"notes": "http://127.0.0.1:1", "other": "http://127.0.0.1:12"}
    now = {"notes": "http://127.0.0.1:2", "other": "http://127.0.0.1:12"}
    back = Queues()
    back.take_up(moved(queues.kept(), before, now), NOON)
    call = back.get(QUEUE).get("waits", NOON).call
    assert call.url == "http://127.0.0.1:2/timers/q"
    assert call.identity == ServiceAccount("notes@p.iam", "http://127.0.0.1:2")
    assert moved(queues.kept(), before, before) == queues.kept()


def test_secrets_keep_every_version_and_its_state(tmp_path: Path) -> None:
    first = _secret_manager(b"\x00\xffone", b"two")
    first.disable(types.DisableSecretVersionRequest.pb()(name="projects/p/secrets/s/versions/1"))
    second = SecretManagerApi(lambda: NOON)
    second.take_up(_there_and_back(tmp_path, secrets=first.kept()).secrets)
    request = types.AccessSecretVersionRequest.pb()(name="projects/p/secrets/s/versions/latest")
    assert second.access(request) == first.access(request)
    listing = types.ListSecretVersionsRequest.pb()(parent="projects/p/secrets/s")
    assert second.list_versions(listing) == first.list_versions(listing)
    with pytest.raises(Refusal) as disabled:
        second.access(types.AccessSecretVersionRequest.pb()(name="projects/p/secrets/s/versions/1"))
    assert disabled.value.code is grpc.StatusCode.FAILED_PRECONDITION


def test_an_etag_is_never_given_twice(tmp_path: Path) -> None:
    first = _secret_manager(b"one")
    second = SecretManagerApi(lambda: NOON)
    second.take_up(_there_and_back(tmp_path, secrets=first.kept()).secrets)
    name = "projects/p/secrets/s"
    before = second.get_secret(types.GetSecretRequest.pb()(name=name)).etag
    added = second.add_version(
        types.AddSecretVersionRequest.pb()(parent=name, payload={"data": b"x"})
    )
    assert added.etag != before


def _secret_manager(*payloads: bytes) -> SecretManagerApi:
    api = SecretManagerApi(lambda: NOON)
    api.create_secret(
        types.CreateSecretRequest.pb()(
            parent="projects/p", secret_id="s", secret={"replication": {"automatic": {}}}
        )
    )
    for payload in payloads:
        api.add_version(
            types.AddSecretVersionRequest.pb()(
                parent="projects/p/secrets/s", payload={"data": payload}
            )
        )
    return api


def test_tokens_of_an_issuer_that_was_kept_stay_valid(tmp_path: Path) -> None:
    first = Issuer(lambda: NOON)
    first.url = "http://issuer"
    token = first.service_token("notes@p.iam", "http://notes")
    second = Issuer(lambda: NOON, _there_and_back(tmp_path, issuer=first.kept()).issuer)
    assert second.caller(token, "http://notes") == "notes@p.iam"
    assert second.url == first.url
    user = first.user_token("governor", "t", scopes=(), roles=(), expires_in=60)
    assert _verifies(user, second)
    assert not _verifies(user, Issuer(lambda: NOON))


def _verifies(token: str, issuer: Issuer) -> bool:
    from joserfc import jwt

    keys = KeySet.import_key_set({"keys": [{**issuer.kept().users, "kid": _kid(token)}]})
    try:
        jwt.decode(token, keys, ["Ed25519"])
    except BadSignatureError:
        return False
    return True


def _kid(token: str) -> str:
    from joserfc import jws

    return str(jws.extract_compact(token.encode()).headers()["kid"])


# Messages


def _message(message_id: str, topic: str = "notes") -> Message:
    attributes = {"ce-type": "assent.note.written.v1", "ce-id": f"e{message_id}"}
    return Message(message_id, topic, b"\xff{}", attributes, "2026-11-20T12:00:00.000Z")


def test_what_was_not_delivered_is_owed_again_with_its_failures(tmp_path: Path) -> None:
    first = Ledger(load_manifests(CHECKOUT).subscriptions)
    for message_id in ("1", "2", "3"):
        first.published(_message(message_id))
    first.failed(SUBSCRIPTION, "2")
    first.failed(SUBSCRIPTION, "2")
    first.settled(SUBSCRIPTION, "3")
    kept = _there_and_back(tmp_path, messages=first.kept()).messages
    second = Ledger(load_manifests(CHECKOUT).subscriptions)
    owed = second.take_up(kept.owed, "gen")
    assert [(one.message.attributes["ce-id"], one.failures) for one in owed] == [
        ("e1", 0),
        ("e2", 2),
    ]
    assert second.kept().owed == tuple(owed)
    for one in owed:
        second.settled(one.subscription, one.message.id)
    assert second.owed() == 0


def test_a_message_from_before_is_never_taken_for_a_new_one_of_the_same_id() -> None:
    first = Ledger(load_manifests(CHECKOUT).subscriptions)
    first.published(_message("1"))
    second = Ledger(load_manifests(CHECKOUT).subscriptions)
    [old] = second.take_up(first.kept().owed, "gen")
    second.published(_message("1"))
    assert second.owed() == 2
    second.settled(SUBSCRIPTION, "1")
    assert second.kept().owed == (old,)
    [again] = Ledger(load_manifests(CHECKOUT).subscriptions).take_up([old], "later")
    assert again.message.id == old.message.id


def test_what_was_owed_to_a_subscription_that_is_gone_is_gone() -> None:
    first = Ledger(load_manifests(CHECKOUT).subscriptions)
    first.published(_message("1"))
    assert Ledger(()).take_up(first.kept().owed, "gen") == []


def test_a_dead_letter_is_kept_until_it_is_acknowledged() -> None:
    ledger = Ledger(())
    for message_id in ("1", "2"):
        ledger.published(_message(message_id, "dead-letters"))
    ledger.leased("lease-a", "1")
    ledger.leased("lease-b", "1")
    ledger.acknowledged("lease-unknown")
    assert len(ledger.kept().dead_letters) == 2
    ledger.acknowledged("lease-b")
    ledger.acknowledged("lease-a")
    assert [letter.id for letter in ledger.kept().dead_letters] == ["2"]


def test_a_message_is_pushed_again_as_the_emulator_pushed_it() -> None:
    call = as_pushed(_message("1"), SUBSCRIPTION)
    assert (call.method, call.body) == ("POST", b"\xff{}")
    assert call.header("ce-id") == "e1"
    assert call.header("x-goog-pubsub-message-id") == "1"
