"""Decisions as they are kept: once, signed, claimed, told."""

import asyncio
import uuid

import pytest

from events.approvals import ApprovalApproved, ApprovalReversed, ApprovalVetoed
from events.decisions import verify_decision
from functions.approvals.service.lists import list_approvals, show_approval
from functions.approvals.views import SignedCard
from shared.kit.errors import (
    AlreadyDecided,
    ApprovalExpired,
    Forbidden,
    IdempotencyKeyReused,
    NotFound,
    SeparationOfDuties,
)
from shared.storage.secrets import public_keys
from shared.storage.subject_keys import opened
from tests.functions.approvals.builders import (
    ASKER,
    DEPUTY,
    GOVERNOR,
    HOUR,
    LEGAL,
    MINUTE,
    OTHER_GOVERNOR,
    SECOND,
    START,
    rule,
)
from tests.functions.approvals.worlds import World


async def test_a_decision_is_saved_signed_and_told(world: World) -> None:
    asked = await world.ask()
    card = await world.decide("approve", asked, at=START + MINUTE, note="Go ahead.")
    assert (card.status, card.decided_by, card.version) == ("approved", "gala", 2)
    requested, approved = await world.log()
    assert (requested.causationid, requested.correlationid) == (requested.id, requested.id)
    assert (approved.causationid, approved.correlationid) == (requested.id, requested.id)
    assert (approved.sequence, approved.actorid) == (2, "gala")
    decision = approved.payload(ApprovalApproved)
    keys = await public_keys("approvals-public-keys")
    signed = verify_decision(decision, approved.data, world.store.tenant_id, keys)
    assert (signed.outcome, signed.decided_by) == ("approved", "gala")
    assert await world.unpublished() == 0


async def test_the_same_client_decision_answers_the_same_for_ever(world: World) -> None:
    asked = await world.ask()
    id = str(uuid.uuid4())
    first = await world.decide("break_glass", asked, client_decision_id=id, grounds="outage")
    await world.review(first, "overturned", OTHER_GOVERNOR)
    again = await world.decide(
        "break_glass", asked, at=START + 48 * HOUR, client_decision_id=id, grounds="outage"
    )
    assert again == first
    under_another_id = await world.decide("break_glass", asked, grounds="outage")
    assert under_another_id == first
    assert await world.told(asked.id) == ["requested", "approved", "overturned"]


async def test_a_repeat_claims_its_own_id_too(world: World) -> None:
    asked = await world.ask()
    await world.decide("approve", asked)
    id = str(uuid.uuid4())
    await world.decide("approve", asked, client_decision_id=id)
    with pytest.raises(IdempotencyKeyReused):
        await world.decide("reject", asked, client_decision_id=id)


async def test_an_id_that_was_used_is_refused_with_another_body_or_by_another(
    world: World,
) -> None:
    asked, other = await world.ask(), await world.ask()
    id = str(uuid.uuid4())
    await world.decide("approve", asked, client_decision_id=id)
    with pytest.raises(IdempotencyKeyReused):
        await world.decide("reject", asked, client_decision_id=id)
    with pytest.raises(IdempotencyKeyReused):
        await world.decide("approve", asked, OTHER_GOVERNOR, client_decision_id=id)
    with pytest.raises(IdempotencyKeyReused):
        await world.decide("approve", other, client_decision_id=id)
    with pytest.raises(IdempotencyKeyReused):
        await world.decide("approve", asked, LEGAL, client_decision_id=id)


async def test_a_refused_decision_uses_up_no_id(world: World) -> None:
    asked = await world.ask()
    id = str(uuid.uuid4())
    with pytest.raises(SeparationOfDuties):
        await world.decide("approve", asked, ASKER, client_decision_id=id)
    assert (await world.decide("approve", asked, client_decision_id=id)).status == "approved"


async def test_votes_are_told_one_by_one(world: World) -> None:
    asked = await world.ask(rule=rule("all", "role:governor", "role:legal"))
    voted = await world.decide("approve", asked)
    assert (voted.status, len(voted.votes)) == ("pending", 1)
    assert (await world.decide("approve", asked)).version == voted.version
    assert (await world.decide("approve", asked, LEGAL)).status == "approved"
    assert await world.told(asked.id) == ["requested", "voted", "approved"]


