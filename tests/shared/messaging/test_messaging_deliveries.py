"""A dead letter is told in its tenant's log: once, with its cause, and once more when it is
handled after all."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from shared.kit.bookkeeping import DeliveryBuried, DeliveryRecovered
from shared.kit.digests import load_key_ring, new_key_ring
from shared.kit.errors import Unavailable
from shared.kit.ids import is_id
from shared.messaging.changes import Change
from shared.messaging.deliveries import Deliveries, Delivery
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, logged_event
from shared.messaging.outbox import Outbox
from shared.storage import patience
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.shared.cloud import Cloud, Mailbox
from tests.shared.stories import NOW

pytestmark = pytest.mark.platform
LATER = NOW + timedelta(hours=1)


@pytest.fixture
async def mailbox(cloud: Cloud, noun: str) -> Mailbox:
    mailbox = await cloud.mailbox(noun)
    cloud.mend()
    return mailbox


@pytest.fixture
def deliveries(noun: str, mailbox: Mailbox) -> Deliveries:
    return Deliveries(Outbox(noun))


def _paid(store: TenantStore, **changes: Any) -> Envelope:
    values: dict[str, Any] = {
        "id": "evt_paid",
        "type": "assent.bill.paid.v1",
        "source": "//assent/bills",
        "subject": "bill/bil_1",
        "time": NOW,
        "tenantid": store.tenant_id,
        "correlationid": "evt_first",
        "causationid": "evt_first",
        "sequence": 3,
        "received_at": NOW,
    }
    return Envelope.model_validate({**values, **changes})


def _delivery(event: Envelope, function: str = "orders") -> Delivery:
    return Delivery(function, "/events/bills", event.headers(), event.data.encode())


async def _log(store: TenantStore) -> list[Envelope]:
    page = await store.find(EVENT_LOG, order_by="sequence", limit=100)
    return [logged_event(entry.data, NOW) for entry in page.items]


async def test_a_burial_is_an_event_of_its_own_subject_and_starts_a_story(
    store: TenantStore, deliveries: Deliveries, mailbox: Mailbox, noun: str
) -> None:
    delivery = _delivery(_paid(store))
    await deliveries.record_buried(delivery, "forged", LATER)
    (told,) = await _log(store)
    assert is_id("dlv", delivery.id)
    assert (told.type, told.subject) == (
        "assent.delivery.buried.v1",
        f"delivery/{delivery.id}",
    )
    assert (told.sequence, told.time, told.actorid) == (1, LATER, f"service:{noun}")
    assert (told.causationid, told.correlationid) == (told.id, told.id)
    assert told.payload(DeliveryBuried) == DeliveryBuried(
        delivery_id=delivery.id,
        function="orders",
        path="/events/bills",
        delivered_id="evt_paid",
        delivered_type="assent.bill.paid.v1",
        delivered_subject="bill/bil_1",
        reason="forged",
    )
    (published,) = await mailbox.take(1)
    assert published.event_id == told.id


async def test_it_is_caused_by_the_event_it_buries_where_that_is_in_the_log(
    store: TenantStore, deliveries: Deliveries
) -> None:
    event = _paid(store)
    change = Change()
    change.record(event)
    change.seal(load_key_ring(new_key_ring("bills")))
    await store.commit(change)
    await deliveries.record_buried(_delivery(event), "forged", LATER)
    other = _paid(store, type="assent.bill.lost.v1")
    await deliveries.record_buried(_delivery(other, "lenders"), "another's id", LATER)
    told = {each.payload(DeliveryBuried).reason: each for each in (await _log(store))[:2]}
    assert (told["forged"].causationid, told["forged"].correlationid) == ("evt_paid", "evt_first")
    assert told["another's id"].causationid == told["another's id"].id


async def test_the_same_delivery_buried_again_is_told_once(
    store: TenantStore, deliveries: Deliveries
) -> None:
    delivery = _delivery(_paid(store))
    copies = (replace(delivery, headers={**delivery.headers, "x": str(n)}) for n in range(5))
    await asyncio.gather(*(deliveries.record_buried(copy, "forged", LATER) for copy in copies))
    await deliveries.record_buried(delivery, "still forged", LATER + timedelta(days=1))
    assert len(await _log(store)) == 1


async def test_what_went_elsewhere_or_brought_another_event_is_another_delivery(
    store: TenantStore,
) -> None:
    delivery = _delivery(_paid(store))
    others = [
        _delivery(_paid(store, id="evt_other")),
        _delivery(_paid(store), "lenders"),
        replace(delivery, path="/events/loans"),
        replace(delivery, headers={}),
        replace(delivery, headers={}, body=b"x"),
    ]
    assert len({each.id for each in (delivery, *others)}) == 6


async def test_a_recovery_is_told_once_and_caused_by_the_burial(
    store: TenantStore, deliveries: Deliveries
) -> None:
    delivery = _delivery(_paid(store))
    await deliveries.record_buried(delivery, "forged", NOW)
    await asyncio.gather(*(deliveries.record_recovered(delivery, LATER) for _ in range(3)))
    buried, recovered = await _log(store)
    assert (recovered.type, recovered.subject, recovered.sequence) == (
        "assent.delivery.recovered.v1",
        buried.subject,
        2,
    )
    assert (recovered.causationid, recovered.correlationid) == (buried.id, buried.correlationid)
    assert recovered.payload(DeliveryRecovered).reason == "forged"


async def test_a_recovery_that_comes_first_tells_of_the_burial_too(
    store: TenantStore, deliveries: Deliveries
) -> None:
    delivery = _delivery(_paid(store))
    await deliveries.record_recovered(delivery, LATER)
    await deliveries.record_buried(delivery, "forged", LATER)
    told = await _log(store)
    assert [each.type.split(".")[2] for each in told] == ["buried", "recovered"]
    assert [each.sequence for each in told] == [1, 2]
    assert told[1].causationid == told[0].id


async def test_a_recovery_repeats_nothing_of_a_burial_that_somebody_else_wrote(
    store: TenantStore, deliveries: Deliveries
) -> None:
    delivery = _delivery(_paid(store))
    await deliveries.record_buried(delivery, "forged", NOW)
    burial = await store.get(EVENT_LOG, delivery.event_id("buried"))
    assert burial is not None
    batch = Batch()
    altered = {
        "data": burial.data["data"].replace("forged", "all is well"),
        "subject": "delivery/x",
    }
    batch.replace(burial, {**burial.data, **altered})
    await store.commit(batch)
    await deliveries.record_recovered(delivery, LATER)
    recovered = {each.id: each for each in await _log(store)}[delivery.event_id("recovered")]
    assert recovered.subject == f"delivery/{delivery.id}"
    assert recovered.payload(DeliveryRecovered).reason == ""


@pytest.mark.parametrize("tenant", ["", "acme/approvals", "..", "__acme__"])
async def test_what_is_no_tenants_is_not_told(
    store: TenantStore, deliveries: Deliveries, cloud: Cloud, tenant: str
) -> None:
    cloud.mend()
    delivery = _delivery(_paid(store, tenantid=tenant))
    assert not deliveries.are_recorded(delivery)
    await deliveries.record_buried(delivery, "unreadable", LATER)
    await deliveries.record_recovered(delivery, LATER)
    assert cloud.firestore.calls == []


@pytest.mark.parametrize("told", ["buried", "recovered"])
async def test_our_own_news_of_dead_letters_brings_no_more_of_it(
    store: TenantStore, deliveries: Deliveries, noun: str, told: str
) -> None:
    own = _paid(store, type=f"assent.delivery.{told}.v1", source=f"//assent/{noun}")
    await deliveries.record_buried(_delivery(own), "unreadable", LATER)
    assert await _log(store) == []
    anothers = own.model_copy(update={"source": "//assent/bills"})
    await deliveries.record_buried(_delivery(anothers), "unreadable", LATER)
    assert len(await _log(store)) == 1


@pytest.mark.parametrize("time", ["", "noon", "2026-11-20", "0001-01-01T00:00:00+14:00", "1900"])
async def test_a_delivery_that_cannot_be_read_is_told_by_its_body(
    store: TenantStore, deliveries: Deliveries, time: str
) -> None:
    headers = {"ce-tenantid": store.tenant_id, "ce-time": time, "ce-subject": "ü" * 5000}
    delivery = Delivery("orders", "/events/bills", headers, b"\xff")
    for _ in range(2):
        await deliveries.record_buried(delivery, "unreadable", LATER)
    (told,) = await _log(store)
    assert len(told.payload(DeliveryBuried).delivered_subject.encode()) <= 1024
    assert told.subject == f"delivery/{delivery.id}"


async def test_where_the_store_does_not_answer_nothing_is_told(
    store: TenantStore,
    deliveries: Deliveries,
    cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "RETRIED_FOR_SECONDS", 0.0)
    cloud.firestore.cut("Commit")
    delivery = _delivery(_paid(store))
    with pytest.raises(Unavailable):
        await deliveries.record_buried(delivery, "forged", LATER)
    cloud.mend()
    await deliveries.record_buried(delivery, "forged", LATER)
    assert len(await _log(store)) == 1
