"""A small function over the real services: orders that are placed, paid, and lapse; and a till."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, ClassVar, Self

from google.cloud.tasks_v2 import Task
from pydantic import BaseModel

from shared.aggregates.aggregate import Aggregate, DueTimer
from shared.aggregates.command import Command
from shared.aggregates.runner import Runner
from shared.aggregates.signing import Signing
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.errors import AlreadyDecided
from shared.kit.ids import new_id
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData, Model, part_of
from shared.kit.transitions import Transition
from shared.messaging.changes import Timer
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, logged_event
from shared.messaging.timers import timer_event
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey
from tests.shared.cloud import Cloud, Mailbox
from tests.shared.stories import NOW, caller

DUE = "assent.order.due.v1"
REMINDER = "assent.order_reminder.due.v1"
KEY = "orders-signing-key"
GRACE = timedelta(seconds=60)


class OrderState(EventData):
    """What events publish of an order."""

    order_id: str
    status: str = "open"
    version: int = 1
    signature: str | None = None


class OrderPlaced(OrderState):
    event_type: ClassVar[str] = "assent.order.placed.v1"


class OrderPaid(OrderState):
    event_type: ClassVar[str] = "assent.order.paid.v1"
    by: str


class OrderShipped(OrderState):
    event_type: ClassVar[str] = "assent.order.shipped.v1"


class OrderLapsed(OrderState):
    event_type: ClassVar[str] = "assent.order.lapsed.v1"


class Order(OrderState):
    """An order, and what only its owner knows."""

    customer: str = "ana"
    lines: tuple[str, ...] = ()
    placed_at: Instant = NOW
    due_at: Instant | None = None
    reminds: bool = False
    shipped: int = 0


class Till(Model):
    """How many orders were placed; nobody is told."""

    name: str
    orders: int = 0


class Receipt(Model):
    """What is signed of a payment."""

    order_id: str
    tenant_id: str
    version: int


class OrderView(Data):
    """What a caller sees of an order."""

    order_id: str
    status: str
    version: int
    signature: str | None = None

    @classmethod
    def of(cls, order: Order) -> Self:
        return part_of(cls, order)


def next_timer(order: Order) -> DueTimer | None:
    if order.status != "open" or order.due_at is None:
        return None
    return (REMINDER if order.reminds else DUE), order.due_at


def statement(event: BaseModel, tenant_id: str) -> Receipt | None:
    if not isinstance(event, OrderPaid):
        return None
    return Receipt(order_id=event.order_id, tenant_id=tenant_id, version=event.version)


def orders_of(noun: str, *, signing: Signing | None = None) -> Aggregate[Order]:
    """The orders of the function with that name, whose documents no other function's sweep sees."""
    return Aggregate(
        noun="order",
        model=Order,
        collection=noun.replace("-", "_"),
        prefix="ord",
        indexed=("status", "customer", "placed_at", "lines"),
        next_timer=next_timer,
        signing=signing,
    )


TILLS = Aggregate(noun="till", model=Till, collection="tills", id_of=lambda till: till.name)


def changed(order: Order, event: Any, says: dict[str, Any] | None = None, **fields: Any) -> Any:
    """The order after one event."""
    state = order.model_copy(update={**fields, "version": order.version + 1})
    return Transition(state, event, says or {})


def pay(order: Order) -> tuple[Transition[Order], ...]:
    """Raises AlreadyDecided for what is not open."""
    if order.status != "open":
        raise AlreadyDecided(f"the order is {order.status}")
    return (changed(order, OrderPaid, {"by": "ana"}, status="paid"),)


def lapse(order: Order, at: datetime) -> tuple[Transition[Order], ...]:
    """What the clock alone has changed by `at`."""
    due = next_timer(order)
    if due is None or at < due[1]:
        return ()
    return (changed(order, OrderLapsed, status="lapsed"),)


