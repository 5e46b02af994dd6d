"""The private side: handled, of no interest, buried, or to be delivered again; never lost."""

import json
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from fastapi import APIRouter
from pydantic import BaseModel

from emulators.clock import VirtualClock
from shared.aggregates.runner import Handler, Runner
from shared.kit import clock
from shared.kit.bookkeeping import SCHEDULES_SOURCE
from shared.kit.errors import (
    AssentError,
    Forbidden,
    NotFound,
    SignatureInvalid,
    TooManyRequests,
    Unavailable,
    VersionConflict,
)
from shared.messaging import pubsub
from shared.messaging.changes import Timer
from shared.messaging.envelope import Envelope
from shared.messaging.outbox import Outbox
from shared.messaging.sweep import PATIENCE, SWEEP_TYPE, Sweep
from shared.messaging.timers import timer_event
from shared.runtime import logs
from shared.runtime.app import create_api
from shared.runtime.reactions import create_reactions
from shared.storage.batches import LostRace
from tests.shared.cloud import Cloud, Mailbox
from tests.shared.runtime.asking import client
from tests.shared.stories import NOW

pytestmark = pytest.mark.platform
PAID = "assent.bill.paid.v1"
DUE = "assent.order.due.v1"


class Paid(BaseModel):
    bill_id: str


class Orders:
    """A function that remembers what it heard and fails when told."""

    def __init__(self) -> None:
        self.heard: list[Envelope] = []
        self.fails_with: Exception | None = None
        self.tenant_in_logs = ""
        self.correlation_in_logs = ""

    async def on_event(self, event: Envelope) -> None:
        self.heard.append(event)
        self.tenant_in_logs = logs.tenant_id.get()
        self.correlation_in_logs = logs.correlation_id.get()
        if self.fails_with is not None:
            raise self.fails_with

    async def on_paid(self, event: Envelope) -> None:
        event.payload(Paid)
        await self.on_event(event)


@pytest.fixture
def orders() -> Orders:
    return Orders()


@pytest.fixture
async def reactions(orders: Orders, cloud: Cloud) -> AsyncIterator[httpx.AsyncClient]:
    handlers = {PAID: orders.on_paid, DUE: orders.on_event}
    async with client(create_reactions(function="orders", handlers=handlers)) as asking:
        yield asking


def _event(**changes: Any) -> Envelope:
    values: dict[str, Any] = {
        "id": "evt_1",
        "type": PAID,
        "source": "//assent/bills",
        "subject": "bill/bil_1",
        "time": NOW,
        "tenantid": "acme",
        "actorid": "ana",
        "correlationid": "evt_0",
        "causationid": "evt_0",
        "sequence": 3,
        "data": '{"bill_id": "bil_1"}',
        "received_at": NOW,
    }
    return Envelope.model_validate({**values, **changes})


async def _deliver(
    reactions: httpx.AsyncClient, event: Envelope, path: str = "/events/bills", **headers: str
) -> httpx.Response:
    sent = {**event.headers(), **{name.replace("_", "-"): v for name, v in headers.items()}}
    return await reactions.post(path, content=event.data, headers=sent)


async def _buried(dead: Mailbox, answer: httpx.Response) -> str:
    """The reason; asserts that it was buried and acknowledged."""
    assert (answer.status_code, answer.content) == (204, b"")
    (letter,) = await dead.take(1)
    assert letter.attributes["dead-letter-function"] == "orders"
    return letter.attributes["dead-letter-reason"]


async def test_an_event_is_handled_and_acknowledged(
    reactions: httpx.AsyncClient, orders: Orders
) -> None:
    answer = await _deliver(reactions, _event())
    assert (answer.status_code, answer.content) == (204, b"")
    (heard,) = orders.heard
    assert heard.model_copy(update={"received_at": NOW}) == _event()
    assert abs((heard.received_at - clock.now()).total_seconds()) < 5
    assert (orders.tenant_in_logs, orders.correlation_in_logs) == ("acme", "evt_0")


async def test_a_type_of_no_interest_is_acknowledged(
    reactions: httpx.AsyncClient, orders: Orders, dead: Mailbox
) -> None:
    answer = await _deliver(reactions, _event(type="assent.bill.printed.v1"))
    assert answer.status_code == 204
    assert orders.heard == []
    assert await dead.take() == []


