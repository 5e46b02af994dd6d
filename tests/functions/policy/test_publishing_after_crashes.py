"""A process that dies at any call to a store: asked and delivered again, it happens once."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from events.approvals import ApprovalApproved
from shared.messaging.log import EVENT_LOG
from shared.policy.slices import SLICES
from tests.functions.policy.worlds import PERMIT_EXPORTS, World, deliver

DEATHS = [
    (method, moment, number)
    for number in (1, 2, 3)
    for method in ("BatchGetDocuments", "Commit")
    for moment in ("before", "after")
]
Act = Callable[[], Awaitable[Any]]


@pytest.fixture(params=DEATHS, ids=lambda death: "-".join(map(str, death)))
def death(request: pytest.FixtureRequest) -> Any:
    """A call to Firestore, and whether it still reaches the service."""
    return request.param


async def _dies(world: World, act: Act, death: tuple[str, Any, int]) -> None:
    """Starts the act and kills it at that call; does nothing where the act makes no such call."""
    world.cloud.mend()
    method, moment, number = death
    process = asyncio.ensure_future(act())
    world.cloud.firestore.on(method, moment, process.cancel, number=number)
    await asyncio.gather(process, return_exceptions=True)
    world.cloud.mend()


async def test_a_publication_happens_once(world: World, death: Any) -> None:
    drafted = await world.draft()
    path = f"/v1/policies/{drafted['policy_id']}/publish"
    await _dies(world, lambda: world.post(path, key="once"), death)
    answer = await world.post(path, key="once")
    assert answer.status_code == 202, answer.text
    await world.settle()
    await world.decide(drafted["policy_id"], "approve", settles=False)
    (approved,) = (each for each in await world.log() if each.type == ApprovalApproved.event_type)
    await _dies(world, lambda: deliver(approved), death)
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

    await _dies(world, act, ("Commit", moment, 1))
    assert (await act()).status_code == 201
    entries = [each.data async for each in world.store.find_all(EVENT_LOG)]
    named = {json.loads(each["decision"])["s"] for each in entries}
    assert named == {each.id async for each in world.store.find_all(SLICES)}
    assert len(named) == 2
