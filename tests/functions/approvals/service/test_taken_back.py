"""A refusal takes back what stands approved with the same content: by silence, by a precedent."""

import asyncio
from typing import Any

import pytest

from events.approval_policies import PolicyEntry
from functions.approvals.rules.approval import REFUSAL_DUE
from functions.approvals.rules.refusals import AT_ONCE, MOST_SILENT
from functions.approvals.service.lists import show_approval, show_precedent
from functions.approvals.views import ApprovalCard
from tests.functions.approvals.builders import (
    CONTENT,
    DEPUTY,
    GOVERNOR,
    HOUR,
    MINUTE,
    OTHER_GOVERNOR,
    REQUESTER,
    START,
    another,
    rule,
)
from tests.functions.approvals.service.test_approval_policy_kept import adopted
from tests.functions.approvals.worlds import World

SILENCE = PolicyEntry(
    kind="artifact", rule=rule("any", "role:governor"), silence_approves=(REQUESTER,)
)
VETO_WINDOW_DUE = "assent.veto_window.due.v1"


async def shown(world: World, id: str, at: Any = START) -> ApprovalCard:
    return await show_approval(world.caller(GOVERNOR, at), id)


async def test_many_requests_at_once_are_all_reached_by_one_refusal(world: World) -> None:
    await adopted(world, SILENCE)
    content = another(0)["content"]
    asked = await asyncio.gather(
        *(
            world.ask(kind="artifact", **{**another(n), "content": content})
            for n in range(MOST_SILENT + 15)
        )
    )
    waiting = [card for card in asked if card.on_timeout == "approve"]
    assert len(waiting) >= MOST_SILENT
    await world.decide("reject", asked[0])
    cards = [await shown(world, card.id) for card in asked]
    assert {card.on_timeout for card in cards[1:]} == {"deny"}


@pytest.mark.nightly
async def test_a_timer_takes_back_what_one_commit_does_not(world: World) -> None:
    await world.precedent()
    first = await world.ask()
    others = [await world.ask(**{**another(n), "content": CONTENT}) for n in range(AT_ONCE + 5)]
    assert {card.status for card in others} == {"auto_approved"}
    await world.veto(first)
    statuses = [(await shown(world, card.id)).status for card in others]
    left = statuses.count("auto_approved")
    assert 0 < left < AT_ONCE
    (task,) = await world.tasks(REFUSAL_DUE, first.id)
    assert task is not None
    for n in (1, 2):
        await world.fire(REFUSAL_DUE, first.id, START + n * MINUTE)
    assert {(await shown(world, card.id)).status for card in others} == {"vetoed"}


@pytest.mark.by_day(2)
@pytest.mark.parametrize("how", ["reject", "request_changes", "veto", "overturned"])
async def test_a_refusal_vetoes_what_a_precedent_approved_with_the_same_content(
    world: World, how: str
) -> None:
    seed = await world.precedent()
    by_precedent = await world.ask()
    # The precedent's condition does not hold for this spelling.
    alike = {**another(1), "content": {**CONTENT, "action": "Re-index"}}
    asked = await world.ask(**alike)
    assert (by_precedent.status, asked.status) == ("auto_approved", "pending")
    if how == "veto":
        await world.veto(asked)
    elif how == "overturned":
        broken = await world.decide("break_glass", asked, OTHER_GOVERNOR, grounds="outage")
        await world.review(broken, "overturned", GOVERNOR)
    else:
        await world.decide(how, asked)
    card = await shown(world, by_precedent.id)
    assert (card.status, card.decided_by) == ("vetoed", "gala")
    await world.fire(VETO_WINDOW_DUE, by_precedent.id, START + 25 * HOUR)
    assert (await shown(world, by_precedent.id)).status == "vetoed"
    counted = (await show_precedent(world.caller(GOVERNOR), seed.seed_id)).veto_count
    assert counted == (0 if how == "overturned" else 1)


async def test_one_refusal_counts_once_against_a_precedent(world: World) -> None:
    seed = await world.precedent()
    first, *others = [await world.ask(**{**another(n), "content": CONTENT}) for n in range(4)]
    await world.veto(first)
    assert {(await shown(world, each.id)).status for each in others} == {"vetoed"}
    kept = await show_precedent(world.caller(GOVERNOR), seed.seed_id)
    assert (kept.status, kept.veto_count) == ("active", 1)


async def test_what_was_confirmed_stays_and_another_content_too(world: World) -> None:
    await world.precedent()
    confirmed, other = await world.ask(), await world.ask(at=START + 20 * HOUR, **another(1))
    await world.fire(VETO_WINDOW_DUE, confirmed.id, START + 25 * HOUR)
    asked = await world.ask(
        at=START + 25 * HOUR, **{**another(2), "content": {**CONTENT, "action": "Re-index"}}
    )
    await world.decide("reject", asked, at=START + 25 * HOUR)
    assert (await shown(world, confirmed.id)).status == "confirmed"
    assert (await shown(world, other.id)).status == "auto_approved"


async def test_a_deputys_refusal_takes_back_what_its_review_then_covers(world: World) -> None:
    await world.precedent()
    by_precedent = await world.ask()
    asked = await world.ask(**{**another(1), "content": {**CONTENT, "action": "Re-index"}})
    escalated = await world.decide("escalate", asked)
    await world.decide("reject", escalated, DEPUTY)
    card = await shown(world, by_precedent.id)
    assert (card.status, card.decided_by, card.capacity) == ("vetoed", "dina", "deputy")
    assert card.review is not None
    assert card.review.status == "owed"


async def test_who_cancels_the_case_of_what_was_approved_takes_the_same_content_back(
    world: World,
) -> None:
    await adopted(world, SILENCE)
    event, id = world.approval_needed(authors=("rex",), requested_by="rex", content=CONTENT)
    await world.deliver(event)
    await world.decide("approve", await shown(world, id))
    silent = await world.ask(kind="artifact")
    assert silent.on_timeout == "approve"
    await world.deliver(world.cancelled(id))
    assert (await shown(world, silent.id)).on_timeout == "deny"
