"""An entry that somebody else wrote into the log is never published as the function's own."""

import json
import logging
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from shared.kit.bookkeeping import EntryRefused
from shared.kit.digests import load_key_ring, new_key_ring
from shared.kit.errors import Unavailable
from shared.kit.operations import start_counting
from shared.kit.signing import new_key
from shared.messaging.changes import Change
from shared.messaging.envelope import ATTRIBUTES, Envelope
from shared.messaging.log import EVENT_LOG, log_entry
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.messaging.sweep import Sweep
from shared.storage import secrets
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from shared.storage.secrets import log_keys
from tests.secret_manager import SecretManager
from tests.shared.cloud import Cloud, Mailbox
from tests.shared.stories import NOW, OrderPlaced, caller

pytestmark = pytest.mark.platform
SWEPT_AT = NOW + timedelta(seconds=60)
OTHER_TIME = "2026-01-01T00:00:00.000Z"

Entry = dict[str, Any]


@dataclass
class Log:
    """One function's log in one tenant, and everybody who can write to it."""

    cloud: Cloud
    store: TenantStore
    noun: str
    mailbox: Mailbox

    def __post_init__(self) -> None:
        self.outbox = Outbox(self.noun)

    def event(self, subject: str = "order/ord_1", tenant_id: str | None = None) -> Envelope:
        """An event that the function could publish."""
        recorder = Recorder.for_command(
            function=self.noun, caller=caller(tenant_id or self.store.tenant_id)
        )
        return recorder.record(subject=subject, sequence=1, data=OrderPlaced())

    async def entry(self, event: Envelope) -> Entry:
        """The entry of an event that the function committed and did not publish."""
        committed = log_entry(event, await log_keys(self.noun), position=0)
        return {**committed, "committed_at": None}

    async def write(
        self, id: str, entry: Mapping[str, Any], store: TenantStore | None = None
    ) -> None:
        """Somebody writes a document straight into the log."""
        batch = Batch()
        batch.put(EVENT_LOG, id, entry)
        await (store or self.store).commit(batch)

    async def read(self, id: str) -> Mapping[str, Any]:
        entry = await self.store.get(EVENT_LOG, id)
        assert entry is not None
        return entry.data

    async def sweep(self, outbox: Outbox | None = None) -> None:
        await Sweep(outbox or self.outbox, {}, _never).run(SWEPT_AT)

    async def published(self, number: int = 0) -> list[tuple[str, str]]:
        """The type and the subject of what reached the topic: `number` messages and no more."""
        received = await self.mailbox.take(number)
        return [(each.attributes["ce-type"], each.attributes["ce-subject"]) for each in received]


async def _never(event: Envelope) -> None:
    raise AssertionError(event.id)


@pytest.fixture
async def log(cloud: Cloud, store: TenantStore, noun: str) -> Log:
    mailbox = await cloud.mailbox(noun)
    cloud.mend()
    return Log(cloud, store, noun, mailbox)


PLACED = ("assent.order.placed.v1", "order/ord_1")
# Values that differ from those of the event; a time that the sweep takes for an old one.
ALTERED = {
    **{name: "another" for name in ATTRIBUTES if name not in ("id", "source", "tenantid")},
    "time": OTHER_TIME,
    "sequence": 2,
    "data": '{"content":"another"}',
}


def _stranger(log: Log, entry: Entry) -> Entry:
    """Signed with a key of the stranger's own, under the name of ours."""
    event = log.event()
    own = load_key_ring(secrets._texts[f"{log.noun}-log-key"][0])
    strange = load_key_ring(new_key_ring(log.noun))
    digest = log_entry(event, strange, position=0)["digest"]
    return {**entry, "digest": digest.replace(strange.maker, own.maker)}


