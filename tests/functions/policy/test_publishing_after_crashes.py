"""A process that dies at any call to a store: asked and delivered again, it happens once."""

import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from events.approvals import ApprovalApproved
from shared.messaging.log import EVENT_LOG
from shared.policy.slices import SLICES
from tests.deaths import Death, at_each_death, dies
from tests.functions.policy.worlds import PERMIT_EXPORTS, World, deliver

pytestmark = pytest.mark.repeats

Act = Callable[[], Awaitable[Any]]


@at_each_death
async def test_a_publication_happens_once(world: World, death: Death) -> None:
    drafted = await world.draft()
    path = f"/v1/policies/{drafted['policy_id']}/publish"
    await dies(world.cloud, lambda: world.post(path, key="once"), death)
    answer = await world.post(path, key="once")
    assert answer.status_code == 202, answer.text
    await world.settle()
    await world.decide(drafted["policy_id"], "approve", settles=False)
    (approved,) = (each for each in await world.log() if each.type == ApprovalApproved.event_type)
    await dies(world.cloud, lambda: deliver(approved), death)
    await world.settle()
    held = await world.published()
    assert (held.version, [each.text for each in held.sources]) == (1, [PERMIT_EXPORTS])
    assert await world.events() == ["drafted", "approval_needed", "published"]
    assert await world.events("approval") == ["requested", "approved"]


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_slice_is_stored_although_the_first_commit_with_it_died(
    world: World, moment: Any
) -> None:
    """What a process remembers as stored was committed."""
    await world.draft()
    dora = world.of("dora", "developer")
    body = {"name": "others", "source": PERMIT_EXPORTS}

    async def act() -> httpx.Response:
        return await dora.post("/v1/policies", body, key="once")

    await dies(world.cloud, act, ("Commit", moment, 1))
    assert (await act()).status_code == 201
    entries = [each.data async for each in world.store.find_all(EVENT_LOG)]
    named = {json.loads(each["decision"])["s"] for each in entries}
    assert named == {each.id async for each in world.store.find_all(SLICES)}
    assert len(named) == 2
