"""Silence never approves while nobody can object: in a suspended tenant no timer fires, and what
was open is open for as long afterwards."""

from datetime import datetime, timedelta

import pytest

from events.approval_policies import PolicyEntry
from functions.approvals.rules.approval import DEADLINE_DUE, VETO_WINDOW_DUE
from functions.approvals.views import SignedCard
from shared.kit.control import Control, Suspension
from shared.kit.errors import ApprovalExpired, VetoWindowClosed
from shared.storage.firestore import TenantStore
from tests.functions.approvals.builders import (
    HOUR,
    MINUTE,
    REQUESTER,
    SECOND,
    START,
    another,
    rule,
)
from tests.functions.approvals.service.test_approval_policy_kept import adopted
from tests.functions.approvals.worlds import World

SUSPENDED = START + 10 * MINUTE
RESUMED = START + 200 * HOUR
LOST = RESUMED - SUSPENDED
DAY = 24 * HOUR


async def _suspend(world: World) -> None:
    await world.say(Control(status="suspended", suspensions=(Suspension(at=SUSPENDED),)))


async def _resume(world: World) -> None:
    await world.say(Control(suspensions=(Suspension(at=SUSPENDED, until=RESUMED),)))


async def _matched(world: World) -> tuple[SignedCard, datetime]:
    """What a precedent approved, and when its veto window closes."""
    await world.precedent()
    card = await world.ask()
    assert card.status == "auto_approved"
    assert card.veto is not None
    return card, card.veto.closes_at


async def _silent(world: World) -> SignedCard:
    """A request that silence approves."""
    silence = PolicyEntry(
        kind="artifact", rule=rule("any", "role:governor"), silence_approves=(REQUESTER,)
    )
    await adopted(world, silence)
    card = await world.ask(kind="artifact", **another(0))
    assert card.on_timeout == "approve"
    return card


@pytest.mark.parametrize("late", [timedelta(0), 30 * DAY])
async def test_no_veto_window_closes_while_its_tenant_is_suspended(
    world: World, late: timedelta
) -> None:
    card, closes_at = await _matched(world)
    await _suspend(world)
    await world.fire(VETO_WINDOW_DUE, card.id, closes_at + MINUTE + late)
    await world.sweep(closes_at + 2 * MINUTE + late)
    assert await world.told(card.id) == ["auto_approved"]


async def test_a_veto_counts_for_as_long_as_was_left(world: World) -> None:
    card, closes_at = await _matched(world)
    await _suspend(world)
    await _resume(world)
    assert closes_at < RESUMED
    assert (await world.veto(card, at=closes_at + LOST)).status == "vetoed"


async def test_a_veto_after_the_time_given_back_is_late(world: World) -> None:
    card, closes_at = await _matched(world)
    await _suspend(world)
    await _resume(world)
    with pytest.raises(VetoWindowClosed):
        await world.veto(card, at=closes_at + LOST + SECOND)


@pytest.mark.parametrize("fired_by", ["timer", "sweep"])
async def test_the_first_timer_after_resuming_gives_the_time_back_and_says_so(
    world: World, fired_by: str
) -> None:
    card, closes_at = await _matched(world)
    await _suspend(world)
    await world.fire(VETO_WINDOW_DUE, card.id, closes_at + MINUTE)
    await _resume(world)
    for _ in range(2):
        if fired_by == "sweep":
            await world.sweep(RESUMED + MINUTE)
        else:
            await world.fire(VETO_WINDOW_DUE, card.id, RESUMED + MINUTE)
    assert await world.told(card.id) == ["auto_approved", "time_given_back"]
    due = closes_at + LOST + MINUTE
    await world.fire(VETO_WINDOW_DUE, card.id, due - SECOND)
    assert (await world.told(card.id))[2:] == []
    await world.fire(VETO_WINDOW_DUE, card.id, due)
    assert (await world.told(card.id))[2:] == ["confirmed"]


async def test_silence_approves_only_after_the_time_given_back(world: World) -> None:
    card = await _silent(world)
    await _suspend(world)
    await world.fire(DEADLINE_DUE, card.id, card.deadline_at + MINUTE)
    await world.sweep(card.deadline_at + 2 * MINUTE)
    await _resume(world)
    for at in (RESUMED + MINUTE, card.deadline_at + LOST):
        await world.fire(DEADLINE_DUE, card.id, at)
        await world.sweep(at)
    assert await world.told(card.id) == ["requested", "time_given_back"]
    await world.fire(DEADLINE_DUE, card.id, card.deadline_at + LOST + MINUTE)
    assert (await world.told(card.id))[2:] == ["approved"]


async def test_a_rejection_counts_for_as_long_as_was_left(world: World) -> None:
    card = await _silent(world)
    await _suspend(world)
    await _resume(world)
    other = await world.ask(kind="artifact", at=RESUMED, **another(1))
    assert other.deadline_at - RESUMED == card.deadline_at - card.requested_at
    rejected = await world.decide("reject", card, at=card.deadline_at + LOST)
    assert rejected.status == "rejected"
    with pytest.raises(ApprovalExpired):
        await world.decide("reject", other, at=other.deadline_at + SECOND)


async def test_a_deferral_after_resuming_keeps_the_time_given_back(world: World) -> None:
    card = await _silent(world)
    await _suspend(world)
    await _resume(world)
    left = card.deadline_at - SUSPENDED
    until = RESUMED + 2 * HOUR
    deferred = await world.decide("defer", card, at=RESUMED + 5 * MINUTE, until=until)
    assert deferred.status == "deferred"
    await world.fire(DEADLINE_DUE, card.id, until)
    due = until + left - 5 * MINUTE + MINUTE
    await world.fire(DEADLINE_DUE, card.id, due - SECOND)
    assert "approved" not in await world.told(card.id)
    await world.fire(DEADLINE_DUE, card.id, due)
    assert "approved" in await world.told(card.id)


async def test_in_a_closed_tenant_no_timer_is_looked_for_again(world: World) -> None:
    card, closes_at = await _matched(world)
    await world.say(Control(status="closed"))
    await world.fire(VETO_WINDOW_DUE, card.id, closes_at + MINUTE)
    document = await TenantStore(world.store.tenant_id).get("approvals", card.id)
    assert document is not None
    assert "sweep_at" not in document.data
    assert await world.told(card.id) == ["auto_approved"]