FORGERIES: dict[str, Callable[[Log, Entry], Entry]] = {
    "without a digest": lambda _, entry: {k: v for k, v in entry.items() if k != "digest"},
    "an empty digest": lambda _, entry: {**entry, "digest": ""},
    "no text as digest": lambda _, entry: {**entry, "digest": 7},
    "another key": lambda _, entry: {**entry, "digest": "orders-0.abc"},
    "a stranger's key": _stranger,
    "no time": lambda _, entry: {**entry, "time": "0"},
    "no sequence": lambda _, entry: {**entry, "sequence": "many"},
    "no subject": lambda _, entry: {k: v for k, v in entry.items() if k != "subject"},
    "no data": lambda _, entry: {**entry, "data": None},
    "marked as refused": lambda _, entry: {**entry, "digest": "", "refused": True},
    **{
        f"another {name}": lambda _, entry, name=name, value=value: {**entry, name: value}  # type: ignore[misc]
        for name, value in ALTERED.items()
    },
}


@pytest.mark.parametrize("forge", FORGERIES.values(), ids=FORGERIES)
async def test_an_entry_that_somebody_else_wrote_is_refused_and_reported(
    log: Log, forge: Callable[[Log, Entry], Entry], caplog: pytest.LogCaptureFixture
) -> None:
    forged, crashed = log.event(), log.event("order/ord_2")
    await log.write(forged.id, forge(log, await log.entry(forged)))
    await log.write(crashed.id, await log.entry(crashed))
    with caplog.at_level(logging.ERROR):
        await log.sweep()
    (report, honest) = sorted(await log.published(2))
    assert (report[0], honest) == ("assent.entry.refused.v1", (PLACED[0], "order/ord_2"))
    assert forged.id in caplog.text
    entry = await log.read(forged.id)
    assert (entry["unpublished"], entry["refused"]) == (False, True)

    await log.sweep()
    assert await log.published() == []
    assert await log.store.count(EVENT_LOG, where=[("unpublished", "==", True)]) == 0


async def test_an_own_entry_under_another_id_is_refused(log: Log) -> None:
    event = log.event()
    await log.write(event.id, {**await log.entry(event), "unpublished": False})
    await log.write("evt_copy", await log.entry(event))
    await log.sweep()
    ((type, _),) = await log.published(1)
    assert type == "assent.entry.refused.v1"
    assert (await log.read("evt_copy"))["refused"] is True


async def test_an_own_entry_in_another_tenant_is_refused_there(log: Log) -> None:
    event = log.event()
    other = TenantStore(f"tenant-{uuid.uuid4().hex[:12]}")
    await log.write(event.id, await log.entry(event), other)
    await log.sweep()
    (received,) = await log.mailbox.take(1)
    assert received.attributes["ce-type"] == "assent.entry.refused.v1"
    assert received.attributes["ce-tenantid"] == other.tenant_id


async def test_a_collection_with_the_logs_name_is_no_log(log: Log) -> None:
    event = log.event()
    batch = Batch()
    batch.put(f"orders/{log.store.tenant_id}/{EVENT_LOG}", event.id, await log.entry(event))
    await log.store.commit(batch)
    await log.sweep()
    assert await log.published() == []
    assert await log.store.count(EVENT_LOG) == 0


async def test_the_report_says_what_the_entry_claims_in_plain_characters(log: Log) -> None:
    event = log.event("order/\u202eevil")
    entry = {**await log.entry(event), "digest": "", "type": "assent.order.placed.v1\n" * 100}
    await log.write(event.id, entry)
    await log.sweep()
    (received,) = await log.mailbox.take(1)
    told = await log.read(received.event_id)
    report = EntryRefused.model_validate_json(told["data"])
    assert (report.function, report.entry_id) == (log.noun, event.id)
    assert report.entry_subject == "order/\\u202eevil"
    assert "\n" not in report.entry_type
    assert len(report.entry_type) <= 1024
    assert received.attributes["ce-subject"] == f"entry/{report.refusal_id}"


async def test_an_entry_that_its_writer_flags_again_is_reported_once(log: Log) -> None:
    event = log.event()
    for _ in range(3):
        await log.write(event.id, {**await log.entry(event), "digest": ""})
        await log.sweep()
        assert (await log.read(event.id))["unpublished"] is False
    assert len(await log.published(1)) == 1


