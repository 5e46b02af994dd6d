"""Precedents as they are kept: posted, activated, counted, ended before the next match."""

import asyncio

import pytest

from events.precedents import Condition, PrecedentSeed
from functions.approvals.rules.drafts import IN_A_ROW
from functions.approvals.rules.precedent import MOST_ACTIVE_PER_KIND
from functions.approvals.service.lists import list_precedents, show_precedent
from functions.approvals.views import SignedCard
from shared.kit.errors import NotFound, VersionConflict
from tests.functions.approvals.builders import (
    CONTENT,
    GOVERNOR,
    HOUR,
    MINUTE,
    SECOND,
    START,
    another,
)
from tests.functions.approvals.worlds import World


async def shown(world: World, seed: PrecedentSeed) -> PrecedentSeed:
    return await show_precedent(world.caller(GOVERNOR), seed.seed_id)


def conditions(*asked: tuple[str, str, object]) -> tuple[Condition, ...]:
    return tuple(Condition(field=f"content.{f}", op=op, value=v) for f, op, v in asked)


async def test_a_posted_precedent_is_reviewed_at_once_and_assents_once_active(
    world: World,
) -> None:
    seed = await world.post()
    assert (seed.status, len(seed.findings)) == ("approved", 5)
    assert (await world.ask()).status == "pending"
    assert (await world.activate(seed)).status == "active"
    assert (await world.ask()).status == "auto_approved"


async def test_a_rejected_precedent_cannot_be_activated(world: World) -> None:
    seed = await world.post(conditions=())
    assert seed.status == "rejected"
    with pytest.raises(VersionConflict):
        await world.activate(seed)


async def test_an_example_that_is_no_id_or_another_tenants_justifies_nothing(
    world: World,
) -> None:
    stranger = World(type(world.store)(f"{world.store.tenant_id}-2"), world.cloud)
    theirs = await stranger.ask()
    await stranger.decide("approve", theirs)
    for example in ("apr_1", theirs.id):
        seed = await world.post(example_approval_id=example)
        failed = {finding.check for finding in seed.findings if finding.verdict == "fail"}
        assert failed == {"justification"}


async def test_without_an_example_every_rejection_counts(world: World) -> None:
    assert (await world.post(example_approval_id=None)).status == "approved"
    await world.decide("reject", await world.ask())
    assert (await world.post(example_approval_id=None)).status == "rejected"


async def test_a_suspended_precedent_assents_to_nothing_until_it_is_active_again(
    world: World,
) -> None:
    seed = await world.precedent()
    assert (await world.suspend(seed)).status == "suspended"
    assert (await world.ask()).status == "pending"
    await world.activate(seed)
    assert (await world.ask()).status == "auto_approved"
    with pytest.raises(VersionConflict):
        await world.activate(seed)


async def test_the_same_ground_cannot_be_active_or_posted_twice(world: World) -> None:
    first, twin = await world.post(), await world.post(title="The same in other words")
    await world.activate(first)
    with pytest.raises(VersionConflict):
        await world.activate(twin)
    third = await world.post(title="Again", example_approval_id=first.example_approval_id)
    assert third.status == "rejected"
    await world.suspend(first)
    fourth = await world.post(title="And again", example_approval_id=first.example_approval_id)
    assert fourth.status == "rejected"


async def test_a_newer_one_of_the_same_title_supersedes(world: World) -> None:
    older = await world.precedent()
    newer = await world.post(
        conditions=conditions(("action", "eq", "reindex"), ("rows", "le", 5000)),
        example_approval_id=older.example_approval_id,
    )
    await world.activate(newer)
    ended = await shown(world, older)
    assert (ended.status, ended.superseded_by) == ("superseded", newer.seed_id)
    assert (await world.ask()).precedent_id == newer.seed_id


async def test_the_third_veto_ends_the_precedent_in_the_same_commit(world: World) -> None:
    seed = await world.precedent()
    cards = [await world.ask(**another(n)) for n in range(3)]
    for count, card in enumerate(cards, start=1):
        await world.veto(card)
        state = await shown(world, seed)
        assert state.veto_count == count
    assert (state.status, state.match_count, state.veto_rate) == ("deprecated", 3, 1.0)
    assert (await world.ask()).status == "pending"
    ended = [event for event in await world.log() if event.subject == f"precedent/{seed.seed_id}"]
    assert [event.type.split(".")[2] for event in ended] == [
        *("reviewed", "activated", "vetoed", "vetoed", "deprecated"),
    ]
    assert [event.sequence for event in ended] == [1, 2, 3, 4, 5]


async def test_one_approved_before_its_like_was_deprecated_cannot_revive_it(world: World) -> None:
    waiting = await world.post(title="The same, posted while it was well thought of")
    assert waiting.status == "approved"
    seed = await world.precedent()
    for number in range(3):
        await world.veto(await world.ask(**another(number)))
    assert (await shown(world, seed)).status == "deprecated"
    refused = await world.activate(waiting)
    failed = {finding.check for finding in refused.findings if finding.verdict == "fail"}
    assert (refused.status, "weakening" in failed) == ("rejected", True)
    assert (await world.ask()).status == "pending"


async def test_one_approved_before_a_person_rejected_its_like_is_rejected(world: World) -> None:
    waiting = await world.post()
    await world.decide("reject", await world.ask(), at=START + MINUTE)
    assert (await world.activate(waiting)).status == "rejected"


async def test_one_activated_by_many_at_once_is_activated_once(world: World) -> None:
    seed = await world.post()

    async def activate(number: int) -> PrecedentSeed:
        await asyncio.sleep(number * 0.01)  # So that some read just before others commit.
        return await world.activate(seed)

    outcomes = await asyncio.gather(*map(activate, range(20)), return_exceptions=True)
    refusals = [type(outcome) for outcome in outcomes if isinstance(outcome, BaseException)]
    assert refusals == [VersionConflict] * 19
    assert (await shown(world, seed)).status == "active"


