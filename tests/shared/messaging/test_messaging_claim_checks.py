"""What is long is published as the names of its entries, and read only as it was published."""

from collections.abc import Mapping
from typing import Any

import pytest

from shared.kit.errors import Unavailable
from shared.messaging.changes import Change
from shared.messaging.claim_check import (
    DATAHASH,
    DATAREF,
    MOST_CARRIED,
    MOST_CLAIMED,
    ClaimRefused,
    claimed_events,
    messages_of,
)
from shared.messaging.dead_letters import LONGEST_VALUE
from shared.messaging.envelope import ATTRIBUTES, Envelope, envelope_from_headers
from shared.messaging.log import EVENT_LOG
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.shared.cloud import Cloud
from tests.shared.stories import NOW, OrderPlaced, caller

LONG = "ü" * MOST_CARRIED


class OrderShipped(OrderPlaced):
    event_type = "assent.order.shipped.v1"


def _recorded(noun: str, tenant: str, *data: OrderPlaced) -> list[Envelope]:
    recorder = Recorder.for_command(function=noun, caller=caller(tenant))
    return [
        recorder.record(subject=f"order/{n}", sequence=1, data=each) for n, each in enumerate(data)
    ]


def _data_of(size: int) -> OrderPlaced:
    empty = len(OrderPlaced().model_dump_json())
    return OrderPlaced(content="x" * (size - empty))


def test_an_ordinary_event_carries_its_data() -> None:
    (event,) = _recorded("orders", "acme", _data_of(MOST_CARRIED))
    assert messages_of([event]) == [(event.data.encode(), event.headers())]


def test_a_long_event_leaves_its_data_in_the_log() -> None:
    (event,) = _recorded("orders", "acme", _data_of(MOST_CARRIED + 1))
    ((data, attributes),) = messages_of([event])
    assert data == b""
    assert attributes[DATAREF] == f"events/{event.id}"
    assert len(attributes[DATAHASH]) == 64
    assert event.headers().items() <= attributes.items()


