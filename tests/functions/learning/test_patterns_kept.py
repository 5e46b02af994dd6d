"""From decisions to patterns, drafts and probation, as they are kept."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from events.precedents import Condition, PrecedentSeed, Probation
from functions.approvals.rules.probation import FEWEST_AGREED, LASTS, is_audited
from functions.approvals.service.lists import show_precedent
from functions.approvals.service.probation import draft_from_pattern, establish_precedent
from functions.approvals.views import SignedCard
from functions.learning.service.mining import list_patterns, mine_decisions, show_pattern
from functions.learning.views import MinedView, PatternView
from shared.kit.errors import NotFound, VersionConflict
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey
from tests.attacks.parts_of_a_tenant import keep_pattern
from tests.functions.approvals.builders import (
    CONTENT,
    GOVERNOR,
    HOUR,
    MINUTE,
    OTHER_GOVERNOR,
    START,
    another,
)
from tests.functions.approvals.worlds import World
from tests.shared.cloud import Mailbox

# When people have decided all of it.
MINED = START + 2 * HOUR
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
async def topic(cloud: Any) -> Mailbox:
    """What learning publishes."""
    box: Mailbox = await cloud.mailbox("learning")
    return box


async def decide(world: World, number: int, verb: str, **content: Any) -> None:
    at = START + number * MINUTE
    fields = another(number)
    fields["content"] = {**fields["content"], **content}
    await world.decide(verb, await world.ask(at=at, **fields), at=at)


async def a_history(world: World) -> None:
    """People approve every reindexing, and refuse what archives."""
    for number in range(40):
        await decide(world, number, "approve")
        if number % 4 == 0:
            await decide(world, number, "reject", action="archive")


async def mined(world: World, at: Any = MINED) -> MinedView:
    caller = world.caller(GOVERNOR, at)
    return await mine_decisions(caller, IdempotencyKey(caller))


async def drafted(world: World, pattern: PatternView, at: Any = MINED) -> PrecedentSeed:
    caller = world.caller(GOVERNOR, at)
    return await draft_from_pattern(caller, IdempotencyKey(caller), pattern.id)


async def a_pattern(world: World) -> PatternView:
    """What the history teaches."""
    await a_history(world)
    told = await mined(world)
    assert (told.decisions, told.refused) == (50, 10)
    (pattern,) = (await list_patterns(world.caller(GOVERNOR), "found", 25, None)).items
    assert pattern.id in told.pattern_ids
    return pattern


async def on_probation(world: World) -> PrecedentSeed:
    """An active precedent from a pattern that is stored as mining would."""
    example = await world.ask(at=START, **another(0))
    await world.decide("approve", example, at=START)
    pattern = await keep_pattern(
        world.store.tenant_id,
        None,
        example.id,
        Condition(field="content.action", op="eq", value=CONTENT["action"]),
    )
    draft = await drafted(world, await show_pattern(world.caller(GOVERNOR), pattern))
    return await world.activate(draft, OTHER_GOVERNOR, MINED)


async def ask_until(world: World, seed: PrecedentSeed, number: int, *, blind: bool) -> SignedCard:
    """A like request that goes to a person though the precedent would approve it, or one that it
    approves; so many are asked at most."""
    for each in range(number, number + 60):
        card = await world.ask(at=MINED + each * MINUTE, **another(1_000 + each))
        if (card.status == "pending") == blind:
            return card
    raise AssertionError("none came")


async def shown(world: World, seed: PrecedentSeed) -> PrecedentSeed:
    return await show_precedent(world.caller(GOVERNOR), seed.seed_id)


async def test_decisions_become_a_pattern_and_a_draft_that_approves_nothing(world: World) -> None:
    pattern = await a_pattern(world)
    assert (pattern.support, pattern.approved, pattern.exceptions) == (40, 40, ())
    assert [(each.field, each.op) for each in pattern.conditions] == [("content.action", "eq")]
    assert pattern.conditions[0].value == CONTENT["action"]
    assert (pattern.kept_out[0].refused, pattern.kept_out[0].condition) == (10, 0)
    with pytest.raises(VersionConflict):
        await mined(world, MINED + MINUTE)
    draft = await drafted(world, pattern)
    assert (draft.status, draft.author, draft.pattern_id) == ("draft", "approvals", pattern.id)
    assert (await world.ask(at=MINED, **another(500))).status == "pending"
    with pytest.raises(VersionConflict):
        await drafted(world, pattern, MINED + MINUTE)
    stranger = World(TenantStore(f"{world.store.tenant_id}-2"), world.cloud)
    with pytest.raises(NotFound):
        await drafted(stranger, pattern)
    with pytest.raises(NotFound):
        await show_pattern(stranger.caller(GOVERNOR), pattern.id)


async def test_a_pattern_is_lost_once_people_decide_otherwise(world: World) -> None:
    pattern = await a_pattern(world)
    for number in range(60, 72):
        await decide(world, number, "reject")
    told = await mined(world, MINED + 2 * HOUR)
    assert told.pattern_ids == ()
    lost = await show_pattern(world.caller(GOVERNOR), pattern.id)
    assert (lost.status, lost.version) == ("lost", 2)
    with pytest.raises(VersionConflict):
        await drafted(world, pattern, MINED + 2 * HOUR)
    log = [each.type for each in await world.log() if ".pattern." in each.type]
    assert log == ["assent.pattern.found.v1", "assent.pattern.lost.v1"]


async def test_a_person_who_is_not_told_agrees_until_a_governor_establishes_it(
    world: World,
) -> None:
    seed = await on_probation(world)
    assert seed.probation is not None
    assert seed.probation.ends_at == MINED + LASTS
    matched = await ask_until(world, seed, 0, blind=False)
    assert (matched.status, matched.precedent_id) == ("auto_approved", seed.seed_id)
    caller = world.caller(OTHER_GOVERNOR, MINED + HOUR)
    with pytest.raises(VersionConflict):
        await establish_precedent(caller, IdempotencyKey(caller), seed.seed_id)
    for turn in range(1, FEWEST_AGREED + 1):
        card = await ask_until(world, seed, 100 * turn, blind=True)
        kept = await world.store.get("approvals", card.id)
        assert kept is not None
        # Nothing that is published or shown says that a precedent would have approved it.
        assert seed.seed_id not in card.model_dump_json()
        events = [each for each in await world.log() if each.subject == f"approval/{card.id}"]
        assert not any(seed.seed_id in each.data for each in events)
        await world.decide("approve", card, at=MINED + (100 * turn + 61) * MINUTE)
        now = await shown(world, seed)
        assert now.probation is not None
        assert (now.probation.audited, now.probation.agreed) == (turn, turn)
    caller = world.caller(OTHER_GOVERNOR, MINED + DAY)
    established = await establish_precedent(caller, IdempotencyKey(caller), seed.seed_id)
    assert (established.status, established.probation) == ("active", None)
    later = [
        await world.ask(at=MINED + 2 * LASTS + n * MINUTE, **another(3_000 + n)) for n in range(12)
    ]
    assert {each.status for each in later} == {"auto_approved"}


async def test_the_first_disagreement_suspends_it(world: World) -> None:
    seed = await on_probation(world)
    card = await ask_until(world, seed, 0, blind=True)
    await world.decide("reject", card, at=MINED + HOUR)
    now = await shown(world, seed)
    assert now.probation is not None
    assert (now.status, now.probation.audited, now.probation.agreed) == ("suspended", 1, 0)
    assert now.false_positive_rate > 0
    asked = [await world.ask(at=MINED + HOUR, **another(2_000 + n)) for n in range(8)]
    assert {each.status for each in asked} == {"pending"}


async def test_on_probation_it_ends_by_the_clock_and_by_the_first_veto(world: World) -> None:
    seed = await on_probation(world)
    late = [
        await world.ask(at=MINED + LASTS + n * MINUTE, **another(4_000 + n)) for n in range(1, 9)
    ]
    assert {each.status for each in late} == {"pending"}
    over = world.caller(GOVERNOR, at=MINED + LASTS + HOUR)
    with pytest.raises(VersionConflict, match="suspend it and activate it anew"):
        await establish_precedent(over, IdempotencyKey(over), seed.seed_id)
    await world.suspend(seed, at=over.received_at)
    again = await world.activate(seed, at=over.received_at)
    assert again.probation is not None
    assert again.probation.ends_at == over.received_at + LASTS
    matched = await ask_until(world, seed, 0, blind=False)
    await world.veto(matched, at=MINED + HOUR)
    assert (await shown(world, seed)).status == "suspended"


@dataclass(frozen=True)
class Learned:
    """A precedent on probation, or established."""

    precedent_id: str
    probation: Probation | None


def test_one_match_in_five_is_audited_and_none_of_one_that_is_established() -> None:
    ids = [f"apr_{number}" for number in range(5_000)]
    assert 850 < sum(is_audited(Learned("pre_0", Probation()), each) for each in ids) < 1_150
    assert not any(is_audited(Learned("pre_0", None), each) for each in ids)