async def test_another_tenants_approval_is_not_found_and_the_miss_is_told(world: World) -> None:
    asked = await world.ask()
    stranger = World(type(world.store)(f"{world.store.tenant_id}-2"), world.cloud)
    with pytest.raises(NotFound):
        await stranger.decide("approve", asked)
    with pytest.raises(NotFound):
        await show_approval(stranger.caller(GOVERNOR), asked.id)
    misses = await stranger.log()
    assert {miss.type for miss in misses} == {"assent.lookup.missed.v1"}


async def test_what_cannot_be_an_id_is_not_found_and_not_told(world: World) -> None:
    with pytest.raises(NotFound):
        await show_approval(world.caller(GOVERNOR), "apr_1")
    assert await world.log() == []


async def test_a_deputy_takes_over_four_hours_after_silence_until_a_governor_acts(
    world: World,
) -> None:
    missed = await world.ask()
    deadline = missed.deadline_at
    await world.fire("assent.deadline.due.v1", missed.id, deadline + MINUTE)
    later = await world.ask(at=deadline + 3 * HOUR)
    with pytest.raises(Forbidden):
        await world.decide("approve", later, DEPUTY, at=deadline + 4 * HOUR - SECOND)
    card = await world.decide("approve", later, DEPUTY, at=deadline + 4 * HOUR)
    assert (card.capacity, card.review is not None) == ("deputy", True)
    third = await world.ask(at=deadline + 5 * HOUR)
    await world.decide("defer", third, at=deadline + 5 * HOUR, until=deadline + 6 * HOUR)
    fourth = await world.ask(at=deadline + 6 * HOUR)
    with pytest.raises(Forbidden):
        await world.decide("approve", fourth, DEPUTY, at=deadline + 6 * HOUR)


async def test_a_deputy_without_any_missed_deadline_decides_nothing(world: World) -> None:
    asked = await world.ask()
    with pytest.raises(Forbidden):
        await world.decide("approve", asked, DEPUTY)


async def test_a_review_is_told_and_repeats(world: World) -> None:
    asked = await world.ask()
    broken = await world.decide("break_glass", asked, grounds="breach")
    upheld = await world.review(broken, "upheld", OTHER_GOVERNOR)
    assert upheld.review is not None
    assert upheld.review.status == "upheld"
    assert await world.review(broken, "upheld", OTHER_GOVERNOR) == upheld
    with pytest.raises(AlreadyDecided):
        await world.review(broken, "overturned", OTHER_GOVERNOR)


async def test_a_veto_is_signed_and_caused_by_the_assent(world: World) -> None:
    await world.precedent()
    matched = await world.ask()
    assert matched.status == "auto_approved"
    await world.veto(matched)
    assent, veto, counted = (await world.log())[-3:]
    assert veto.causationid == assent.id
    assert counted.causationid == veto.id
    assert {assent.correlationid, veto.correlationid, counted.correlationid} == {assent.id}
    keys = await public_keys("approvals-public-keys")
    decision = veto.payload(ApprovalVetoed)
    signed = verify_decision(decision, veto.data, world.store.tenant_id, keys)
    assert signed.decided_by == "gala"


async def test_the_answer_to_a_request_that_a_precedent_assents_to_is_signed(world: World) -> None:
    await world.precedent()
    matched = await world.ask()
    assert matched.signature is not None
    shown = await show_approval(world.caller(GOVERNOR), matched.id)
    assert shown.model_dump(include=set(SignedCard.model_fields)) == matched.model_dump()


async def test_a_reversal_in_the_vetos_own_commit_keeps_the_vetos_signature(world: World) -> None:
    await world.precedent()
    matched = await world.ask()
    await world.deliver(world.rolled_back(matched.id, cause="health"))
    await world.veto(matched)
    veto, undone = [each for each in await world.log() if each.subject_id == matched.id][-2:]
    signed = veto.payload(ApprovalVetoed).signature
    assert undone.payload(ApprovalReversed).signature == signed != matched.signature
    assert (await show_approval(world.caller(GOVERNOR), matched.id)).signature == signed


async def test_twenty_different_decisions_at_once_leave_exactly_one(world: World) -> None:
    asked = await world.ask()
    verbs = ["approve", "reject", "request_changes"]
    people = [type(GOVERNOR)(f"governor-{n}", GOVERNOR.roles) for n in range(20)]
    results = await asyncio.gather(
        *(world.decide(verbs[n % 3], asked, people[n]) for n in range(20)), return_exceptions=True
    )
    final = [result for result in results if not isinstance(result, BaseException)]
    assert len(final) == 1
    assert {type(result) for result in results} - {type(final[0])} == {AlreadyDecided}
    assert len(await world.told(asked.id)) == 2


