"""The approval policy on the real store: proposed, approved, in force from then on."""

from typing import Any

import pytest

from events.approval_policies import PolicyEntry
from functions.approvals.rules.proposals import PolicyBody
from functions.approvals.rules.refusals import MOST_SILENT
from functions.approvals.service.approval_policy import propose_policy, show_policy
from functions.approvals.service.lists import show_approval, show_precedent
from functions.approvals.views import SignedCard
from shared.kit.callers import Actor
from shared.kit.errors import Invalid, SeparationOfDuties, VersionConflict
from shared.storage.idempotency import IdempotencyKey
from tests.functions.approvals.builders import (
    CONTENT,
    DEPUTY,
    GOVERNOR,
    HOUR,
    LEGAL,
    MINUTE,
    OTHER_GOVERNOR,
    START,
    another,
    rule,
)
from tests.functions.approvals.worlds import World

ACCOMPLICE = Actor("aldo", frozenset())
SILENCE = PolicyEntry(
    kind="artifact", rule=rule("any", "role:governor"), silence_approves=("amira",)
)


async def propose(world: World, *entries: PolicyEntry, by: Actor = LEGAL) -> SignedCard:
    caller = world.caller(by)
    body = PolicyBody(entries=entries, reason="The auditors want two people.")
    return await propose_policy(caller, IdempotencyKey(caller), body)


async def adopted(world: World, *entries: PolicyEntry) -> SignedCard:
    proposal = await propose(world, *entries)
    await world.decide("approve", proposal)
    return proposal


async def test_a_proposal_changes_nothing_until_a_governor_approves_it(world: World) -> None:
    entry = PolicyEntry(kind="execution", rule=rule("all", "role:governor", "role:legal"))
    proposal = await propose(world, entry)
    assert (await show_policy(world.caller(LEGAL))).version == 0
    assert (await world.ask()).rule == rule("any", "role:governor")
    await world.decide("approve", proposal)
    policy = await show_policy(world.caller(LEGAL))
    assert (policy.version, policy.proposed_by, policy.approval_id) == (1, "lena", proposal.id)
    assert entry in policy.entries
    assert len(policy.entries) == 5
    asked = await world.ask()
    assert (asked.rule, asked.missing) == (entry.rule, ("role:governor", "role:legal"))
    changed = [each for each in await world.log() if each.subject == "approval_policy/current"]
    assert [each.type for each in changed] == ["assent.approval_policy.changed.v1"]


async def test_a_rejected_proposal_changes_nothing(world: World) -> None:
    proposal = await propose(world, PolicyEntry(kind="artifact", rule=rule("any", "role:legal")))
    await world.decide("reject", proposal)
    assert (await show_policy(world.caller(LEGAL))).version == 0


async def test_the_second_of_two_proposals_about_one_policy_is_refused(world: World) -> None:
    first = await propose(world, PolicyEntry(kind="artifact", rule=rule("any", "role:legal")))
    second = await propose(world, PolicyEntry(kind="execution", rule=rule("any", "role:legal")))
    await world.decide("approve", second)
    with pytest.raises(VersionConflict, match="propose the change again"):
        await world.decide("approve", first)
    assert (await world.decide("reject", first)).status == "rejected"
    assert (await show_policy(world.caller(LEGAL))).version == 1


async def test_a_governor_does_not_approve_their_own_proposal(world: World) -> None:
    entry = PolicyEntry(kind="artifact", rule=rule("any", "role:legal"))
    proposal = await propose(world, entry, by=GOVERNOR)
    with pytest.raises(SeparationOfDuties):
        await world.decide("approve", proposal)
    await world.decide("approve", proposal, OTHER_GOVERNOR)


async def test_three_governors_where_there_are_two_lock_nobody_out_of_the_policy(
    world: World,
) -> None:
    three = rule("all", *["role:governor"] * 3)
    await adopted(world, PolicyEntry(kind="constitutional", rule=three))
    await adopted(world, PolicyEntry(kind="constitutional", rule=rule("any", "role:governor")))
    assert (await show_policy(world.caller(LEGAL))).version == 2


