"""What people refused, as it is found again: by matching, by Genesis, and by whoever takes over."""

from typing import Any

import pytest

from events.precedents import Condition, PrecedentSeed
from functions.approvals.rules.genesis import MOST_REFUSED
from functions.approvals.service.lists import show_approval, show_precedent
from functions.approvals.views import SignedCard
from shared.kit.callers import Actor
from shared.kit.errors import AlreadyDecided, Forbidden
from shared.kit.ids import new_id
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
from tests.functions.approvals.worlds import SPEC, World

DAY = 24 * HOUR
ROWS = [1200, 1201, 1202, 1203]
EQ = Condition(field="content.action", op="eq", value="reindex")
DEADLINE = "assent.deadline.due.v1"
FRIEND = Actor("fred", frozenset())
ADDED: dict[str, Any] = {"rule": rule("any", "principal:fred")}
REWRITTEN = {"what": "RE-INDEX", **{name: CONTENT[name] for name in CONTENT if name != "action"}}


async def unsatisfied(world: World, card: SignedCard) -> list[str]:
    detail = await show_approval(world.caller(GOVERNOR), card.id)
    assert detail.matches is not None
    return [why for match in detail.matches for why in match.unsatisfied]


async def wide_precedent(world: World) -> PrecedentSeed:
    """One that a rewritten content satisfies too."""
    return await world.precedent(conditions=(Condition(field="content.rows", op="in", value=ROWS),))


async def precedent_for_agents(world: World) -> None:
    """One that approves agents of healthcare."""
    example, id = world.approval_needed()
    await world.deliver(example)
    card = await show_approval(world.caller(GOVERNOR), id)
    await world.decide("approve", card)
    healthcare = Condition(field="content.industry", op="eq", value="healthcare")
    seed = await world.precedent(
        kind="constitutional", example_approval_id=id, conditions=(healthcare,), max_risk="low"
    )
    assert seed.status == "active"


@pytest.mark.parametrize("how", ["rejected", "returned", "vetoed", "overturned"])
async def test_what_a_governor_refused_comes_back_by_no_precedent(world: World, how: str) -> None:
    earlier = await world.ask()
    seed = await wide_precedent(world)
    if how == "vetoed":
        earlier = await world.ask()
        assert earlier.status == "auto_approved"
        await world.veto(earlier)
    elif how == "overturned":
        broken = await world.decide("break_glass", earlier, grounds="outage")
        overturned = await world.review(broken, "overturned", OTHER_GOVERNOR)
        assert (overturned.status, overturned.decided_by) == ("overturned", "gala")
    else:
        await world.decide("reject" if how == "rejected" else "request_changes", earlier)
    for n, content in enumerate((CONTENT, REWRITTEN)):
        again = await world.ask(subject=another(n)["subject"], content=content, at=START + 90 * DAY)
        assert (again.status, again.precedent_id) == ("pending", None)
        (why,) = await unsatisfied(world, again)
        assert why.startswith(f"nobody refused the same content: {earlier.id} was refused at")
    assert (await world.ask(**another(1))).status == "auto_approved"
    assert (await world.decide("approve", again)).status == "approved", "a person may"
    assert (await show_precedent(world.caller(GOVERNOR), seed.seed_id)).status == "active"


async def test_a_refused_subject_waits_for_a_person_thirty_days(world: World) -> None:
    await wide_precedent(world)
    vetoed = await world.ask()
    await world.veto(vetoed, at=START + MINUTE)
    fields = {"content": another(2)["content"]}
    for at in (START + HOUR, START + 30 * DAY):
        asked = await world.ask(at=at, **fields)
        (why,) = await unsatisfied(world, asked)
        assert "nobody refused its subject within 30 days" in why
        assert vetoed.id in why
    assert (await world.ask(at=START + 30 * DAY + MINUTE, **fields)).status == "auto_approved"


async def test_whom_the_requester_added_bars_no_precedent(world: World) -> None:
    await world.precedent()
    for n in range(2):
        asked = await world.ask(**ADDED)
        assert asked.status == "pending"
        if n:
            with pytest.raises(Forbidden, match="the requester added you"):
                await world.veto(asked, FRIEND)
        assert (await world.decide("reject", asked, FRIEND)).status == "rejected"
    assert (await world.ask()).status == "auto_approved"


@pytest.mark.parametrize("verb", ["reject", "veto"])
async def test_what_a_friend_rejected_first_a_governor_still_refuses(
    world: World, verb: str
) -> None:
    await world.precedent()
    asked = await world.ask(**ADDED)
    await world.decide("reject", asked, FRIEND)
    for _ in range(2):
        refusal = world.veto(asked) if verb == "veto" else world.decide("reject", asked)
        with pytest.raises(AlreadyDecided, match="decided by fred"):
            await refusal
    assert (await world.told(asked.id))[-2:] == ["rejected", "decided_late"]
    assert (await world.ask()).status == "pending"
    assert (await world.ask(**another(1))).status == "auto_approved"