async def test_one_decision_sent_twenty_times_at_once_is_one(world: World) -> None:
    asked = await world.ask()
    id = str(uuid.uuid4())
    cards = await asyncio.gather(
        *(world.decide("approve", asked, client_decision_id=id) for _ in range(20))
    )
    assert all(card == cards[0] for card in cards)
    assert await world.told(asked.id) == ["requested", "approved"]


async def test_one_id_for_two_approvals_at_once_decides_one(world: World) -> None:
    asked = [await world.ask(), await world.ask()]
    id = str(uuid.uuid4())
    results = await asyncio.gather(
        *(world.decide("approve", each, client_decision_id=id) for each in asked),
        return_exceptions=True,
    )
    assert sorted(type(result).__name__ for result in results) == [
        "ApprovalCard",
        "IdempotencyKeyReused",
    ]


async def test_a_decision_received_in_time_and_committed_after_the_deadline_counts(
    world: World,
) -> None:
    asked = await world.ask()
    await world.fire("assent.deadline.due.v1", asked.id, asked.deadline_at + 59 * SECOND)
    card = await world.decide("approve", asked, at=asked.deadline_at)
    assert card.status == "approved"
    await world.fire("assent.deadline.due.v1", asked.id, asked.deadline_at + MINUTE)
    assert (await show_approval(world.caller(GOVERNOR), asked.id)).status == "approved"


async def test_a_decision_and_the_timer_at_once_leave_one_of_them(world: World) -> None:
    for _ in range(5):
        asked = await world.ask()
        late = asked.deadline_at + MINUTE
        results = await asyncio.gather(
            world.decide("approve", asked, at=asked.deadline_at),
            world.fire("assent.deadline.due.v1", asked.id, late),
            return_exceptions=True,
        )
        told = await world.told(asked.id)
        refused = ["requested", "expired", "decided_late"]
        assert told in (["requested", "approved"], refused)
        assert isinstance(results[0], ApprovalExpired) == (told == refused)


async def test_a_decision_that_comes_too_late_is_refused_and_leaves_one_trace(
    world: World,
) -> None:
    asked = await world.ask()
    late = asked.deadline_at + SECOND
    for _ in range(2):
        with pytest.raises(ApprovalExpired):
            await world.decide("reject", asked, at=late, note="too slow, sorry")
    shown = await show_approval(world.caller(GOVERNOR, late), asked.id)
    (trace,) = shown.late
    note = await opened(world.store.tenant_id, trace.note)
    assert (trace.principal, trace.decision, note) == ("gala", "reject", "too slow, sorry")
    assert await world.told(asked.id) == ["requested", "decided_late"]
    other = asked.model_copy(update={"decision_hash": "0" * 64})
    with pytest.raises(ApprovalExpired):
        await world.decide("approve", other, OTHER_GOVERNOR, at=late)
    assert len((await show_approval(world.caller(GOVERNOR, late), asked.id)).late) == 1


async def test_lists_show_buckets_newest_first_and_page(world: World) -> None:
    cards = [await world.ask(at=START + n * SECOND) for n in range(5)]
    await world.decide("reject", cards[0])
    reader = world.caller(GOVERNOR)
    page = await list_approvals(reader, "pending", 3, None)
    assert [card.id for card in page.items] == [cards[4].id, cards[3].id, cards[2].id]
    rest = await list_approvals(reader, "pending", 3, page.next_cursor)
    assert ([card.id for card in rest.items], rest.next_cursor) == ([cards[1].id], None)
    assert [card.id for card in (await list_approvals(reader, "decided", 3, None)).items] == [
        cards[0].id
    ]
    assert len((await list_approvals(reader, None, 25, None)).items) == 5


async def test_a_page_of_large_contents_is_small(world: World) -> None:
    text = "x" * 250_000
    asked = [
        await world.ask(at=START + n * SECOND, content={"text": text, "n": n}) for n in range(5)
    ]
    page = await list_approvals(world.caller(GOVERNOR), None, 100, None)
    assert [card.id for card in page.items] == [card.id for card in reversed(asked)]
    assert len(page.model_dump_json()) < 10_000