async def test_the_payload_of_a_type_of_no_interest_is_not_read(
    reactions: httpx.AsyncClient, dead: Mailbox
) -> None:
    answer = await _deliver(reactions, _event(type="assent.bill.printed.v1", data="{no json"))
    assert answer.status_code == 204
    assert await dead.take() == []
    assert await _buried(dead, await _deliver(reactions, _event(data="{no json")))


async def test_an_unknown_major_version_is_buried(
    reactions: httpx.AsyncClient, orders: Orders, dead: Mailbox
) -> None:
    answer = await _deliver(reactions, _event(type="assent.bill.paid.v2"))
    assert "of a version this function does not read" in await _buried(dead, answer)
    assert orders.heard == []


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("//assent/agents", "/events/bills"),
        ("//assent/bills", "/events/agents"),
        ("//assent/orders", "/events/bills"),
        ("//assent/bills/", "/events/bills"),
        ("https://evil.test/bills", "/events/bills"),
    ],
)
async def test_an_event_whose_source_is_not_its_topics_function_is_buried(
    reactions: httpx.AsyncClient, orders: Orders, dead: Mailbox, source: str, path: str
) -> None:
    answer = await _deliver(reactions, _event(source=source), path)
    assert "may not publish to" in await _buried(dead, answer)
    assert orders.heard == []


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"ce-specversion": "0.3"}, "{}"),
        ({"ce-id": ""}, "{}"),
        ({"ce-time": "noon"}, "{}"),
        ({"ce-time": "0001-01-01T00:00:00+14:00"}, "{}"),
        ({"ce-sequence": "first"}, "{}"),
        ({"ce-tenantid": ""}, "{}"),
        ({"ce-tenantid": "acme/approvals"}, "{}"),
        ({}, "[]"),
        ({}, "no json"),
        ({}, "[" * 200_000),
        ({}, '{"bill": 1}'),
    ],
)
async def test_what_cannot_be_read_is_buried(
    reactions: httpx.AsyncClient,
    orders: Orders,
    dead: Mailbox,
    headers: dict[str, str],
    body: str,
) -> None:
    sent = {**_event().headers(), **headers}
    answer = await reactions.post("/events/bills", content=body, headers=sent)
    assert await _buried(dead, answer)
    assert orders.heard == []


async def test_a_request_without_any_attribute_is_buried(
    reactions: httpx.AsyncClient, dead: Mailbox
) -> None:
    assert "ce-specversion" in await _buried(dead, await reactions.post("/events/bills"))


async def test_a_buried_event_can_be_delivered_again_as_it_was(
    reactions: httpx.AsyncClient, orders: Orders, dead: Mailbox
) -> None:
    orders.fails_with = Forbidden("not yet")
    await _deliver(reactions, _event())
    (letter,) = await dead.take(1)
    orders.fails_with = None
    path = letter.attributes["dead-letter-path"]
    again = await reactions.post(path, content=letter.data, headers=dict(letter.attributes))
    assert again.status_code == 204
    first, second = orders.heard
    assert first.attributes() == second.attributes()
    assert first.data == second.data


@pytest.mark.parametrize(
    "error", [NotFound("gone"), VersionConflict("too late"), SignatureInvalid("forged")]
)
async def test_a_permanent_error_is_buried(
    reactions: httpx.AsyncClient, orders: Orders, dead: Mailbox, error: AssentError
) -> None:
    orders.fails_with = error
    reason = await _buried(dead, await _deliver(reactions, _event()))
    assert reason == f"{error.code}: {error.detail}"


@pytest.mark.parametrize(
    "error",
    [
        Unavailable("not now"),
        TooManyRequests("slow down", retry_after=3),
        LostRace(),
        AssentError("a bug"),
        ZeroDivisionError("a bug"),
        RecursionError(),
    ],
    ids=lambda error: type(error).__name__,
)
async def test_what_may_succeed_later_is_delivered_again(
    reactions: httpx.AsyncClient, orders: Orders, dead: Mailbox, error: Exception
) -> None:
    orders.fails_with = error
    answer = await _deliver(reactions, _event())
    assert answer.status_code >= 500
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert "a bug" not in answer.text or isinstance(error, AssentError)
    assert await dead.take() == []


