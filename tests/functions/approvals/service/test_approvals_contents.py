"""What an approval is about is stored once, named by its hash, and can be erased."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from emulators.operations import billed_bytes
from functions.approvals.service.lists import list_approvals, show_approval
from functions.approvals.views import SignedCard
from shared.kit.callers import Actor
from shared.kit.canonical import canonical_json, content_hash
from shared.kit.errors import ContentErased, SeparationOfDuties
from shared.manifest import load_manifests
from shared.messaging.claim_check import messages_of
from shared.messaging.contents import CONTENTS, erase
from shared.messaging.envelope import Envelope
from tests.functions.approvals.builders import (
    CONTENT,
    GOVERNOR,
    HOUR,
    MINUTE,
    OTHER_GOVERNOR,
    REQUESTER,
    START,
)
from tests.functions.approvals.worlds import World

ROOT = Path(__file__).parents[4]
LARGE: dict[str, Any] = {
    "content": {"text": "x" * 250_000},
    "evidence": ("y" * 60_000,),
    "rollback_plan": "z" * 10_000,
    "summary": "s" * 2_000,
}


def billed(event: Envelope) -> int:
    """What Pub/Sub bills of an event: its publishing, and each subscription of its topic."""
    ((data, attributes),) = messages_of([event])
    size = len(data) + sum(map(len, (*attributes, *attributes.values())))
    readers = [each for each in load_manifests(ROOT).subscriptions if each.topic == "approvals"]
    return billed_bytes(size) * (1 + len(readers))


async def test_what_is_asked_twice_is_stored_once(world: World) -> None:
    first, second = await world.ask(), await world.ask(at=START + MINUTE)
    assert first.decision_hash == second.decision_hash == content_hash(CONTENT)
    stored = [each.id async for each in world.store.find_all(CONTENTS)]
    assert len(stored) == 3, "the content, its evidence and its assessment"
    for card in (first, second):
        assert (await show_approval(world.caller(GOVERNOR), card.id)).content == CONTENT


async def test_who_sent_a_content_first_is_an_author_of_whoever_sends_it_again(
    world: World,
) -> None:
    first = await world.ask_as(GOVERNOR)
    assert first.authors == ("gala",)
    sent = await asyncio.gather(*(world.ask(at=START + MINUTE) for _ in range(5)))
    for card in (*sent, await world.ask()):
        assert card.authors == (REQUESTER, "gala")
        with pytest.raises(SeparationOfDuties):
            await world.decide("approve", card, GOVERNOR)
    decided = await world.decide("approve", sent[0], OTHER_GOVERNOR)
    assert decided.status == "approved"


async def test_of_those_who_send_one_content_at_once_the_first_is_an_author_of_all(
    world: World,
) -> None:
    names = [f"sender-{number}" for number in range(6)]
    cards = await asyncio.gather(*(world.ask_as(Actor(name, frozenset())) for name in names))
    (first,) = {card.requested_by for card in cards if len(card.authors) == 1}
    others = [card for card in cards if card.requested_by != first]
    assert [card.authors for card in others] == [(card.requested_by, first) for card in others]


async def test_a_deferral_moves_a_small_multiple_of_its_body(world: World) -> None:
    asked = await world.ask(**LARGE)
    await world.decide("defer", asked, until=START + HOUR)
    body = {
        "decision": "defer",
        "decision_hash": asked.decision_hash,
        "client_decision_id": "0b5e7a1e-6f5e-4d3f-9d52-0f3c2f1c9a10",
        "until": "2026-11-20T13:00:00.000Z",
    }
    deferral = (await world.log())[-1]
    assert deferral.type == "assent.approval.deferred.v1"
    assert billed(deferral) <= 20 * len(json.dumps(body)) + 16 * 1024


async def test_no_event_and_no_list_carries_what_is_named_by_its_hash(world: World) -> None:
    asked = await world.ask(**LARGE)
    await world.decide("approve", asked)
    for event in await world.log():
        assert len(event.data) < 6_000
    (card,) = (await list_approvals(world.caller(GOVERNOR), None, 25, None)).items
    assert len(card.model_dump_json()) < 6_000
    detail = await show_approval(world.caller(GOVERNOR), asked.id)
    assert detail.content == LARGE["content"]
    assert (detail.evidence, detail.rollback_plan) == (LARGE["evidence"], LARGE["rollback_plan"])


async def test_an_erased_content_is_shown_as_a_tombstone_and_never_stored_again(
    world: World,
) -> None:
    asked = await world.ask()
    before = await show_approval(world.caller(GOVERNOR), asked.id)
    await erase(world.store, asked.decision_hash, START)
    shown = await show_approval(world.caller(GOVERNOR), asked.id)
    assert shown == before.model_copy(update={"content": None, "erased_at": START})
    with pytest.raises(ContentErased):
        await world.ask(at=START + MINUTE)
    # What nobody can read any more can still be refused.
    assert (await world.decide("reject", asked, at=START + MINUTE)).status == "rejected"


async def test_a_row_with_an_erased_content_drafts_no_precedent(world: World) -> None:
    asked: list[SignedCard] = []
    for number in range(3):
        content = {**CONTENT, "rows": number}
        asked.append(await world.ask(at=START + number * MINUTE, content=content))
        if number == 2:
            await erase(world.store, asked[0].decision_hash, START)
        await world.decide("approve", asked[-1], at=START + number * MINUTE)
    assert [event.type.split(".")[1] for event in await world.log()] == ["approval"] * 6


async def test_an_erased_example_justifies_no_precedent(world: World) -> None:
    example = await world.ask()
    await world.decide("approve", example)
    await erase(world.store, example.decision_hash, START)
    seed = await world.post(example_approval_id=example.id)
    assert seed.status == "rejected"
    failed = {each.check: each.evidence for each in seed.findings if each.verdict == "fail"}
    assert failed["justification"] == f"the content of {example.id} was erased"


async def test_a_case_whose_content_was_erased_is_not_asked_about(world: World) -> None:
    event, _ = world.approval_needed()
    await world.store_contents()
    await erase(world.store, json.loads(event.data)["content_hash"], START)
    with pytest.raises(ContentErased):
        await world.deliver(event)


async def test_a_contents_text_is_its_canonical_form(world: World) -> None:
    asked = await world.ask(content={"b": 1.0, "a": [True, None]})
    document = await world.store.get(CONTENTS, asked.decision_hash)
    assert document is not None
    assert document.data["body"].encode() == canonical_json({"a": [True, None], "b": 1})
