"""What cases ask and report, in any order and any number of times; and time."""

import asyncio
from datetime import UTC, datetime

import pytest

from functions.approvals.aggregates import APPROVALS
from functions.approvals.rules.approval import DEADLINE_DUE, REVIEW_DUE, VETO_WINDOW_DUE
from functions.approvals.service.lists import list_approvals, show_approval
from functions.approvals.views import ApprovalDetail, SignedCard
from shared.kit.errors import AlreadyDecided, NotFound, Unavailable
from shared.kit.instants import to_milliseconds
from shared.messaging.changes import Timer
from shared.messaging.timers import FURTHEST, timer_event
from tests.functions.approvals.builders import (
    GOVERNOR,
    HOUR,
    MINUTE,
    OTHER_GOVERNOR,
    SECOND,
    START,
    another,
)
from tests.functions.approvals.worlds import SPEC, World


async def shown(world: World, approval_id: str) -> ApprovalDetail:
    return await show_approval(world.caller(GOVERNOR), approval_id)


async def test_a_case_asks_and_the_card_is_bound_to_it(world: World) -> None:
    event, id = world.approval_needed()
    await world.deliver(event)
    card = await shown(world, id)
    assert (card.status, card.content) == ("pending", SPEC)
    assert card.case is not None
    assert (card.case.case_id, card.case.revision) == ("cas_01KAGQ0000000000000000000A", 1)
    assert card.subject.name == "clinic-content-writer"
    (requested,) = await world.log()
    assert requested.causationid == requested.correlationid == event.id


async def test_a_case_asks_once_however_often_its_event_comes(world: World) -> None:
    event, id = world.approval_needed()
    await asyncio.gather(*(world.deliver(event) for _ in range(5)))
    await world.decide("approve", await shown(world, id))
    await world.deliver(event)
    assert await world.told(id) == ["requested", "approved"]


async def test_a_withdrawal_ends_what_is_open(world: World) -> None:
    event, id = world.approval_needed()
    await world.deliver(event)
    for _ in range(2):
        await world.deliver(world.withdrawn(id, by="tara"))
    await world.deliver(world.cancelled(id))
    assert await world.told(id) == ["requested", "cancelled"]
    card = await shown(world, id)
    assert (card.decided_by, card.signature is not None) == ("tara", True)


async def test_a_withdrawal_that_comes_first_waits_for_its_request(world: World) -> None:
    event, id = world.approval_needed()
    await world.deliver(world.withdrawn(id))
    await world.deliver(world.withdrawn(id))
    await world.deliver(world.cancelled(id))
    with pytest.raises(NotFound):
        await shown(world, id)
    assert (await list_approvals(world.caller(GOVERNOR), None, 25, None)).items == ()
    await world.deliver(event)
    await world.deliver(event)
    assert (await shown(world, id)).status == "cancelled"
    assert await world.told(id) == ["cancelled"]


async def test_a_withdrawal_and_its_request_at_once_end_cancelled(world: World) -> None:
    for _ in range(5):
        event, id = world.approval_needed()
        await asyncio.gather(world.deliver(world.withdrawn(id)), world.deliver(event))
        assert (await shown(world, id)).status == "cancelled"


async def test_of_a_withdrawal_and_a_decision_at_once_the_first_stands(world: World) -> None:
    for verb in ("approve", "reject", "request_changes") * 2:
        event, id = world.approval_needed()
        await world.deliver(event)
        card = await shown(world, id)
        await asyncio.gather(
            world.deliver(world.withdrawn(id)),
            world.decide(verb, card),
            return_exceptions=True,
        )
        told = await world.told(id)
        assert told[2:] in ([], ["decided_late"]), "a refusal leaves a trace"
        assert (await shown(world, id)).status == told[1]


async def test_a_withdrawal_after_the_deadline_leaves_the_decision_to_silence(
    world: World,
) -> None:
    event, id = world.approval_needed()
    await world.deliver(event)
    deadline = (await shown(world, id)).deadline_at
    await world.deliver(world.withdrawn(id, deadline + SECOND))
    assert await world.told(id) == ["requested"]
    await world.fire(DEADLINE_DUE, id, deadline + MINUTE)
    await world.deliver(world.withdrawn(id, deadline))
    assert await world.told(id) == ["requested", "expired"]


async def test_a_withdrawal_in_time_counts_until_silence_is_recorded(world: World) -> None:
    event, id = world.approval_needed()
    await world.deliver(event)
    await world.deliver(world.withdrawn(id, (await shown(world, id)).deadline_at))
    assert await world.told(id) == ["requested", "cancelled"]


