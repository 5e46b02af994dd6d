"""Precedents of a workspace, beside those of another one and of the whole tenant."""

import pytest

from events.precedents import PrecedentSeed
from functions.approvals.rules.drafts import IN_A_ROW
from functions.approvals.service.lists import list_precedents, show_precedent
from shared.kit.errors import NotFound, VersionConflict
from tests.functions.approvals.builders import GOVERNOR, MINUTE, START, another
from tests.functions.approvals.worlds import World

MINE, OTHER = "wsp_surgery", "wsp_ward"


async def status_of(world: World, seed: PrecedentSeed) -> str:
    return (await show_precedent(world.caller(GOVERNOR), seed.seed_id)).status


async def ids_in(world: World) -> set[str]:
    page = await list_precedents(world.caller(GOVERNOR), 25, None)
    return {each.seed_id for each in page.items}


async def approved(world: World, place: World, number: int) -> None:
    at = START + number * MINUTE
    await world.decide("approve", await place.ask(at, **another(number)), at=at)


async def test_one_of_a_workspace_approves_there_and_one_of_the_tenant_everywhere(
    world: World,
) -> None:
    mine, other = world.within(MINE), world.within(OTHER)
    seed = await mine.precedent()
    assert seed.workspace_id == MINE
    assert (await mine.ask()).precedent_id == seed.seed_id
    for elsewhere in (other, world):
        assert (await elsewhere.ask()).status == "pending"
    await mine.suspend(seed)
    of_all = await world.precedent(title="Everywhere")
    assert of_all.workspace_id is None
    for anywhere in (mine, other, world):
        assert (await anywhere.ask()).precedent_id == of_all.seed_id


async def test_a_token_for_a_workspace_opens_no_precedent_of_elsewhere(world: World) -> None:
    mine, other = world.within(MINE), world.within(OTHER)
    seed, of_all = await mine.post(), await world.post(title="Everywhere")
    for theirs in (seed, of_all):
        with pytest.raises(NotFound):
            await show_precedent(other.caller(GOVERNOR), theirs.seed_id)
        for act in (other.activate, other.suspend):
            with pytest.raises(NotFound):
                await act(theirs)
    everything = {seed.seed_id, of_all.seed_id}
    assert [await ids_in(each) for each in (mine, other, world)] == [
        {seed.seed_id},
        set(),
        everything,
    ]


async def test_the_same_ground_is_active_once_wherever_a_request_could_meet_both(
    world: World,
) -> None:
    mine, other = world.within(MINE), world.within(OTHER)
    first, next_door, of_all = [
        await place.post(title=title)
        for place, title in ((mine, "Mine"), (other, "Next door"), (world, "Everywhere"))
    ]
    await mine.activate(first)
    # No request meets both of these.
    await other.activate(next_door)
    with pytest.raises(VersionConflict, match=first.reference):
        await world.activate(of_all)
    await world.suspend(first)
    await world.suspend(next_door)
    again = await mine.post(title="Again", example_approval_id=first.example_approval_id)
    assert (again.status, first.reference in str(again.findings)) == ("rejected", True)
    assert next_door.reference not in str(again.findings)


async def test_what_stands_on_the_ground_of_the_tenants_is_refused_without_its_name(
    world: World,
) -> None:
    mine = world.within(MINE)
    own = await mine.post(title="Mine")
    of_all = await world.precedent()
    with pytest.raises(VersionConflict) as refused:
        await mine.activate(own)
    assert of_all.reference not in str(refused.value)
    assert await status_of(mine, own) == "approved"


async def test_the_same_title_supersedes_in_its_own_place_only(world: World) -> None:
    mine, other = world.within(MINE), world.within(OTHER)
    first, next_door = await mine.precedent(), await other.precedent()
    assert first.title == next_door.title
    assert [await status_of(world, each) for each in (first, next_door)] == ["active", "active"]


async def test_findings_name_nothing_outside_of_the_workspace(world: World) -> None:
    mine, other = world.within(MINE), world.within(OTHER)
    await other.decide("reject", await other.ask(), at=START + MINUTE)
    for place, names_it in ((mine, False), (world, True)):
        seed = await place.post(example_approval_id=None)
        (finding,) = [each for each in seed.findings if each.verdict == "fail"]
        assert finding.check == "consistency"
        assert ("apr_" in finding.evidence) is names_it, finding
    example = await mine.decide("approve", await mine.ask(**another(1)))
    for place, finds_it in ((other, False), (mine, True)):
        seed = await place.post(title="By example", example_approval_id=example.id)
        failed = {each.check for each in seed.findings if each.verdict == "fail"}
        assert ("justification" in failed) is not finds_it


async def test_the_third_veto_in_a_workspace_ends_a_precedent_of_the_tenant(world: World) -> None:
    mine = world.within(MINE)
    seed = await world.precedent()
    cards = [await mine.ask(**another(number)) for number in range(3)]
    for card in cards:
        assert card.precedent_id == seed.seed_id
        await mine.veto(card)
    assert await status_of(world, seed) == "deprecated"
    assert (await world.ask(**another(4))).status == "pending"
    ended = [each for each in await world.log() if each.subject == f"precedent/{seed.seed_id}"]
    assert {each.workspaceid for each in ended} == {""}


async def test_decisions_in_a_workspace_draft_there(world: World) -> None:
    mine, other = world.within(MINE), world.within(OTHER)
    # So many in a row in all, and never so many in one place.
    for number in range(IN_A_ROW - 1):
        await approved(world, mine, number)
    await approved(world, other, IN_A_ROW)
    await approved(world, world, IN_A_ROW + 1)
    assert await ids_in(world) == set()
    # The token of who decides is for the whole tenant: the draft lies where the approvals lie.
    await approved(world, mine, IN_A_ROW + 2)
    (drafted,) = (await list_precedents(world.caller(GOVERNOR), 25, None)).items
    assert (drafted.status, drafted.workspace_id) == ("draft", MINE)
    drafts = [each for each in await world.log() if "drafted" in each.type]
    assert [each.workspaceid for each in drafts] == [MINE]
    assert (await mine.activate(drafted)).status == "active"
