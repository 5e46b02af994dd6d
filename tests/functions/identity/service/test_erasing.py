"""Keys of persons: made once, trusted for five minutes, and erased with an entry or not at all."""

import asyncio
import base64
import json
import secrets
import time
import uuid
from datetime import timedelta
from typing import Any

import pytest

from events.principals import PersonErased
from functions.identity import erasing
from functions.identity.erasing import OPERATOR, erase_person
from functions.identity.reactions import HANDLERS, RUN
from shared.kit.digests import new_key_ring
from shared.kit.errors import NotFound, Unavailable
from shared.kit.operations import start_counting
from shared.kit.sealing import ERASED, SealBroken, SubjectKey
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, logged_event
from shared.storage import secrets as storage_secrets
from shared.storage import subject_keys
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again
from shared.storage.secrets import WRAPPING
from shared.storage.subject_keys import (
    SUBJECT_KEYS,
    TENANT_KEYS,
    TRUSTED_SECONDS,
    forget,
    keys_to_open,
    opened,
    sealed,
)
from tests.functions.approvals.builders import START
from tests.shared.cloud import Cloud

LATER = START + timedelta(hours=1)
NOTE = "Because it pays twice."


@pytest.fixture
def store(cloud: Cloud) -> TenantStore:
    cloud.mend()
    return TenantStore(f"clinic-{uuid.uuid4().hex[:12]}")


def forget_all() -> None:
    """As a process that has just started."""
    subject_keys._known.clear()
    subject_keys._tenant_keys.clear()


async def erasures(store: TenantStore) -> list[Envelope]:
    return [
        logged_event(each.data, LATER)
        async for each in store.find_all(EVENT_LOG)
        if each.data["type"] == PersonErased.event_type
    ]


async def test_a_text_opens_in_every_instance_until_its_key_is_erased(store: TenantStore) -> None:
    text = await sealed(store.tenant_id, "mara", NOTE, START)
    other = await sealed(store.tenant_id, "paul", NOTE, START)
    forget_all()
    assert await opened(store.tenant_id, f"{text} {other}") == f"{NOTE} {NOTE}"
    assert await erase_person(store, "mara", LATER) == LATER
    assert await opened(store.tenant_id, f"{text} {other}") == f"{ERASED} {NOTE}"
    forget_all()
    assert await opened(store.tenant_id, f"{text} {other}") == f"{ERASED} {NOTE}"


async def test_a_key_is_read_once_in_five_minutes(
    store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = await sealed(store.tenant_id, "mara", NOTE, START)
    counts = start_counting()
    for _ in range(3):
        await opened(store.tenant_id, text)
        await sealed(store.tenant_id, "mara", "Another.", START)
    assert counts["firestore-reads"] < 1
    now = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() + TRUSTED_SECONDS)
    await opened(store.tenant_id, text)
    # The person's key and the tenant's.
    assert counts["firestore-reads"] == 2