@dataclass
class Shop:
    """One function and one tenant."""

    cloud: Cloud
    store: TenantStore
    noun: str
    mailbox: Mailbox
    queue: str
    signing: Signing | None = None
    attempts: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.orders = orders_of(self.noun, signing=self.signing)
        self.run = self.another_process()

    def another_process(self) -> Runner:
        """A runner that remembers nothing of what this one did."""
        return Runner(self.noun, self.orders, TILLS)

    def caller(self, at: datetime = NOW) -> Caller:
        return caller(self.store.tenant_id, at=at)

    def key(self, id: str = "", fingerprint: str = "same", at: datetime = NOW) -> IdempotencyKey:
        return IdempotencyKey(self.caller(at), id, fingerprint)

    async def place(self, key: str = "", at: datetime = NOW, **fields: Any) -> OrderView:
        """Somebody places an order."""

        async def use_case(work: Command) -> OrderView:
            self.attempts.append(work.attempt)
            id = new_id("ord", work.at)
            order = Order(**{"order_id": id, "placed_at": at, **fields})
            await work.save(Transition(order, OrderPlaced))
            return OrderView.of(order)

        return await self.run.command(
            self.caller(at), use_case, OrderView, key=self.key(key, at=at)
        )

    async def pay(self, id: str, key: str = "") -> OrderView:
        """Somebody pays for it."""
        return await self.run.change(
            self.caller(), self.orders, id, pay, OrderView, key=self.key(key)
        )

    async def ship(
        self, id: str, meanwhile: Callable[[int], Awaitable[Any]] | None = None, key: str = ""
    ) -> OrderView:
        """Somebody ships one more of it; `meanwhile` happens between reading and saving."""

        async def use_case(work: Command) -> OrderView:
            self.attempts.append(work.attempt)
            order = await work.get(self.orders, id)
            if meanwhile is not None:
                await meanwhile(work.attempt)
            sent = changed(order, OrderShipped, shipped=order.shipped + 1)
            await work.save(sent)
            return OrderView.of(sent.state)

        return await self.run.command(self.caller(), use_case, OrderView, key=self.key(key))

    def delivered(self) -> Envelope:
        """An event of another function about an order, as it is delivered."""
        id = new_id("evt", NOW)
        return Envelope(
            id=id,
            type="assent.bill.paid.v1",
            source="//assent/bills",
            subject="bill/bil_1",
            time=NOW,
            tenantid=self.store.tenant_id,
            actorid="bo",
            correlationid="evt_story",
            causationid="evt_before",
            sequence=1,
            received_at=NOW,
        )

    async def react(self, event: Envelope, id: str, run: Runner | None = None, **how: Any) -> None:
        """The order is paid because of the event, once."""

        async def use_case(work: UnitOfWork) -> None:
            self.attempts.append(work.attempt)
            order = await work.find(self.orders, id)
            if order is not None and order.status == "open":
                await work.save(*pay(order))

        await (run or self.run).reaction(event, use_case, **how)

    async def fire(self, id: str, due: datetime, at: datetime, type: str = DUE) -> None:
        """The timer that is for `due` fires at `at`."""
        timer = Timer(type=type, subject=f"order/{id}", at=due)
        await self.handlers()[type](timer_event(self.noun, self.store.tenant_id, timer, at))

    def handlers(self) -> Any:
        return dict.fromkeys((DUE, REMINDER), self.run.timer(self.orders, lapse))

    async def sweep(self, at: datetime) -> None:
        await self.run.sweep(self.handlers()).run(at)

    async def order(self, id: str) -> Order:
        """Somebody looks."""
        return await self.run.read(self.caller(), self.orders, id)

    async def document(self, id: str) -> Any:
        document = await self.store.get(self.orders.collection, id)
        assert document is not None
        return document

    async def log(self) -> list[Envelope]:
        """This tenant's events, by subject and sequence."""
        page = await self.store.find(EVENT_LOG, limit=100)
        events = [logged_event(entry.data, NOW) for entry in page.items]
        return sorted(events, key=lambda event: (event.subject, event.sequence))

    async def told(self) -> list[str]:
        """The past tenses of what happened."""
        return [event.type.split(".")[2] for event in await self.log()]

    async def unpublished(self) -> int:
        return await self.store.count(EVENT_LOG, where=[("unpublished", "==", True)])

    async def published(self, at_least: int = 0) -> list[str]:
        """The ids that reached the topic since the last look."""
        return [id for message in await self.mailbox.take(at_least) for id in message.event_ids]

    async def tasks(self) -> list[Task]:
        return await self.cloud.tasks_in(self.queue)
