"""Whether a tenant has one human is read in the decision's commit, from what identity told."""

import asyncio
import uuid
from typing import Any

import pytest

from functions.approvals.aggregates import HUMANS, HUMANS_ID, KNOWN_HUMANS
from functions.approvals.rules.passkeys import PasskeyRequired
from functions.approvals.service.lists import show_approval
from shared.kit.callers import Actor
from shared.kit.errors import SeparationOfDuties
from tests.functions.approvals.builders import START
from tests.functions.approvals.humans import JOINED, REMOVED, ROLES_CHANGED, told
from tests.functions.approvals.signing import added, authenticator, removed
from tests.functions.approvals.worlds import World

COMMIT = "Commit"


class Founder:
    """The first human of a tenant, who asks and approves."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.actor = Actor(f"gala-{uuid.uuid4().hex[:8]}", frozenset({"governor"}))

    async def joins(self) -> None:
        await told(self.world.store.tenant_id, JOINED, self.actor.principal)

    async def asks(self) -> Any:
        return await self.world.ask_as(self.actor)

    async def approves(self, card: Any, **fields: Any) -> Any:
        return await self.world.decide("approve", card, self.actor, **fields)

    async def is_told(self, event: Any, who: str, sequence: int = 1, **fields: Any) -> None:
        await told(self.world.store.tenant_id, event, who, sequence, **fields)


@pytest.fixture
async def gala(world: World) -> Founder:
    founder = Founder(world)
    await founder.joins()
    return founder


async def test_the_only_human_approves_and_the_card_and_the_log_say_self(gala: Founder) -> None:
    card = await gala.approves(await gala.asks())
    assert (card.status, card.capacity, card.decided_by) == (
        "approved",
        "self",
        gala.actor.principal,
    )
    shown = await show_approval(gala.world.caller(gala.actor), card.id)
    assert shown.capacity == "self"
    (approved,) = [each for each in await gala.world.log() if "approved" in each.type]
    assert '"capacity":"self"' in approved.data


async def test_where_nobody_signed_up_nobody_is_alone(world: World) -> None:
    founder = Founder(world)
    with pytest.raises(SeparationOfDuties):
        await founder.approves(await founder.asks())


async def test_a_service_is_no_second_human_and_is_not_alone_itself(gala: Founder) -> None:
    await gala.is_told(JOINED, "svc_indexer", kind="service", roles=("operator",))
    assert (await gala.approves(await gala.asks())).capacity == "self"
    robot = Actor("svc_indexer", frozenset({"governor"}))
    asked = await gala.world.ask_as(robot)
    with pytest.raises(SeparationOfDuties):
        await gala.world.decide("approve", asked, robot)


async def test_a_second_human_ends_it_and_their_leaving_brings_it_back(gala: Founder) -> None:
    asked = await gala.asks()
    await gala.is_told(ROLES_CHANGED, "otto", 2, roles=("analyst",))
    await gala.is_told(JOINED, "otto", 1)
    with pytest.raises(SeparationOfDuties):
        await gala.approves(asked)
    await gala.is_told(REMOVED, "otto", 3)
    await gala.is_told(ROLES_CHANGED, "otto", 2)
    assert (await gala.approves(asked)).capacity == "self"


async def test_who_was_removed_is_not_alone_in_what_is_left(gala: Founder) -> None:
    await gala.is_told(JOINED, "otto")
    await gala.is_told(REMOVED, gala.actor.principal, 2)
    with pytest.raises(SeparationOfDuties):
        await gala.approves(await gala.asks())


async def test_an_answer_stays_the_same_once_a_colleague_is_there(gala: Founder) -> None:
    asked, id = await gala.asks(), str(uuid.uuid4())
    first = await gala.approves(asked, client_decision_id=id)
    await gala.is_told(JOINED, "otto")
    assert await gala.approves(asked, client_decision_id=id) == first
    assert await gala.approves(asked) == first
    assert await gala.world.told(asked.id) == ["requested", "approved"]


@pytest.mark.wired
async def test_a_colleague_who_joins_before_the_commit_is_not_overlooked(gala: Founder) -> None:
    asked = await gala.asks()
    wire = gala.world.cloud.firestore
    wire.mend()
    wire.slow(COMMIT, 2.0)
    deciding = asyncio.create_task(gala.approves(asked))
    while not wire.calls.count(COMMIT):  # noqa: ASYNC110 - the wire tells nobody of its calls
        await asyncio.sleep(0.01)
    await gala.is_told(JOINED, "otto")
    assert not deciding.done()
    with pytest.raises(SeparationOfDuties):
        await deciding
    assert await gala.world.told(asked.id) == ["requested"]


async def test_humans_who_join_at_once_are_each_counted(gala: Founder) -> None:
    await asyncio.gather(*(gala.is_told(JOINED, f"p-{n}") for n in range(4)))
    await asyncio.gather(*(gala.is_told(REMOVED, f"p-{n}", 2) for n in range(4)))
    assert (await gala.approves(await gala.asks())).capacity == "self"
    document = await gala.world.store.get(HUMANS.collection, HUMANS_ID)
    assert document is not None
    assert (await gala.world.store.count(KNOWN_HUMANS.collection)) == 5


async def test_who_has_a_passkey_signs_what_they_approve_of_their_own(gala: Founder) -> None:
    key, asked = authenticator(), await gala.asks()
    await added(key, gala.actor.principal)
    with pytest.raises(PasskeyRequired):
        await gala.approves(asked)
    await removed(key, gala.actor.principal)
    assert (await gala.approves(asked)).capacity == "self"


async def test_a_passkey_of_somebody_else_asks_nothing_of_them(gala: Founder) -> None:
    await added(authenticator(), "otto")
    assert (await gala.approves(await gala.asks(), at=START)).capacity == "self"