async def test_a_case_that_was_vetoed_comes_back_by_no_precedent_under_another_name(
    world: World,
) -> None:
    await precedent_for_agents(world)

    async def case(name: str, number: int, **spec: Any) -> Any:
        binding = {"case_id": new_id("cas", START), "revision": 1, "purpose": "creation"}
        content = {**SPEC, "name": name, "case": binding, **spec}
        event, approval_id = world.approval_needed(
            content=content, name=name, agent_id=f"agt_{number:026}", case_id=binding["case_id"]
        )
        await world.deliver(event)
        return await show_approval(world.caller(GOVERNOR), approval_id)

    first = await case("writer", 1)
    assert first.status == "auto_approved"
    await world.veto(first)
    assert (await case("writer", 2, skills=["research"])).status == "pending", "the same agent"
    assert (await case("other-writer", 3)).status == "pending", "the same spec"
    assert (await case("other-writer", 4, skills=["research"])).status == "auto_approved"


async def test_what_was_vetoed_is_not_asked_again_where_its_event_comes_again(
    world: World,
) -> None:
    await precedent_for_agents(world)
    event, id = world.approval_needed(case_id=new_id("cas", START))
    await world.deliver(event)
    await world.veto(await show_approval(world.caller(GOVERNOR), id))
    await world.deliver(event)
    assert await world.told(id) == ["auto_approved", "vetoed"]


async def test_a_suspended_precedent_is_reviewed_before_it_is_active_again(world: World) -> None:
    seed = await world.precedent()
    await world.suspend(seed)
    await world.decide("reject", await world.ask(), at=START + MINUTE)
    refused = await world.activate(seed, at=START + HOUR)
    assert (refused.status, refused.findings[0].verdict) == ("rejected", "fail")
    assert "a person refused since" in refused.findings[0].evidence
    assert (await world.ask(**another(1))).status == "pending"


@pytest.mark.nightly
async def test_many_later_refusals_hide_none(world: World) -> None:
    waiting = await world.post()
    covered = await world.ask()
    await world.decide("reject", covered, at=START + MINUTE)
    for n in range(30):
        other = await world.ask(content={**CONTENT, "action": f"drop-{n}"})
        await world.decide("reject", other, at=START + HOUR)
    refused = await world.activate(waiting)
    assert refused.status == "rejected"
    assert covered.id in refused.findings[0].evidence


@pytest.mark.nightly
async def test_more_refusals_than_a_review_reads_fail_it_and_those_of_added_people_do_not(
    world: World,
) -> None:
    waiting = await world.post()
    narrower = (EQ, Condition(field="content.rows", op="le", value=5_000))
    other = await world.post(title="Another", conditions=narrower)
    for n in range(MOST_REFUSED + 1):
        asked = await world.ask(content={**CONTENT, "action": f"drop-{n}"}, **ADDED)
        await world.decide("reject", asked, FRIEND, at=START + MINUTE)
    # What an accomplice rejects is none of the tenant's refusals, even where it is covered.
    await world.decide("reject", await world.ask(**ADDED), FRIEND, at=START + MINUTE)
    assert (await world.activate(waiting)).status == "active"
    for n in range(MOST_REFUSED + 1):
        asked = await world.ask(content={**CONTENT, "action": f"drop-{n}"})
        await world.decide("reject", asked, at=START + MINUTE)
    refused = await world.activate(other)
    assert refused.status == "rejected"
    assert "over 50 requests since: post it again with a newer" in refused.findings[0].evidence


async def miss(world: World, actor: Actor, at: Any = START, **fields: Any) -> None:
    asked = await world.ask_as(actor, at, **fields)
    await world.fire(DEADLINE, asked.id, asked.deadline_at + MINUTE)


async def test_a_governors_own_request_and_a_stale_proposal_show_no_absence(world: World) -> None:
    await miss(world, GOVERNOR)
    await miss(world, LEGAL, kind="constitutional")
    with pytest.raises(Forbidden):
        await world.decide("approve", await world.ask(at=START + 40 * HOUR), DEPUTY)


@pytest.mark.parametrize("act", ["post", "activate", "suspend", "request"])
async def test_a_governor_who_acts_on_precedents_or_requests_is_not_absent(
    world: World, act: str
) -> None:
    seed = await world.post(at=START)
    if act == "suspend":
        await world.activate(seed, at=START)
    await miss(world, LEGAL)
    at = START + 3 * HOUR
    if act == "post":
        await world.post(at=at, example_approval_id=seed.example_approval_id)
    elif act == "activate":
        await world.activate(seed, at=at)
    elif act == "suspend":
        await world.suspend(seed, at=at)
    else:
        await world.ask_as(GOVERNOR, at)
    later = START + 9 * HOUR
    asked = await world.ask(at=later, **another(1))
    with pytest.raises(Forbidden):
        await world.decide("approve", asked, DEPUTY, at=later)


@pytest.mark.nightly
async def test_a_deputys_own_missed_requests_hide_no_colleagues(world: World) -> None:
    await miss(world, LEGAL)
    for n in range(30):
        await miss(world, DEPUTY, at=START + (n + 1) * MINUTE)
    later = START + 9 * HOUR
    decided = await world.decide("approve", await world.ask(at=later), DEPUTY, at=later)
    assert (decided.status, decided.capacity) == ("approved", "deputy")
