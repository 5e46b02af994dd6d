"""The largest request that is taken leaves room for the largest decision, in one document."""

from typing import Any
from uuid import uuid4

import pytest

from functions.approvals.aggregates import APPROVALS
from functions.approvals.rules.approval import Actor
from functions.approvals.rules.commands import LONGEST_NOTE, MOST_GRANTS, ReviewBody, VetoBody
from functions.approvals.rules.matching import LARGEST_MATCHES_BYTES
from functions.approvals.rules.requests import LARGEST_REQUEST_BYTES
from functions.approvals.service.decisions import give_review, take_veto
from shared.kit.errors import Invalid
from shared.storage.idempotency import IdempotencyKey
from tests.functions.approvals.builders import rule
from tests.functions.approvals.worlds import World

# Firestore's limit, and what a document has beside its state: its name, indexed fields, ids of
# twenty precedents, a signature.
LARGEST_DOCUMENT = 1_048_576
BESIDE_THE_STATE = 16_000
PLACES = 16
WORDY = "🧿" * LONGEST_NOTE


def person(number: int, *roles: str) -> Actor:
    """Somebody with the longest name."""
    return Actor(f"p{number:02}".ljust(128, "x"), frozenset(roles))


def largest(summary: str) -> dict[str, Any]:
    return {
        "summary": summary,
        "content": {"text": '"' * ((256 * 1024 - 16) // 2)},
        "evidence": ("é" * 30_000,),
        "rollback_plan": "x" * 9_000,
        "rule": rule("all", *["role:governor"] * PLACES),
    }


async def _stored(world: World, approval_id: str) -> int:
    document = await world.store.get("approvals", approval_id)
    assert document is not None
    assert APPROVALS.read(document).state is not None
    return len(document.data["state"].encode())


async def test_the_largest_request_can_be_voted_on_vetoed_and_reviewed(world: World) -> None:
    card = await world.ask(**largest("x" * 2_000))
    voters = [person(number, "governor") for number in range(PLACES - 1)]
    for voter in voters:
        await world.decide("approve", card, voter, note=WORDY)
    helpers = [person(50 + number) for number in range(MOST_GRANTS)]
    for helper in helpers:
        await world.decide("delegate", card, voters[0], to=helper.principal, note=WORDY)
    body = VetoBody(
        approval_id=card.id,
        decision_hash=card.decision_hash,
        client_decision_id=uuid4(),
        reason_category="safety",
        explanation=WORDY,
        attachments=("https://x.example/".ljust(2_048, "x"),) * 10,
    )
    vetoed = await take_veto(world.caller(helpers[0]), card.id, body)
    assert vetoed.status == "rejected"
    reviewer = world.caller(person(99, "governor"))
    review = ReviewBody(verdict="upheld", note=WORDY)
    await give_review(reviewer, IdempotencyKey(reviewer), card.id, review)
    stored = await _stored(world, card.id)
    assert stored + LARGEST_MATCHES_BYTES + BESIDE_THE_STATE < LARGEST_DOCUMENT
    assert await world.unpublished() == 0


async def test_the_largest_request_can_be_approved_by_all(world: World) -> None:
    card = await world.ask(**largest("x" * 2_000))
    for number in range(PLACES):
        decided = await world.decide("approve", card, person(number, "governor"), note=WORDY)
    assert (decided.status, len(decided.votes)) == ("approved", PLACES)
    stored = await _stored(world, card.id)
    assert stored + LARGEST_MATCHES_BYTES + BESIDE_THE_STATE < LARGEST_DOCUMENT


async def test_a_request_that_leaves_no_room_is_refused(world: World) -> None:
    with pytest.raises(Invalid, match="leave room to decide"):
        await world.ask(**{**largest('"' * 2_000), "rollback_plan": "🧿" * 10_000})
    assert LARGEST_REQUEST_BYTES < LARGEST_DOCUMENT