async def test_what_a_stranger_says_a_delivery_led_to_is_not_published(log: Log) -> None:
    delivery = log.event()
    change = Change(is_redelivered=True)
    recorder = Recorder.for_reaction(function=log.noun, event=delivery)
    event = recorder.record(subject="order/ord_3", sequence=1, data=OrderPlaced())
    change.record(event)
    change.seal(await log_keys(log.noun))
    await log.store.commit(change)
    forged = {**await log.entry(event), "id": "evt_forged", "unpublished": False}
    await log.write("evt_forged", forged)
    for _ in range(2):
        await Outbox(log.noun).publish_again(log.store, delivery)
    told = await log.published(3)
    assert sorted(type for type, _ in told) == ["assent.entry.refused.v1", *[PLACED[0]] * 2]
    assert {subject for type, subject in told if type == PLACED[0]} == {"order/ord_3"}


async def _change_keys(
    log: Log, secret_manager: SecretManager, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    name = f"{log.noun}-log-key"
    await log_keys(log.noun)
    ring = json.loads(secrets._texts[name][0])
    await secret_manager.add(name, json.dumps(change(ring)).encode())


async def test_an_entry_of_the_previous_key_is_published_after_a_rotation(
    log: Log, secret_manager: SecretManager
) -> None:
    event = log.event()
    await log.write(event.id, await log.entry(event))
    key = new_key(log.noun)
    await _change_keys(
        log,
        secret_manager,
        lambda ring: {**ring, "maker": key["kid"], "keys": [*ring["keys"], key]},
    )
    secrets._texts.clear()
    assert (await log_keys(log.noun)).maker == key["kid"]
    await log.sweep()
    assert await log.published(1) == [PLACED]


async def test_an_entry_of_a_key_that_this_process_has_not_read_yet_is_published(
    log: Log, secret_manager: SecretManager
) -> None:
    old = (await log_keys(log.noun)).maker
    key = new_key(log.noun)
    await _change_keys(
        log,
        secret_manager,
        lambda ring: {**ring, "maker": key["kid"], "keys": [*ring["keys"], key]},
    )
    before = dict(secrets._texts)
    secrets._texts.clear()
    event = log.event()
    await log.write(event.id, await log.entry(event))
    secrets._texts.update(before)
    assert (await log_keys(log.noun)).maker == old
    await log.sweep()
    assert await log.published(1) == [PLACED]


async def test_an_entry_of_a_retired_key_is_refused(
    log: Log, secret_manager: SecretManager
) -> None:
    event = log.event()
    await log.write(event.id, await log.entry(event))
    key = new_key(log.noun)
    await _change_keys(
        log,
        secret_manager,
        lambda ring: {"maker": key["kid"], "keys": [key], "retired": ring["keys"]},
    )
    secrets._texts.clear()
    await log.sweep()
    ((type, _),) = await log.published(1)
    assert type == "assent.entry.refused.v1"


async def test_without_its_key_a_function_commits_nothing_and_sets_nothing_aside(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = log.event()
    await log.write(event.id, await log.entry(event))
    secrets._texts.clear()
    monkeypatch.setenv("SECRET_MANAGER_EMULATOR_HOST", "127.0.0.1:1")
    with pytest.raises(Unavailable):
        await log.sweep()
    change = Change()
    change.record(log.event("order/ord_2"))
    with pytest.raises(Unavailable):
        await log.outbox.commit(log.store, change, now=NOW)
    monkeypatch.undo()
    assert await log.store.count(EVENT_LOG) == 1
    await log.sweep()
    assert await log.published(1) == [PLACED]


async def test_a_process_reads_the_key_once_and_an_empty_sweep_reads_none(log: Log) -> None:
    secrets._texts.clear()
    counts = start_counting()
    await log.sweep()
    assert counts["secret-accesses"] == 0
    for number in range(3):
        change = Change()
        change.record(log.event(f"order/ord_{number}"))
        await log.outbox.commit(log.store, change, now=NOW)
    assert counts["secret-accesses"] == 1