async def test_silence_approves_for_whom_the_policy_names_and_for_nobody_else(
    world: World,
) -> None:
    body: dict[str, Any] = {"kind": "artifact"}
    assert (await world.ask(**body)).on_timeout == "deny"
    await adopted(world, SILENCE)
    asked = await world.ask(**body)
    assert asked.on_timeout == "approve"
    with pytest.raises(Invalid, match="because silence approves"):
        await world.ask(deadline_seconds=600, **body)


async def test_silence_approves_nothing_that_somebody_refused(world: World) -> None:
    await adopted(world, SILENCE)
    first, second = [await world.ask(kind="artifact", **another(n)) for n in (1, 2)]
    same = {**another(3), "content": another(2)["content"]}
    twin = await world.ask(kind="artifact", **same)
    assert {each.on_timeout for each in (first, second, twin)} == {"approve"}
    await world.decide("reject", second)
    for card, means in ((first, "approve"), (twin, "deny")):
        assert (await show_approval(world.caller(GOVERNOR), card.id)).on_timeout == means
    again = await world.ask(kind="artifact", **{**another(4), "content": another(2)["content"]})
    assert again.on_timeout == "deny"
    shown = await show_approval(world.caller(GOVERNOR), again.id)
    assert f"nobody refused the same content: {second.id}" in " ".join(shown.risk_reasons or ())
    late = START + HOUR
    assert (await show_approval(world.caller(GOVERNOR, at=late), twin.id)).status == "expired"
    assert (await show_approval(world.caller(GOVERNOR, at=late), first.id)).status == "approved"


@pytest.mark.nightly
async def test_of_one_content_no_more_wait_for_silence_than_one_refusal_reaches(
    world: World,
) -> None:
    await adopted(world, SILENCE)
    content = another(0)["content"]
    asked = [
        await world.ask(kind="artifact", **{**another(n), "content": content})
        for n in range(MOST_SILENT + 1)
    ]
    assert [card.on_timeout for card in asked] == ["approve"] * MOST_SILENT + ["deny"]
    await world.decide("reject", asked[-1])
    cards = [await show_approval(world.caller(GOVERNOR), card.id) for card in asked]
    assert {card.on_timeout for card in cards} == {"deny"}


async def test_vetoes_of_governors_and_of_whom_the_policy_names_count_against_a_precedent(
    world: World,
) -> None:
    await adopted(
        world,
        PolicyEntry(kind="execution", rule=rule("any", "role:governor", "principal:aldo")),
    )
    seed = await world.precedent()
    for actor, counted in ((ACCOMPLICE, 1), (GOVERNOR, 2)):
        asked = await world.ask(**another(counted))
        assert asked.status == "auto_approved"
        await world.veto(asked, actor)
        assert (await show_precedent(world.caller(GOVERNOR), seed.seed_id)).veto_count == counted


async def test_a_deputy_does_not_make_the_silence_that_lets_them_take_over(world: World) -> None:
    for actor, seconds in ((DEPUTY, None), (LEGAL, 900)):
        own = {**CONTENT, "recipient": actor.principal}
        asked = await world.ask_as(actor, deadline_seconds=seconds, content=own)
        await world.fire("assent.deadline.due.v1", asked.id, asked.deadline_at + MINUTE)
    later = START + 8 * HOUR
    payment = await world.ask(at=later)
    with pytest.raises(Exception, match="you are none of them"):
        await world.decide("approve", payment, DEPUTY, at=later)
    missed = await world.ask_as(LEGAL, at=later, content={**CONTENT, "recipient": "anybody"})
    await world.fire("assent.deadline.due.v1", missed.id, missed.deadline_at + MINUTE)
    after = missed.deadline_at + 4 * HOUR
    waiting = await world.ask(at=after)
    assert (await world.decide("approve", waiting, DEPUTY, at=after)).capacity == "deputy"