async def test_while_the_dead_letter_topic_is_down_nothing_is_acknowledged(
    reactions: httpx.AsyncClient,
    cloud: Cloud,
    dead: Mailbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pubsub, "RETRIED_FOR_SECONDS", 0.2)
    cloud.pubsub.cut("Publish")
    answer = await _deliver(reactions, _event(type="assent.bill.paid.v2"))
    assert answer.status_code == 503
    cloud.mend()
    assert await _buried(dead, await _deliver(reactions, _event(type="assent.bill.paid.v2")))


def _timer(noun: str = "orders", type: str = DUE) -> Envelope:
    return timer_event(noun, "acme", Timer(type, "order/ord_1", NOW), NOW)


async def test_a_timer_is_an_event_of_its_own_function(
    reactions: httpx.AsyncClient, orders: Orders
) -> None:
    answer = await _deliver(reactions, _timer(), "/timers/orders")
    assert answer.status_code == 204
    (heard,) = orders.heard
    assert (heard.type, heard.subject_id, heard.sequence) == (DUE, "ord_1", 0)


@pytest.mark.parametrize(
    ("noun", "type", "path"),
    [
        ("bills", DUE, "/timers/orders"),
        ("orders", PAID, "/timers/orders"),
        ("orders", "assent.order.due.v2", "/timers/orders"),
        ("orders", "assent.cart.due.v1", "/timers/orders"),
        ("orders", DUE, "/timers/bills"),
        ("orders", DUE, "/events/bills"),
        ("orders", DUE, "/schedules/assent.order.due.v2"),
        ("bills", DUE, f"/schedules/{DUE}"),
        ("orders", DUE, "/elsewhere/orders"),
    ],
)
async def test_a_timer_or_schedule_that_is_not_ours_is_buried(
    reactions: httpx.AsyncClient,
    orders: Orders,
    dead: Mailbox,
    noun: str,
    type: str,
    path: str,
) -> None:
    assert await _buried(dead, await _deliver(reactions, _timer(noun, type), path))
    assert orders.heard == []


@pytest.mark.parametrize("name", ["ce-id", "ce-subject", "ce-actorid", "ce-traceparent", "ce-time"])
async def test_an_attribute_beyond_ascii_is_handled_or_buried_and_no_failure(
    reactions: httpx.AsyncClient, dead: Mailbox, name: str
) -> None:
    event = _event()
    headers = [(key.encode(), value.encode()) for key, value in event.headers().items()]
    for strange in ("é".encode(), b"\xff\xfe"):
        sent = [*((key, value) for key, value in headers if key != name.encode())]
        sent.append((name.encode(), strange))
        answer = await reactions.post("/events/bills", content=event.data, headers=sent)
        assert (answer.status_code, answer.content) == (204, b"")


async def test_an_event_as_long_as_a_document_is_handled(
    reactions: httpx.AsyncClient, orders: Orders
) -> None:
    event = _event(data=json.dumps({"bill_id": "x" * 1_048_000}))
    assert (await _deliver(reactions, event)).status_code == 204
    assert len(orders.heard) == 1


async def test_more_than_a_topic_delivers_is_413(reactions: httpx.AsyncClient) -> None:
    answer = await reactions.post("/events/bills", content=b"x" * 10_000_001)
    assert (answer.status_code, answer.json()["code"]) == (413, "payload_too_large")


async def test_there_is_nothing_else_here(reactions: httpx.AsyncClient) -> None:
    assert (await reactions.get("/healthz")).json() == {"status": "ok"}
    for method, path, code in (
        ("GET", "/openapi.json", "not_found"),
        ("GET", "/events/bills", "method_not_allowed"),
        ("POST", "/", "not_found"),
        ("POST", "/events/bills/more", "not_found"),
    ):
        answer = await reactions.request(method, path)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["code"] == code


class CountedSweep(Sweep):
    """A sweep of nothing."""

    def __init__(self) -> None:
        super().__init__(Outbox("orders"), {}, self._never)
        self.runs: list[Any] = []
        self.fails = False

    async def run(self, now: Any) -> None:
        self.runs.append(now)
        if self.fails:
            raise Unavailable("not now")

    @staticmethod
    async def _never(event: Envelope) -> None:
        raise AssertionError(event.id)


