"""A process that dies at any call of decide, commit, publish loses nothing: whoever asked asks
again, the sweep does the rest, and everything happened exactly once."""

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from functions.approvals.rules.approval import DEADLINE_DUE
from functions.approvals.service.lists import show_precedent
from functions.approvals.service.requests import request_approval
from shared.messaging.envelope import Envelope
from shared.storage.idempotency import IdempotencyKey
from tests.functions.approvals.builders import ASKER, GOVERNOR, MINUTE, SECOND, START, request_body
from tests.functions.approvals.worlds import World
from tests.shared.cloud import Mailbox

pytestmark = pytest.mark.repeats

Act = Callable[[], Awaitable[Any]]

DEATHS = [
    ("firestore", "BatchGetDocuments", "before", 1),
    ("firestore", "BatchGetDocuments", "after", 1),
    ("firestore", "Commit", "before", 1),
    ("firestore", "Commit", "after", 1),
    ("pubsub", "Publish", "before", 1),
    ("pubsub", "Publish", "after", 1),
    ("firestore", "Commit", "before", 2),
    ("firestore", "Commit", "after", 2),
    ("tasks", "CreateTask", "before", 1),
    ("tasks", "CreateTask", "after", 1),
]


# What was committed and not told, or not at all, or told and set no timer; the others by night.
BY_DAY = {
    ("firestore", "Commit", "before", 1),
    ("firestore", "Commit", "after", 1),
    ("tasks", "CreateTask", "before", 1),
}


def at_each(*deaths: tuple[str, str, str, int]) -> pytest.MarkDecorator:
    """Parametrizes `death` with each of them."""
    night = [pytest.mark.nightly]
    tried = [pytest.param(each, marks=[] if each in BY_DAY else night) for each in deaths]
    return pytest.mark.parametrize("death", tried)


async def die(world: World, act: Act, death: tuple[str, str, Any, int]) -> None:
    """Starts the act and kills it at that call; does nothing where the act makes no such call."""
    wire_name, method, moment, number = death
    process = asyncio.ensure_future(act())
    getattr(world.cloud, wire_name).on(method, moment, process.cancel, number=number)
    await asyncio.gather(process, return_exceptions=True)
    world.cloud.mend()


async def published(world: World, mailbox: Mailbox) -> set[str]:
    """The ids of this tenant's events that reached the topic."""
    return {
        id
        for message in await mailbox.take()
        if message.attributes["ce-tenantid"] == world.store.tenant_id
        for id in message.event_ids
    }


async def recover(world: World, act: Act) -> list[Envelope]:
    """Whoever asked asks again; a sweep passes. Returns the log, all of it published."""
    await act()
    await world.sweep(START + MINUTE)
    assert await world.unpublished() == 0
    return await world.log()


@at_each(*DEATHS)
async def test_a_request_is_opened_once_whenever_the_process_dies(
    world: World, mailbox: Mailbox, death: Any
) -> None:
    caller = world.caller(ASKER)
    key = IdempotencyKey(caller, uuid.uuid4().hex, "same")

    async def act() -> Any:
        return await request_approval(caller, key, request_body())

    await die(world, act, death)
    (requested,) = await recover(world, act)
    assert await published(world, mailbox) == {requested.id}
    asked = await act()
    await world.sweep(asked.deadline_at + 90 * SECOND)
    assert await world.told(asked.id) == ["requested", "expired"]


@at_each(*DEATHS)
async def test_a_cases_request_is_opened_once_whenever_the_process_dies(
    world: World, mailbox: Mailbox, death: Any
) -> None:
    event, id = world.approval_needed()
    await world.store_contents()
    await die(world, lambda: world.deliver(event), death)
    (requested,) = await recover(world, lambda: world.deliver(event))
    assert await published(world, mailbox) == {requested.id}
    assert await world.told(id) == ["requested"]


@at_each(*DEATHS, ("firestore", "RunQuery", "after", 1))
async def test_a_decision_is_taken_once_whenever_the_process_dies(
    world: World, mailbox: Mailbox, death: Any
) -> None:
    asked = await world.ask()
    id = str(uuid.uuid4())

    async def act() -> Any:
        return await world.decide("break_glass", asked, client_decision_id=id, grounds="outage")

    await die(world, act, death)
    requested, approved = await recover(world, act)
    assert await published(world, mailbox) == {requested.id, approved.id}
    assert approved.causationid == requested.id
    await world.sweep(START + 25 * 60 * MINUTE)
    assert await world.told(asked.id) == ["requested", "approved", "review_missed"]


@at_each(*DEATHS)
async def test_a_veto_counts_once_whenever_the_process_dies(
    world: World, mailbox: Mailbox, death: Any
) -> None:
    seed = await world.precedent()
    matched = await world.ask()
    id = str(uuid.uuid4())

    async def act() -> Any:
        return await world.veto(matched, client_decision_id=id)

    await die(world, act, death)
    log = await recover(world, act)
    assert await world.told(matched.id) == ["auto_approved", "vetoed"]
    counted = await show_precedent(world.caller(GOVERNOR), seed.seed_id)
    assert counted.veto_count == 1
    assert await published(world, mailbox) == {event.id for event in log}


@at_each(*DEATHS)
async def test_silence_speaks_once_whenever_the_process_dies(
    world: World, mailbox: Mailbox, death: Any
) -> None:
    asked = await world.ask()
    late = asked.deadline_at + MINUTE
    await die(world, lambda: world.fire(DEADLINE_DUE, asked.id, late), death)
    await world.sweep(late + MINUTE)
    await world.sweep(late + 2 * MINUTE)
    assert await world.told(asked.id) == ["requested", "expired"]
    assert await world.unpublished() == 0
    assert await published(world, mailbox) == {event.id for event in await world.log()}


@pytest.mark.parametrize("wire", ["pubsub", "tasks"])
async def test_a_commit_stands_while_publishing_or_timers_are_out(
    world: World, mailbox: Mailbox, wire: str
) -> None:
    method = {"pubsub": "Publish", "tasks": "CreateTask"}[wire]
    getattr(world.cloud, wire).cut(method)
    asked = await world.ask()
    assert asked.status == "pending"
    world.cloud.mend()
    await world.sweep(START + MINUTE)
    assert await published(world, mailbox) == {event.id for event in await world.log()}
    await world.sweep(asked.deadline_at + 90 * SECOND)
    assert await world.told(asked.id) == ["requested", "expired"]


async def test_a_commit_whose_answer_was_lost_is_recognised_as_ones_own(world: World) -> None:
    asked = await world.ask()
    world.cloud.firestore.cut("Commit", "after", number=1, times=1)
    card = await world.decide("approve", asked)
    assert card.status == "approved"
    await world.sweep(START + MINUTE)
    assert await world.told(asked.id) == ["requested", "approved"]
    assert await world.unpublished() == 0
