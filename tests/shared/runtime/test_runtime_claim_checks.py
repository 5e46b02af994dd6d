"""The private side handles what a message names in the log as if the data had come with it."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

import httpx
import pytest

from shared.aggregates.runner import Runner
from shared.kit.errors import AssentError, Forbidden, Unavailable
from shared.messaging.changes import Change, Timer
from shared.messaging.claim_check import DATAREF, MOST_CARRIED, messages_of
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.messaging.timers import timer_event
from shared.runtime import logs
from shared.runtime.reactions import create_reactions
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.secret_manager import SecretManager
from tests.shared.cloud import Cloud, Mailbox
from tests.shared.runtime.asking import client
from tests.shared.stories import NOW, OrderPlaced, caller

pytestmark = pytest.mark.platform
PLACED = OrderPlaced.event_type
DUE = "assent.bill.due.v1"
LONG = "x" * (MOST_CARRIED + 1)


@dataclass
class Bills:
    """A reader of orders, which fails for the subjects that it is told to."""

    fails: dict[str, AssentError] = field(default_factory=dict)
    heard: list[Envelope] = field(default_factory=list)
    correlations: list[str] = field(default_factory=list)

    async def on_placed(self, event: Envelope) -> None:
        event.payload(OrderPlaced)
        self.heard.append(event)
        self.correlations.append(logs.correlation_id.get())
        if event.subject in self.fails:
            raise self.fails[event.subject]


@dataclass
class Orders:
    """Commits and publishes events about orders."""

    noun: str
    store: TenantStore
    mailbox: Mailbox

    def recorded(self, *content: str) -> list[Envelope]:
        recorder = Recorder.for_command(function=self.noun, caller=caller(self.store.tenant_id))
        return [
            recorder.record(subject=f"order/{n}", sequence=1, data=OrderPlaced(content=each))
            for n, each in enumerate(content)
        ]

    async def commit(self, *events: Envelope) -> None:
        change = Change()
        change.record(*events)
        await Outbox(self.noun).commit(self.store, change, now=NOW)

    async def told(self, *content: str) -> tuple[list[Envelope], Mapping[str, str]]:
        """Events, and the message that named them."""
        events = self.recorded(*content)
        await self.commit(*events)
        (message,) = await self.mailbox.take(1)
        assert message.data == b""
        return events, message.attributes


@pytest.fixture
def bills() -> Bills:
    return Bills()


@pytest.fixture
async def orders(cloud: Cloud, noun: str, store: TenantStore) -> Orders:
    return Orders(noun, store, await cloud.mailbox(noun))


@pytest.fixture(scope="module")
async def log_key(secret_manager: SecretManager) -> None:
    await secret_manager.give_log_keys("bills")


@pytest.fixture
async def reactions(
    bills: Bills, cloud: Cloud, orders: Orders, log_key: None
) -> AsyncIterator[httpx.AsyncClient]:
    await cloud.mailbox("bills")
    handlers = {PLACED: bills.on_placed, DUE: bills.on_placed}
    app = create_reactions(function="bills", handlers=handlers, run=Runner("bills"))
    async with client(app) as asking:
        yield asking


async def _deliver(
    reactions: httpx.AsyncClient,
    orders: Orders,
    attributes: Mapping[str, str],
    body: bytes = b"",
) -> int:
    path = f"/events/{orders.noun}"
    answer = await reactions.post(path, content=body, headers=dict(attributes))
    return answer.status_code


def _data(events: list[Envelope]) -> list[tuple[str, str]]:
    return [(event.id, event.data) for event in events]


async def test_a_claim_check_is_handled_as_the_event(
    reactions: httpx.AsyncClient, orders: Orders, bills: Bills
) -> None:
    events, claim = await orders.told(LONG)
    assert await _deliver(reactions, orders, claim) == 204
    assert _data(bills.heard) == _data(events)
    assert bills.correlations == [events[0].correlationid]


async def test_each_event_that_a_message_names_is_handled(
    reactions: httpx.AsyncClient, orders: Orders, bills: Bills
) -> None:
    events, claim = await orders.told(LONG, "short", LONG)
    assert await _deliver(reactions, orders, claim) == 204
    assert _data(bills.heard) == _data(events)


async def test_what_is_of_no_interest_is_not_read_in_the_log(
    reactions: httpx.AsyncClient, orders: Orders, bills: Bills, cloud: Cloud
) -> None:
    _, claim = await orders.told(LONG)
    cloud.mend()
    sent = {**claim, "ce-type": "assent.order.printed.v1"}
    assert await _deliver(reactions, orders, sent) == 204
    assert (bills.heard, cloud.firestore.calls) == ([], [])


async def test_an_entry_that_is_missing_is_delivered_again_and_then_handled(
    reactions: httpx.AsyncClient, orders: Orders, bills: Bills, dead: Mailbox
) -> None:
    events = orders.recorded(LONG)
    ((_, claim),) = messages_of(events)
    assert await _deliver(reactions, orders, claim) == 503
    assert (bills.heard, await dead.take()) == ([], [])
    await orders.commit(*events)
    assert await _deliver(reactions, orders, claim) == 204
    assert _data(bills.heard) == _data(events)


async def test_a_log_that_does_not_answer_is_asked_again(
    reactions: httpx.AsyncClient, orders: Orders, bills: Bills, dead: Mailbox, cloud: Cloud,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("shared.storage.patience.RETRIED_FOR_SECONDS", 0.0)
    events, claim = await orders.told(LONG)
    cloud.firestore.cut("BatchGetDocuments")
    assert await _deliver(reactions, orders, claim) == 503
    cloud.mend()
    assert await _deliver(reactions, orders, claim) == 204
    assert (_data(bills.heard), await dead.take()) == (_data(events), [])


async def test_an_altered_entry_is_dead_lettered_and_handled_once_it_is_restored(
    reactions: httpx.AsyncClient, orders: Orders, bills: Bills, dead: Mailbox
) -> None:
    (event,), claim = await orders.told(LONG)

    async def store(data: str) -> None:
        batch = Batch()
        batch.merge(EVENT_LOG, event.id, {"data": data})
        await orders.store.commit(batch)

    await store('{"order_id":"ord_1","content":"forged"}')
    assert await _deliver(reactions, orders, claim) == 204
    assert bills.heard == []
    (letter,) = await dead.take(1)
    assert "their hash differs" in letter.attributes["dead-letter-reason"]
    assert (letter.data, letter.attributes[DATAREF]) == (b"", f"events/{event.id}")
    assert await _outcomes(orders.store) == ["buried"]
    await store(event.data)
    assert await _deliver(reactions, orders, letter.attributes, letter.data) == 204
    assert _data(bills.heard) == _data([event])
    assert await _outcomes(orders.store) == ["buried", "recovered"]


async def test_a_dead_lettered_claim_check_is_handled_once_its_reader_takes_it(
    reactions: httpx.AsyncClient, orders: Orders, bills: Bills, dead: Mailbox
) -> None:
    events, claim = await orders.told(LONG, LONG)
    bills.fails["order/1"] = Forbidden("not yet")
    assert await _deliver(reactions, orders, claim) == 204
    (letter,) = await dead.take(1)
    assert letter.attributes[DATAREF] == claim[DATAREF]
    bills.fails.clear()
    bills.heard.clear()
    assert await _deliver(reactions, orders, letter.attributes, letter.data) == 204
    assert _data(bills.heard) == _data(events)
    assert await _outcomes(orders.store) == ["buried", "recovered"]


async def test_a_failure_does_not_stop_the_others_and_a_retry_comes_before_a_refusal(
    reactions: httpx.AsyncClient, orders: Orders, bills: Bills, dead: Mailbox
) -> None:
    events, claim = await orders.told(LONG, LONG, LONG)
    bills.fails = {"order/0": Forbidden("never"), "order/1": Unavailable("later")}
    assert await _deliver(reactions, orders, claim) == 503
    assert _data(bills.heard) == _data(events)
    assert await dead.take() == []
    del bills.fails["order/1"]
    assert await _deliver(reactions, orders, claim) == 204
    assert len(await dead.take(1)) == 1


async def test_a_claim_check_with_data_is_dead_lettered(
    reactions: httpx.AsyncClient, orders: Orders, bills: Bills, dead: Mailbox
) -> None:
    _, claim = await orders.told(LONG)
    body = b'{"order_id":"ord_1","content":"forged"}'
    assert await _deliver(reactions, orders, claim, body) == 204
    (letter,) = await dead.take(1)
    assert "both data and a dataref" in letter.attributes["dead-letter-reason"]
    assert bills.heard == []


async def test_a_claim_check_to_something_else_is_dead_lettered(
    reactions: httpx.AsyncClient, orders: Orders, bills: Bills, dead: Mailbox
) -> None:
    _, claim = await orders.told(LONG)
    for dataref in ("../other/events/evt_1", "contents/evt_1", ""):
        assert await _deliver(reactions, orders, {**claim, DATAREF: dataref}) == 204
        (letter,) = await dead.take(1)
        assert "does not name entries" in letter.attributes["dead-letter-reason"]
    assert bills.heard == []


async def test_a_timer_cannot_name_entries_of_the_log(
    reactions: httpx.AsyncClient, orders: Orders, bills: Bills, dead: Mailbox
) -> None:
    _, claim = await orders.told(LONG)
    timer = timer_event("bills", orders.store.tenant_id, Timer(DUE, "bill/bil_1", NOW), NOW)
    sent = {**timer.headers(), DATAREF: claim[DATAREF]}
    answer = await reactions.post("/timers/bills", headers=sent)
    assert answer.status_code == 204
    (letter,) = await dead.take(1)
    assert "only an event of the log" in letter.attributes["dead-letter-reason"]
    assert bills.heard == []


async def _outcomes(store: TenantStore) -> list[str]:
    page = await store.find(EVENT_LOG, where=[("source", "==", "//assent/bills")])
    found = sorted((each.data["sequence"], each.data["type"]) for each in page.items)
    return [type.split(".")[2] for _, type in found]