def test_a_letter_of_two_bytes_counts_twice() -> None:
    (event,) = _recorded("orders", "acme", OrderPlaced(content="ü" * (MOST_CARRIED // 2)))
    assert messages_of([event])[0][0] == b""


def test_events_of_one_type_share_a_message_where_they_are_long_together() -> None:
    half, other = _data_of(MOST_CARRIED // 2 + 1), OrderShipped(content="x")
    first, second, third = _recorded("orders", "acme", half, half, other)
    (elsewhere,) = _recorded("orders", "beta", half)
    shared, carried, alone = messages_of([first, third, second, elsewhere])
    assert shared[1][DATAREF] == f"events/{first.id},{second.id}"
    assert shared[1]["ce-id"] == first.id
    assert carried == (third.data.encode(), third.headers())
    assert alone[1]["ce-tenantid"] == "beta"


def _one_after_another(noun: str, tenant: str, *data: OrderPlaced) -> list[Envelope]:
    recorder = Recorder.for_command(function=noun, caller=caller(tenant))
    return [
        recorder.record(subject="order/1", sequence=n, data=each) for n, each in enumerate(data, 1)
    ]


def test_an_event_carries_an_earlier_one_about_the_same_subject() -> None:
    placed, shipped = _one_after_another("orders", "acme", OrderPlaced(), OrderShipped())
    (other,) = _recorded("orders", "acme", OrderShipped())
    alone, both = messages_of([shipped, other], [placed])
    assert alone == (other.data.encode(), other.headers())
    assert both[0] == b""
    assert shipped.headers().items() <= both[1].items()
    assert both[1][DATAREF] == f"events/{placed.id},{shipped.id}"


def test_what_nothing_can_carry_goes_alone() -> None:
    (placed,) = _recorded("orders", "acme", OrderPlaced())
    (elsewhere,) = _recorded("orders", "beta", OrderShipped())
    expected = [(each.data.encode(), each.headers()) for each in (placed, elsewhere)]
    assert messages_of([elsewhere], [placed]) == expected


@pytest.mark.parametrize(("size", "most"), [(100, 40), (MOST_CLAIMED // 3, 3)])
def test_a_message_names_no_more_than_a_reader_can_hold(size: int, most: int) -> None:
    events = _recorded("orders", "acme", *[_data_of(size)] * 100)
    names = [attributes[DATAREF] for _, attributes in messages_of(events)]
    assert all(len(each) <= LONGEST_VALUE for each in names)
    assert all(each.count("evt_") <= most for each in names)
    assert [id for each in names for id in each.removeprefix("events/").split(",")] == [
        event.id for event in events
    ]


class Topic:
    """One function's log, and the messages that tell of it."""

    def __init__(self, store: TenantStore, noun: str) -> None:
        self.store, self.noun = store, noun

    async def committed(
        self, *content: str, tenant: TenantStore | None = None, noun: str = ""
    ) -> list[Envelope]:
        """Events in the log of the tenant."""
        store = tenant or self.store
        data = [OrderPlaced(content=each) for each in content or (LONG,)]
        events = _recorded(noun or self.noun, store.tenant_id, *data)
        change = Change()
        change.record(*events)
        await Outbox(noun or self.noun).commit(store, change, now=NOW)
        return events

    async def alter(self, event: Envelope, **fields: Any) -> None:
        """Somebody with the database's keys changes an entry."""
        batch = Batch()
        batch.merge(EVENT_LOG, event.id, fields)
        await self.store.commit(batch)

    async def read(self, attributes: Mapping[str, str], body: bytes = b"") -> list[Envelope]:
        """What a reader makes of the message."""
        headers = {name.lower(): value for name, value in attributes.items()}
        told = envelope_from_headers(headers, body, NOW)
        return [*await claimed_events(told, headers, body)]


def _claim(*events: Envelope, **changed: str) -> dict[str, str]:
    (message,) = messages_of(events)
    named = {f"ce-{name}": value for name, value in changed.items()}
    return {**message[1], **named}


@pytest.fixture
async def topic(cloud: Cloud, store: TenantStore, noun: str) -> Topic:
    await cloud.mailbox(noun)
    cloud.mend()
    return Topic(store, noun)


@pytest.mark.platform
async def test_a_reader_gets_the_event_as_if_its_data_had_come_with_it(topic: Topic) -> None:
    (event,) = await topic.committed(LONG)
    assert await topic.read(_claim(event)) == [event]


@pytest.mark.platform
async def test_a_reader_gets_all_events_of_a_message_in_one_round_trip(
    topic: Topic, cloud: Cloud
) -> None:
    events = await topic.committed(*(f"{n}{LONG}" for n in range(20)))
    cloud.mend()
    assert await topic.read(_claim(*events)) == events
    assert cloud.firestore.calls == ["BatchGetDocuments"]


@pytest.mark.platform
async def test_a_reader_gets_what_an_event_carries_before_it(topic: Topic) -> None:
    placed, shipped = _one_after_another(
        topic.noun, topic.store.tenant_id, OrderPlaced(), OrderShipped()
    )
    change = Change(events=[placed, shipped])
    await Outbox(topic.noun).commit(topic.store, change, now=NOW)
    ((_, claim),) = messages_of([shipped], [placed])
    assert await topic.read(claim) == [placed, shipped.but(carries=(placed.id,))]


@pytest.mark.platform
async def test_an_event_carries_nothing_about_another_subject(topic: Topic) -> None:
    own, other = _recorded(topic.noun, topic.store.tenant_id, OrderPlaced(), OrderShipped())
    await Outbox(topic.noun).commit(topic.store, Change(events=[own, other]), now=NOW)
    forged = other.but(subject=own.subject)
    ((_, claim),) = messages_of([forged], [own])
    as_it_is_stored = messages_of([other.but(data=LONG)])[0][1]
    named = {**claim, "ce-subject": as_it_is_stored["ce-subject"]}
    with pytest.raises(ClaimRefused):
        await topic.read(named)


@pytest.mark.platform
async def test_what_carries_its_data_costs_no_read(topic: Topic, cloud: Cloud) -> None:
    (event,) = await topic.committed("short")
    cloud.mend()
    assert await topic.read(event.headers(), event.data.encode()) == [event]
    assert cloud.firestore.calls == []


@pytest.mark.platform
async def test_what_changes_of_an_entry_after_its_publication_does_not_matter(
    topic: Topic,
) -> None:
    (event,) = await topic.committed()
    await topic.alter(event, unpublished=True, sweeps=3, refused=False)
    assert await topic.read(_claim(event)) == [event]


@pytest.mark.platform
async def test_a_missing_entry_is_read_later(topic: Topic) -> None:
    (event,) = _recorded(topic.noun, topic.store.tenant_id, OrderPlaced(content=LONG))
    with pytest.raises(Unavailable, match=event.id):
        await topic.read(_claim(event))


ALTERED = {
    **dict.fromkeys(ATTRIBUTES, "another"),
    "time": "2026-01-01T00:00:00.000Z",
    "sequence": 2,
    "data": '{"content":"another"}',
}


@pytest.mark.platform
@pytest.mark.parametrize("field", ALTERED)
@pytest.mark.parametrize("which", [0, 1])
async def test_an_altered_entry_is_refused(topic: Topic, field: str, which: int) -> None:
    events = await topic.committed(LONG, LONG)
    await topic.alter(events[which], **{field: ALTERED[field]})
    with pytest.raises(ClaimRefused, match="their hash differs"):
        await topic.read(_claim(*events))


@pytest.mark.platform
@pytest.mark.parametrize("field", ["data", "time", "subject"])
async def test_an_entry_that_is_no_event_is_refused(topic: Topic, field: str) -> None:
    (event,) = await topic.committed()
    await topic.alter(event, **{field: None})
    with pytest.raises(ClaimRefused, match="is no event"):
        await topic.read(_claim(event))


@pytest.mark.platform
async def test_entries_of_another_function_are_refused_whatever_their_hash_is(
    topic: Topic, cloud: Cloud
) -> None:
    own, _ = await topic.committed(LONG, LONG)
    forged = own.model_copy(update={"source": "//assent/approvals", "id": "evt_forged"})
    batch = Batch()
    fields = {name: getattr(forged, name) for name in ATTRIBUTES if name != "time"}
    batch.put(EVENT_LOG, forged.id, {**fields, "time": "2026-11-20T12:00:00.000Z", "data": LONG})
    await topic.store.commit(batch)
    claim = _claim(own, forged.model_copy(update={"data": LONG}))
    with pytest.raises(ClaimRefused, match="another tenant, source, type or noun"):
        await topic.read(claim)


@pytest.mark.platform
async def test_attributes_that_the_entry_does_not_have_are_refused(topic: Topic) -> None:
    (event,) = await topic.committed()
    with pytest.raises(ClaimRefused, match="not those of the entry"):
        await topic.read(_claim(event, actorid="somebody"))


@pytest.mark.platform
async def test_an_entry_of_another_tenant_is_not_there(topic: Topic) -> None:
    (event,) = await topic.committed(tenant=TenantStore(f"{topic.store.tenant_id}-other"))
    with pytest.raises(Unavailable, match=event.id):
        await topic.read(_claim(event, tenantid=topic.store.tenant_id))


@pytest.mark.parametrize(
    "dataref",
    [
        "",
        "events/",
        "events/..",
        "events/../contents/evt_1",
        "events/evt_1/more/evt_2",
        "events/evt_1,",
        "events/evt_1,evt_1",
        "events/__evt__",
        "../other/events/evt_1",
        "/tenants/other/events/evt_1",
        "contents/evt_1",
        "https://evil.test/events/evt_1",
        "events/" + ",".join(f"evt_{n}" for n in range(300)),
    ],
)
async def test_a_dataref_to_anything_else_is_refused_unread(dataref: str) -> None:
    (event,) = _recorded("orders", "acme", OrderPlaced(content=LONG))
    with pytest.raises(ClaimRefused, match="does not name entries"):
        await Topic(TenantStore("acme"), "orders").read(_claim(event, dataref=dataref))


async def test_data_beside_a_dataref_is_refused() -> None:
    (event,) = _recorded("orders", "acme", OrderPlaced(content=LONG))
    with pytest.raises(ClaimRefused, match="both data and a dataref"):
        await Topic(TenantStore("acme"), "orders").read(_claim(event), event.data.encode())


@pytest.mark.platform
@pytest.mark.parametrize("datahash", ["", "0" * 64, "missing"])
async def test_a_wrong_or_missing_hash_is_refused(topic: Topic, datahash: str) -> None:
    (event,) = await topic.committed()
    claim = _claim(event, datahash=datahash)
    if datahash == "missing":
        del claim[DATAHASH]
    with pytest.raises(ClaimRefused, match="their hash differs"):
        await topic.read(claim)