async def test_a_case_that_is_cancelled_after_its_approval_reverses_it(world: World) -> None:
    event, id = world.approval_needed()
    await world.deliver(event)
    await world.decide("approve", await shown(world, id))
    await world.deliver(world.withdrawn(id))
    assert (await shown(world, id)).status == "approved"
    for _ in range(2):
        await world.deliver(world.cancelled(id))
    assert await world.told(id) == ["requested", "approved", "reversed"]


async def test_an_assent_whose_case_was_cancelled_can_no_longer_be_vetoed(world: World) -> None:
    card = await matched(world)
    await world.deliver(world.cancelled(card.id))
    with pytest.raises(AlreadyDecided, match="reversed"):
        await world.veto(card)
    vetoed = await matched_elsewhere(world)
    await world.veto(vetoed, at=vetoed.requested_at)
    await world.deliver(world.cancelled(vetoed.id))
    await world.deliver(world.rolled_back(vetoed.id))
    assert (await world.told(vetoed.id))[1:] == ["vetoed", "reversed"]


async def test_a_case_that_asked_for_nothing_withdraws_and_undoes_nothing(world: World) -> None:
    await world.deliver(world.withdrawn(None))
    await world.deliver(world.cancelled(None))
    await world.deliver(world.rolled_back(None))
    await world.deliver(world.rollback_failed(None))
    assert await world.log() == []


async def test_a_report_about_what_is_not_here_yet_comes_again(world: World) -> None:
    _, id = world.approval_needed()
    with pytest.raises(Unavailable):
        await world.deliver(world.rolled_back(id))


async def matched(world: World) -> SignedCard:
    await world.precedent()
    card = await world.ask()
    assert card.status == "auto_approved"
    return card


async def test_a_vetoed_assent_is_reversed_by_its_owners_report(world: World) -> None:
    card = await matched(world)
    await world.veto(card)
    await world.deliver(world.rollback_failed(card.id))
    for _ in range(2):
        await world.deliver(world.rolled_back(card.id))
    await world.deliver(world.rollback_failed(card.id))
    assert (await world.told(card.id))[1:] == ["vetoed", "reversal_failed", "reversed"]


async def test_a_rollback_before_the_veto_completes_it_at_once(world: World) -> None:
    card = await matched(world)
    for _ in range(2):
        await world.deliver(world.rolled_back(card.id, cause="health"))
    assert await world.told(card.id) == ["auto_approved"]
    assert (await world.veto(card)).status == "reversed"
    assert (await world.told(card.id))[1:] == ["vetoed", "reversed"]


async def test_a_window_closes_a_minute_after_its_last_second(world: World) -> None:
    card = await matched(world)
    assert card.veto is not None
    closes = card.veto.closes_at
    await world.fire(VETO_WINDOW_DUE, card.id, closes + 59 * SECOND)
    assert (await shown(world, card.id)).status == "auto_approved"
    vetoed_late = await matched_elsewhere(world)
    await world.fire(VETO_WINDOW_DUE, card.id, closes + MINUTE)
    await world.fire(VETO_WINDOW_DUE, card.id, closes + HOUR)
    assert (await world.told(card.id))[1:] == ["confirmed"]
    assert (await world.veto(vetoed_late, at=vetoed_late.requested_at)).status == "vetoed"


async def matched_elsewhere(world: World) -> SignedCard:
    return await world.ask(at=START + 10 * HOUR, **another(1))


async def test_a_timer_for_nothing_does_nothing(world: World) -> None:
    _, id = world.approval_needed()
    await world.fire(DEADLINE_DUE, id, START)
    assert await world.log() == []


async def test_the_sweep_fires_what_no_task_fired(world: World) -> None:
    asked = await world.ask()
    deferred = await world.ask()
    await world.decide("defer", deferred, until=START + 30 * HOUR)
    broken = await world.ask()
    await world.decide("break_glass", broken, grounds="outage")
    await world.sweep(asked.deadline_at + 89 * SECOND)
    assert await world.told(asked.id) == ["requested"]
    await world.sweep(asked.deadline_at + 90 * SECOND)
    assert await world.told(asked.id) == ["requested", "expired"]
    await world.sweep(START + 31 * HOUR)
    assert await world.told(deferred.id) == ["requested", "deferred", "resumed"]
    assert await world.told(broken.id) == ["requested", "approved", "review_missed"]
    await world.sweep(START + 40 * HOUR)
    assert (await world.told(deferred.id))[-1] == "expired"


