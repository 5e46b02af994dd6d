"""The private side tells of what it buried, and of what it handled after all; a telling that
fails never costs the delivery."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest

from shared.aggregates.runner import Runner
from shared.kit.errors import Forbidden
from shared.messaging.changes import Timer
from shared.messaging.dead_letters import REDELIVERS
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG
from shared.messaging.timers import timer_event
from shared.runtime.reactions import create_reactions
from shared.storage import patience
from shared.storage.firestore import TenantStore
from tests.secret_manager import SecretManager
from tests.shared.cloud import Cloud, Mailbox, Received
from tests.shared.runtime.asking import client
from tests.shared.stories import NOW

pytestmark = pytest.mark.platform
PAID = "assent.bill.paid.v1"
DUE = "assent.order.due.v1"


class Orders:
    """Two functions that hear the same, and refuse it while they are told to."""

    def __init__(self) -> None:
        self.refuses = True

    async def on_event(self, event: Envelope) -> None:
        if self.refuses:
            raise Forbidden("not yet")

    def side(self, function: str) -> httpx.AsyncClient:
        handlers = {PAID: self.on_event, DUE: self.on_event}
        run = Runner(function)
        return client(create_reactions(function=function, handlers=handlers, run=run))


@pytest.fixture
def orders() -> Orders:
    return Orders()


@pytest.fixture(scope="module")
async def log_key(secret_manager: SecretManager) -> None:
    await secret_manager.give_log_keys("orders")


@pytest.fixture
async def reactions(
    orders: Orders, cloud: Cloud, log_key: None
) -> AsyncIterator[httpx.AsyncClient]:
    await cloud.mailbox("orders")
    async with orders.side("orders") as asking:
        yield asking


def _paid(store: TenantStore) -> Envelope:
    return Envelope(
        id="evt_1",
        type=PAID,
        source="//assent/bills",
        subject="bill/bil_1",
        time=NOW,
        tenantid=store.tenant_id,
        received_at=NOW,
    )


async def _deliver(
    reactions: httpx.AsyncClient,
    headers: Mapping[str, Any],
    path: str = "/events/bills",
    content: str | bytes = "{}",
) -> int:
    answer = await reactions.post(path, content=content, headers=dict(headers))
    return answer.status_code


async def _redeliver(reactions: httpx.AsyncClient, letter: Received) -> int:
    path = letter.attributes["dead-letter-path"]
    return await _deliver(reactions, letter.attributes, path, letter.data)


async def _told(store: TenantStore) -> list[str]:
    page = await store.find(EVENT_LOG, order_by="sequence")
    return [entry.data["type"].split(".")[2] for entry in page.items]


async def test_a_burial_is_told_and_its_redelivery_recovers_it(
    reactions: httpx.AsyncClient, orders: Orders, dead: Mailbox, store: TenantStore
) -> None:
    assert await _deliver(reactions, _paid(store).headers()) == 204
    (letter,) = await dead.take(1)
    assert letter.attributes[REDELIVERS].startswith("orders/dlv_")
    assert await _told(store) == ["buried"]
    assert await _redeliver(reactions, letter) == 204
    (again,) = await dead.take(1)
    assert again.attributes == letter.attributes
    assert await _told(store) == ["buried"]
    orders.refuses = False
    for _ in range(2):
        assert await _redeliver(reactions, again) == 204
    assert await _told(store) == ["buried", "recovered"]


async def test_a_timer_that_is_buried_is_told_and_recovered_too(
    reactions: httpx.AsyncClient, orders: Orders, dead: Mailbox, store: TenantStore
) -> None:
    timer = timer_event("orders", store.tenant_id, Timer(DUE, "order/ord_1", NOW), NOW)
    path = "/timers/orders"
    assert await _deliver(reactions, timer.headers(), path) == 204
    (letter,) = await dead.take(1)
    orders.refuses = False
    assert await _redeliver(reactions, letter) == 204
    assert await _told(store) == ["buried", "recovered"]


async def test_another_reader_of_the_redelivered_message_ignores_the_mark(
    reactions: httpx.AsyncClient, orders: Orders, dead: Mailbox, store: TenantStore
) -> None:
    await _deliver(reactions, _paid(store).headers())
    (letter,) = await dead.take(1)
    orders.refuses = False
    async with orders.side("lenders") as others:
        assert await _redeliver(others, letter) == 204
    assert await _told(store) == ["buried"]


@pytest.mark.parametrize("mark", ["orders", "orders/dlv_1", "", "x" * 2000])
async def test_a_mark_that_is_not_of_this_delivery_recovers_nothing(
    reactions: httpx.AsyncClient, orders: Orders, store: TenantStore, mark: str
) -> None:
    orders.refuses = False
    assert await _deliver(reactions, {**_paid(store).headers(), REDELIVERS: mark}) == 204
    assert await _told(store) == []


async def test_what_is_handled_at_once_costs_no_look_at_the_log(
    reactions: httpx.AsyncClient, orders: Orders, cloud: Cloud, store: TenantStore
) -> None:
    orders.refuses = False
    # A process sweeps after its first answer.
    assert await _deliver(reactions, _paid(store).headers()) == 204
    cloud.mend()
    assert await _deliver(reactions, _paid(store).headers()) == 204
    assert cloud.firestore.calls == []


async def test_an_unreadable_delivery_of_a_tenant_is_told(
    reactions: httpx.AsyncClient, dead: Mailbox, store: TenantStore
) -> None:
    assert await _deliver(reactions, _paid(store).headers(), content="no json") == 204
    assert await _told(store) == ["buried"]
    assert len(await dead.take(1)) == 1


async def test_what_is_nobodys_is_buried_without_a_mark_and_not_told(
    reactions: httpx.AsyncClient, dead: Mailbox
) -> None:
    assert await _deliver(reactions, {"ce-tenantid": "a/b"}) == 204
    (letter,) = await dead.take(1)
    assert REDELIVERS not in letter.attributes


async def test_a_burial_that_cannot_be_told_is_buried_and_delivered_again(
    reactions: httpx.AsyncClient,
    dead: Mailbox,
    cloud: Cloud,
    store: TenantStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "RETRIED_FOR_SECONDS", 0.0)
    cloud.firestore.cut("Commit")
    headers = _paid(store).headers()
    assert await _deliver(reactions, headers) == 503
    assert len(await dead.take(1)) == 1
    cloud.mend()
    assert await _deliver(reactions, headers) == 204
    assert await _told(store) == ["buried"]


async def test_a_recovery_that_cannot_be_told_is_delivered_again(
    reactions: httpx.AsyncClient,
    orders: Orders,
    dead: Mailbox,
    cloud: Cloud,
    store: TenantStore,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(patience, "RETRIED_FOR_SECONDS", 0.0)
    await _deliver(reactions, _paid(store).headers())
    (letter,) = await dead.take(1)
    orders.refuses = False
    cloud.firestore.cut("Commit")
    assert await _redeliver(reactions, letter) == 503
    assert await dead.take() == []
    cloud.mend()
    assert await _redeliver(reactions, letter) == 204
    assert await _told(store) == ["buried", "recovered"]


async def test_a_function_without_a_log_buries_and_tells_nobody(
    orders: Orders, dead: Mailbox, store: TenantStore
) -> None:
    app = create_reactions(function="audits", handlers={PAID: orders.on_event})
    async with client(app) as audits:
        assert await _deliver(audits, _paid(store).headers()) == 204
        (letter,) = await dead.take(1)
        assert REDELIVERS not in letter.attributes
        orders.refuses = False
        assert await _redeliver(audits, letter) == 204
    assert await _told(store) == []