async def test_an_instance_that_knows_an_erased_key_forgets_it(
    store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = await sealed(store.tenant_id, "mara", NOTE, START)
    elsewhere = dict(subject_keys._known)
    await erase_person(store, "mara", LATER)
    subject_keys._known.update(elsewhere)
    assert await opened(store.tenant_id, text) == NOTE
    now = time.monotonic
    monkeypatch.setattr(time, "monotonic", lambda: now() + TRUSTED_SECONDS)
    assert await opened(store.tenant_id, text) == ERASED


async def test_instances_that_make_a_key_at_once_make_one(store: TenantStore) -> None:
    async def first_text() -> str:
        forget_all()
        return await sealed(store.tenant_id, "mara", NOTE, START)

    texts = await asyncio.gather(*(first_text() for _ in range(5)))
    forget_all()
    assert {await opened(store.tenant_id, each) for each in texts} == {NOTE}
    assert len(set(texts)) == 1


async def test_each_erasure_is_one_event_however_often_it_is_asked_for(store: TenantStore) -> None:
    first = await sealed(store.tenant_id, "mara", NOTE, START)
    await erase_person(store, "mara", LATER)
    assert await erase_person(store, "mara", LATER + timedelta(hours=1)) == LATER
    (event,) = await erasures(store)
    assert (event.actorid, event.subject, event.sequence) == (OPERATOR, "person/mara", 1)
    assert event.payload(PersonErased) == PersonErased(principal_id="mara", erased_at=LATER)
    # What is written afterwards has another key, which is erased for itself.
    second = await sealed(store.tenant_id, "mara", "I am back.", LATER)
    forget_all()
    assert await opened(store.tenant_id, f"{first} {second}") == f"{ERASED} I am back."
    await erase_person(store, "mara", LATER + timedelta(hours=2))
    assert await opened(store.tenant_id, f"{first} {second}") == f"{ERASED} {ERASED}"
    assert sorted(each.sequence for each in await erasures(store)) == [1, 2]


async def test_who_wrote_nothing_cannot_be_erased(store: TenantStore) -> None:
    with pytest.raises(NotFound):
        await erase_person(store, "mara", LATER)
    assert await erasures(store) == []


async def test_nothing_is_erased_that_cannot_be_audited(
    store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = await sealed(store.tenant_id, "mara", NOTE, START)
    # Of a function whose log key whoever erases may not read.
    monkeypatch.setattr(erasing, "FUNCTION", "nobody")
    with pytest.raises(Unavailable):
        await erase_person(store, "mara", LATER)
    forget_all()
    assert await opened(store.tenant_id, text) == NOTE


@pytest.mark.wired
async def test_an_erasure_whose_process_died_is_published_by_the_sweep(
    cloud: Cloud, store: TenantStore
) -> None:
    mailbox = await cloud.mailbox("identity")
    text = await sealed(store.tenant_id, "mara", NOTE, START)
    cloud.pubsub.cut("Publish")
    await erase_person(store, "mara", LATER)
    cloud.mend()
    assert await opened(store.tenant_id, text) == ERASED
    await RUN.sweep(HANDLERS).run(LATER + timedelta(minutes=2))
    (event,) = await erasures(store)
    assert event.id in [each.event_id for each in await mailbox.take(1)]


@pytest.mark.wired
async def test_a_commit_of_an_erasure_whose_answer_was_lost_is_one_erasure(
    cloud: Cloud, store: TenantStore
) -> None:
    await sealed(store.tenant_id, "mara", NOTE, START)
    cloud.firestore.cut("Commit", "after", number=1, times=1)

    async def erase() -> Any:
        return await erase_person(store, "mara", LATER)

    assert await decide_again(erase) == LATER
    assert len(await erasures(store)) == 1


@pytest.mark.parametrize(("collection", "id"), [(SUBJECT_KEYS, "mara"), (TENANT_KEYS, "current")])
async def test_a_wrapped_key_of_another_tenant_does_not_unwrap(
    store: TenantStore, collection: str, id: str
) -> None:
    other = TenantStore(f"{store.tenant_id}-b")
    text = await sealed(store.tenant_id, "mara", NOTE, START)
    await sealed(other.tenant_id, "mara", NOTE, START)
    moved = await other.get(collection, id)
    assert moved is not None
    batch = Batch()
    batch.put(collection, id, moved.data)
    await store.commit(batch)
    forget_all()
    with pytest.raises(SealBroken):
        await opened(store.tenant_id, text)


async def test_a_tenants_key_is_wrapped_anew_once_its_wrapping_key_is_retired(
    store: TenantStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = await sealed(store.tenant_id, "mara", NOTE, START)
    texts = storage_secrets._texts
    before = json.loads(texts[WRAPPING][0])
    fresh = json.loads(new_key_ring("tenants"))
    ring = {**fresh, "retired": before["keys"]}
    monkeypatch.setitem(texts, WRAPPING, (json.dumps(ring), time.monotonic()))
    forget_all()
    assert await opened(store.tenant_id, text) == NOTE
    document = await store.get(TENANT_KEYS, "current")
    assert document is not None
    assert document.data["wrapped_by"] == fresh["maker"]
    # Without the old key, it still opens.
    monkeypatch.setitem(texts, WRAPPING, (json.dumps(fresh), time.monotonic()))
    forget_all()
    assert await opened(store.tenant_id, text) == NOTE


async def test_what_is_stored_is_not_the_key(store: TenantStore) -> None:
    await sealed(store.tenant_id, "mara", NOTE, START)
    (key,) = (await keys_to_open(store, ["mara"])).values()
    assert key is not None
    document = await store.get(SUBJECT_KEYS, "mara")
    assert document is not None
    assert key.key not in base64.b64decode(document.data["wrapped"])
    await erase_person(store, "mara", LATER)
    document = await store.get(SUBJECT_KEYS, "mara")
    assert document is not None
    assert document.data.keys() == {"erased_at", "erasures"}


async def test_a_text_of_somebody_without_any_key_is_erased(store: TenantStore) -> None:
    key = SubjectKey(store.tenant_id, "mara", secrets.token_bytes(64))
    forget(store.tenant_id, "mara")
    assert await opened(store.tenant_id, key.seal(NOTE)) == ERASED


@pytest.mark.parametrize(
    ("tenant", "subject"),
    [("../x", "user_1"), ("ten_1", "a/b"), ("", "user_1"), ("ten_1", "x" * 999)],
)
def test_what_is_no_id_is_refused_in_a_sentence(
    capsys: pytest.CaptureFixture[str], tenant: str, subject: str
) -> None:
    assert erasing.main(["--tenant", tenant, "--subject", subject]) == 2
    said = capsys.readouterr().err
    assert "is no id: write the tenant's and the principal's id" in said
    assert "Traceback" not in said