async def test_vetoes_at_once_are_each_counted(world: World) -> None:
    seed = await world.precedent()
    cards = [await world.ask(**another(n)) for n in range(5)]
    await asyncio.gather(*(world.veto(card) for card in cards))
    state = await shown(world, seed)
    assert (state.status, state.veto_count) == ("deprecated", 5)


async def test_a_match_that_races_the_third_veto_never_overtakes_it(world: World) -> None:
    for _ in range(4):
        fresh = World(type(world.store)(f"{world.store.tenant_id}-{_}"), world.cloud)
        seed = await fresh.precedent()
        cards = [await fresh.ask(**another(n)) for n in range(3)]
        for card in cards[:2]:
            await fresh.veto(card)
        await asyncio.gather(fresh.veto(cards[2]), *(fresh.ask() for _ in range(6)))
        log = await fresh.log()
        ended = next(n for n, e in enumerate(log) if e.type == "assent.precedent.deprecated.v1")
        overtaking = [e for e in log[ended:] if e.type == "assent.approval.auto_approved.v1"]
        assert overtaking == []
        assert (await shown(fresh, seed)).status == "deprecated"


async def test_a_match_that_races_a_suspension_never_overtakes_it(world: World) -> None:
    seed = await world.precedent()
    await asyncio.gather(world.suspend(seed), *(world.ask() for _ in range(8)))
    log = await world.log()
    ended = next(n for n, e in enumerate(log) if e.type == "assent.precedent.suspended.v1")
    assert not any(e.type == "assent.approval.auto_approved.v1" for e in log[ended:])


async def test_rates_are_of_what_it_was_compared_with(world: World) -> None:
    seed = await world.precedent()
    cards = [await world.ask(at=START + n * SECOND) for n in range(3)]
    await world.ask(content={**CONTENT, "action": "drop"})
    await world.ask(kind="artifact")
    await world.veto(cards[0])
    state = await shown(world, seed)
    assert (state.match_count, state.veto_count) == (3, 1)
    assert (state.match_rate, state.veto_rate) == (0.75, 0.3333)
    (listed,) = (await list_precedents(world.caller(GOVERNOR), 25, None)).items
    assert listed == state


async def test_precedents_are_listed_newest_first_and_stay_in_their_tenant(world: World) -> None:
    seeds = [await world.post(at=START + n * MINUTE) for n in range(3)]
    page = await list_precedents(world.caller(GOVERNOR), 2, None)
    assert [seed.seed_id for seed in page.items] == [seeds[2].seed_id, seeds[1].seed_id]
    rest = await list_precedents(world.caller(GOVERNOR), 2, page.next_cursor)
    assert [seed.seed_id for seed in rest.items] == [seeds[0].seed_id]
    stranger = World(type(world.store)(f"{world.store.tenant_id}-2"), world.cloud)
    with pytest.raises(NotFound):
        await shown(stranger, seeds[0])
    with pytest.raises(NotFound):
        await stranger.activate(seeds[0])


@pytest.mark.nightly
async def test_only_so_many_of_a_kind_are_active(world: World) -> None:
    first = await world.post()
    for number in range(MOST_ACTIVE_PER_KIND + 1):
        seed = await world.post(
            title=f"Number {number}",
            conditions=conditions(("action", "eq", "reindex"), ("rows", "le", 5000 + number)),
            example_approval_id=first.example_approval_id,
        )
        if number < MOST_ACTIVE_PER_KIND:
            await world.activate(seed)
    with pytest.raises(VersionConflict):
        await world.activate(seed)


async def approve(world: World, n: int, **fields: object) -> SignedCard:
    at = START + n * MINUTE
    asked = await world.ask(at=at, **fields)
    await world.decide("approve", asked, at=at)
    return asked


async def drafts(world: World) -> list[PrecedentSeed]:
    page = await list_precedents(world.caller(GOVERNOR), 25, None)
    return [seed for seed in page.items if seed.status == "draft"]


async def test_a_row_that_is_evidence_drafts_one_precedent_and_a_refusal_starts_it_again(
    world: World,
) -> None:
    await approve(world, 0)
    refused = await world.ask(at=START + MINUTE)
    await world.veto(refused, at=START + MINUTE)
    asked = [await approve(world, n) for n in range(2, 1 + IN_A_ROW)]
    assert await drafts(world) == []
    asked += [await approve(world, n) for n in (1 + IN_A_ROW, 2 + IN_A_ROW)]
    (draft,) = await drafts(world)
    assert draft.drafted_from == tuple(card.id for card in asked[:IN_A_ROW])
    assert (draft.author, draft.findings, draft.probation) == ("approvals", (), None)
    active = await world.activate(draft, at=START + HOUR)
    assert (active.status, len(active.findings)) == ("active", 5)
    like = another(1) | {"content": {**CONTENT, "rows": 1}}
    assert (await world.ask(at=START + HOUR, **like)).status == "auto_approved"


@pytest.mark.nightly
async def test_unlike_approvals_make_no_row(world: World) -> None:
    for n in range(IN_A_ROW + 1):
        await approve(world, n, content={**CONTENT, "action": ("reindex", "compact")[n % 2]})
    assert await drafts(world) == []


async def test_no_draft_is_made_where_a_like_precedent_lives(world: World) -> None:
    seed = await world.post()
    for n in range(1, IN_A_ROW + 1):
        await approve(world, n)
    assert seed.status == "approved"
    assert await drafts(world) == []