async def test_a_task_is_set_for_every_closing_moment(world: World) -> None:
    # Cloud Tasks moves a moment that has passed to now, so this one lies ahead.
    at = to_milliseconds(datetime.now(UTC)) + HOUR
    asked = await world.ask(at)
    await world.decide("defer", asked, at=at, until=at + HOUR)
    tasks = await world.tasks(DEADLINE_DUE, asked.id)
    assert {task.schedule_time for task in tasks} == {asked.deadline_at + MINUTE, at + HOUR}
    broken = await world.decide("break_glass", asked, at=at, grounds="legal")
    assert broken.review is not None
    (task,) = await world.tasks(REVIEW_DUE, asked.id)
    assert task.schedule_time == broken.review.due_at + MINUTE


async def test_a_task_is_set_for_a_review_that_is_due_when_the_deadline_was(world: World) -> None:
    at = to_milliseconds(datetime.now(UTC)) + HOUR
    asked = await world.ask(at, kind="constitutional")
    broken = await world.decide("break_glass", asked, at=at, grounds="legal")
    assert broken.review is not None
    assert broken.review.due_at == asked.deadline_at
    assert len(await world.tasks(REVIEW_DUE, asked.id)) == 1


async def test_a_timer_that_fires_early_because_no_task_waits_that_long_is_set_again(
    world: World,
) -> None:
    at = to_milliseconds(datetime.now(UTC)) + HOUR
    asked = await world.ask(at, deadline_seconds=30 * 24 * 3600)
    due = asked.deadline_at + MINUTE
    timer = Timer(type=DEADLINE_DUE, subject=f"approval/{asked.id}", at=due)
    (first,) = await world.tasks(DEADLINE_DUE, asked.id)
    assert first.schedule_time == at + FURTHEST
    await world.deliver(timer_event("approvals", world.store.tenant_id, timer, at + HOUR))
    waiting = {task.schedule_time for task in await world.tasks(DEADLINE_DUE, asked.id)}
    assert waiting == {at + FURTHEST, at + HOUR + FURTHEST}
    assert await world.told(asked.id) == ["requested"]


async def test_a_timer_for_a_moment_that_has_moved_is_not_set_again(world: World) -> None:
    at = to_milliseconds(datetime.now(UTC)) + HOUR
    asked = await world.ask(at)
    await world.decide("defer", asked, at=at, until=at + 2 * HOUR)
    before = len(await world.tasks(DEADLINE_DUE, asked.id))
    await world.fire(DEADLINE_DUE, asked.id, at + HOUR)
    assert len(await world.tasks(DEADLINE_DUE, asked.id)) == before


async def test_a_missed_review_can_still_be_made(world: World) -> None:
    asked = await world.ask()
    broken = await world.decide("break_glass", asked, grounds="legal")
    late = START + 25 * HOUR
    await world.fire(REVIEW_DUE, asked.id, late)
    done = await world.review(broken, "overturned", OTHER_GOVERNOR, late)
    assert done.review is not None
    assert done.review.status == "overturned"
    await world.deliver(world.rolled_back(asked.id, cause="overturned"))
    assert await world.told(asked.id) == [
        *("requested", "approved", "review_missed", "overturned", "reversed"),
    ]


async def overturned(world: World, at: datetime = START) -> str:
    event, id = world.approval_needed(at, purpose="ethics_escalation")
    await world.deliver(event)
    broken = await world.decide("break_glass", await shown(world, id), grounds="outage")
    await world.review(broken, "overturned", OTHER_GOVERNOR, START)
    return id


@pytest.mark.parametrize(
    ("verb", "told"),
    [
        (None, ["requested", "cancelled"]),
        ("approve", ["requested", "approved", "reversed"]),
        ("reject", ["requested", "rejected"]),
    ],
)
async def test_an_overturned_escalation_ends_what_its_case_asked_later(
    world: World, verb: str | None, told: list[str]
) -> None:
    escalation = await overturned(world)
    event, later = world.approval_needed()
    await world.deliver(event)
    if verb is not None:
        await world.decide(verb, await shown(world, later))
    for _ in range(2):
        await world.deliver(world.rolled_back(escalation, cause="overturned", ends=later))
    assert (await world.told(escalation))[-2:] == ["overturned", "reversed"]
    assert await world.told(later) == told


async def test_an_overturned_escalation_that_was_replaced_is_reversed_by_its_case(
    world: World,
) -> None:
    escalation = await overturned(world)
    for _ in range(2):
        await world.deliver(world.unneeded(escalation))
    assert await world.told(escalation) == ["requested", "approved", "overturned", "reversed"]


async def test_a_finished_approval_waits_for_no_timer(world: World) -> None:
    asked = await world.ask()
    await world.decide("reject", asked)
    document = await world.store.get(APPROVALS.collection, asked.id)
    assert document is not None
    assert document.data["next_timer_at"] is None