class Sweeping(Runner):
    """Runs orders, which that sweep sweeps."""

    def __init__(self, swept: Sweep) -> None:
        super().__init__("orders")
        self._swept = swept

    def sweep(self, handlers: Mapping[str, Handler], *, patience: timedelta = PATIENCE) -> Sweep:
        return self._swept


@pytest.fixture
def quiet() -> Iterator[None]:
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


async def test_a_fresh_process_sweeps_once_after_its_first_answer(orders: Orders) -> None:
    sweep = CountedSweep()
    app = create_reactions(function="orders", handlers={PAID: orders.on_paid}, run=Sweeping(sweep))
    async with client(app) as reactions:
        for _ in range(3):
            assert (await _deliver(reactions, _event())).status_code == 204
    assert len(sweep.runs) == 1


@pytest.mark.usefixtures("quiet")
async def test_a_first_sweep_that_fails_does_not_fail_the_answer(orders: Orders) -> None:
    sweep = CountedSweep()
    sweep.fails = True
    app = create_reactions(function="orders", handlers={PAID: orders.on_paid}, run=Sweeping(sweep))
    async with client(app) as reactions:
        assert (await _deliver(reactions, _event())).status_code == 204


async def test_a_public_side_without_a_private_one_sweeps_once_after_its_first_answer() -> None:
    sweep = CountedSweep()
    for sweeps, runs in ((False, 0), (True, 1)):
        app = create_api(function="orders", router=APIRouter(), run=Sweeping(sweep), sweeps=sweeps)
        async with client(app) as api:
            for _ in range(3):
                assert (await api.get("/healthz")).status_code == 200
        assert len(sweep.runs) == runs


async def test_a_public_side_without_a_private_one_sweeps_each_hour_and_not_as_who_asked(
    virtual_clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSENT_CLOCK_FILE", str(virtual_clock.path))
    seen: list[str] = []

    class Looking(CountedSweep):
        async def run(self, now: datetime) -> None:
            seen.append(logs.correlation_id.get())
            await super().run(now)

    sweep = Looking()
    app = create_api(function="orders", router=APIRouter(), run=Sweeping(sweep), sweeps=True)
    async with client(app) as api:
        for minutes in (0, 59, 1, 59, 1):
            virtual_clock.advance(60 * minutes)
            assert (await api.get("/healthz")).status_code == 200
    assert len(sweep.runs) == 3
    assert seen == ["", "", ""]


@pytest.mark.usefixtures("quiet")
async def test_a_first_sweep_of_a_public_side_that_fails_does_not_fail_the_answer_and_comes_again(
    virtual_clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSENT_CLOCK_FILE", str(virtual_clock.path))
    sweep = CountedSweep()
    sweep.fails = True
    app = create_api(function="orders", router=APIRouter(), run=Sweeping(sweep), sweeps=True)
    async with client(app) as api:
        for minutes in (0, 4, 2):
            virtual_clock.advance(60 * minutes)
            assert (await api.get("/healthz")).status_code == 200
    assert len(sweep.runs) == 2


async def test_the_schedule_sweeps_by_the_clock_and_a_failure_is_told(
    orders: Orders, virtual_clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ASSENT_CLOCK_FILE", str(virtual_clock.path))
    sweep = CountedSweep()
    app = create_reactions(function="orders", handlers={}, run=Sweeping(sweep))
    schedule = Envelope(
        id="sch_1",
        type=SWEEP_TYPE,
        source=SCHEDULES_SOURCE,
        subject="schedule/sweep-due-v1",
        time=NOW,
        received_at=NOW,
    )
    async with client(app) as reactions:
        before = virtual_clock.now()
        answer = await _deliver(reactions, schedule, f"/schedules/{SWEEP_TYPE}")
        assert answer.status_code == 204
        assert before <= sweep.runs[0] <= virtual_clock.now()
        sweep.fails = True
        answer = await _deliver(reactions, schedule, f"/schedules/{SWEEP_TYPE}")
        assert answer.status_code == 503
