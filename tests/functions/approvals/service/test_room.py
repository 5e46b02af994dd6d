"""Whatever the bounds of bodies take, every decision on it can be stored, in one document each."""

from typing import Any
from uuid import uuid4

import pytest

from events.approval_policies import MOST_NAMED, PolicyEntry
from events.quorum import MOST_PLACES
from functions.approvals.aggregates import APPROVALS
from functions.approvals.rules.commands import LONGEST_NOTE, MOST_GRANTS, ReviewBody, VetoBody
from functions.approvals.rules.late import MOST_LATE
from functions.approvals.rules.proposals import ENTRIES, LONGEST_REASON, MOST_ENTRIES, PolicyBody
from functions.approvals.rules.requests import CONTENT
from functions.approvals.service.approval_policy import propose_policy, show_policy
from functions.approvals.service.decisions import give_review, take_veto
from functions.approvals.views import SignedCard
from shared.kit.callers import Actor
from shared.kit.errors import ApprovalExpired
from shared.messaging.contents import read_contents
from shared.storage.idempotency import IdempotencyKey
from tests.functions.approvals.builders import GOVERNOR, LEGAL, MINUTE, rule
from tests.functions.approvals.worlds import World

# Firestore takes 1,048,576 bytes; events, which hold the state too, are charged by size.
LARGEST_STATE = 200_000
WORDY = "🧿" * LONGEST_NOTE


def person(number: int, *roles: str) -> Actor:
    """Somebody with the longest name."""
    return Actor(f"p{number:03}".ljust(128, "x"), frozenset(roles))


GOVERNORS = [person(number, "governor") for number in range(MOST_PLACES)]
HELPERS = [person(100 + number, "deputy") for number in range(MOST_GRANTS)]
ADDED = [person(200 + number) for number in range(MOST_PLACES)]


async def propose(world: World, *entries: PolicyEntry, reason: str = "why") -> SignedCard:
    caller = world.caller(LEGAL)
    body = PolicyBody(entries=entries, reason=reason)
    return await propose_policy(caller, IdempotencyKey(caller), body)


async def ask(world: World) -> SignedCard:
    """The largest request, under the largest rule: each place of it is passed on."""
    asked = rule("all", *["role:governor"] * MOST_PLACES)
    await world.decide("approve", await propose(world, PolicyEntry(kind="execution", rule=asked)))
    long = "🧿" * 200
    card = await world.ask(
        subject={"type": long, "id": long, "name": long},
        summary="🧿" * 2_000,
        content={"text": '"' * ((CONTENT.most_bytes - 16) // 2)},
        evidence=("é" * 30_000,),
        rollback_plan="🧿" * 10_000,
        rule=rule("all", *(f"principal:{actor.principal}" for actor in ADDED)),
    )
    for governor, helper in zip(GOVERNORS, HELPERS, strict=True):
        await world.decide("delegate", card, governor, to=helper.principal, note=WORDY)
    return card


async def vote(world: World, card: SignedCard, voters: list[Actor]) -> Any:
    for voter in voters:
        decided = await world.decide("approve", card, voter, note=WORDY)
    return decided


async def stored(world: World, approval_id: str) -> int:
    document = await world.store.get(APPROVALS.collection, approval_id)
    assert document is not None
    assert APPROVALS.read(document).state is not None
    return len(document.data["state"].encode())


async def test_the_largest_request_can_be_voted_on_vetoed_and_reviewed(world: World) -> None:
    card = await ask(world)
    await vote(world, card, [*ADDED, *HELPERS[1:]])
    body = VetoBody(
        approval_id=card.id,
        decision_hash=card.decision_hash,
        client_decision_id=uuid4(),
        reason_category="safety",
        explanation=WORDY,
    )
    vetoed = await take_veto(world.caller(HELPERS[0]), card.id, body)
    assert vetoed.status == "rejected"
    reviewer = world.caller(person(301, "governor"))
    review = ReviewBody(verdict="upheld", note=WORDY)
    await give_review(reviewer, IdempotencyKey(reviewer), card.id, review)
    assert await stored(world, card.id) < LARGEST_STATE
    assert await world.unpublished() == 0


@pytest.mark.nightly
async def test_the_largest_request_can_be_approved_by_all(world: World) -> None:
    card = await ask(world)
    decided = await vote(world, card, [*ADDED, *HELPERS])
    assert (decided.status, len(decided.votes)) == ("approved", 2 * MOST_PLACES)
    assert await stored(world, card.id) < LARGEST_STATE


@pytest.mark.nightly
async def test_the_largest_request_keeps_who_came_too_late(world: World) -> None:
    card = await ask(world)
    await vote(world, card, [*ADDED, *HELPERS[1:]])
    late = card.deadline_at + MINUTE
    await world.fire("assent.deadline.due.v1", card.id, late)
    for number in range(MOST_LATE["governor"] + 1):
        with pytest.raises(ApprovalExpired):
            await world.decide("reject", card, person(300 + number, "governor"), late, note=WORDY)
    assert (await world.told(card.id)).count("decided_late") == MOST_LATE["governor"]
    assert await stored(world, card.id) < LARGEST_STATE


async def test_the_largest_policy_can_be_adopted_and_changed(world: World) -> None:
    longest = rule("all", *(f"principal:{actor.principal}" for actor in ADDED))
    named = tuple(person(number).principal for number in range(MOST_NAMED))
    governor = rule("any", "role:governor")
    entries = [PolicyEntry(kind="artifact", rule=longest, silence_approves=named)]
    entries += [
        PolicyEntry(kind="financial", min_amount_usd_micros=number, rule=longest)
        for number in range(MOST_ENTRIES - 1)
    ]
    listed = [entry.model_dump(mode="json") for entry in entries]
    assert ENTRIES.problem(listed) is None
    await world.decide("approve", await propose(world, *entries, reason="🧿" * LONGEST_REASON))
    assert len((await show_policy(world.caller(LEGAL))).entries) > MOST_ENTRIES
    other = entries[0].model_copy(update={"rule": governor})
    proposal = await propose(world, other, *entries[1:])
    contents = await read_contents(world.store, [proposal.decision_hash])
    assert len(contents.get(proposal.decision_hash).text.encode()) <= CONTENT.most_bytes
    await world.decide("approve", proposal, GOVERNOR)
    assert other in (await show_policy(world.caller(LEGAL))).entries
