"""What model calls hold of a tenant's month is covered by the platform's budget, whoever races and
crashes."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest

from events.models import BudgetCharged
from functions.models.api import ROUTER, RUN
from functions.models.reactions import HANDLERS
from functions.models.rules.call import CALL_LOST, LOST_AFTER
from shared.budgets.aggregates import BUDGETS, LIMITS
from shared.budgets.budget import Budget
from shared.budgets.leasing import LEASES
from shared.budgets.limits import PLATFORM, PLATFORMS_MONTH_USD_MICROS, BudgetLimit
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.messaging.changes import Timer
from shared.messaging.timers import timer_event
from shared.runtime.app import create_api
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.deaths import Death, dies
from tests.functions.models.worlds import World
from tests.shared.cloud import Mailbox

_STORE = TenantStore(PLATFORM_TENANT)


async def _allow(limit_usd_micros: int) -> None:
    state = BudgetLimit(scope=PLATFORM, limit_usd_micros=limit_usd_micros, set_by="root")
    batch = Batch()
    batch.put(LIMITS.collection, PLATFORM, LIMITS.fields(state, 0, None))
    await _STORE.commit(batch)


@pytest.fixture(autouse=True)
async def _pays_again(world: World) -> AsyncIterator[None]:
    for goal in ("first", "not paid", "race", "die", "until"):
        await world.script(goal, *({"text": "yes"} for _ in range(20)))
    yield
    world.cloud.mend()
    await _allow(10 * PLATFORMS_MONTH_USD_MICROS)


async def _platform() -> Budget:
    found = [each async for each in _STORE.find_all(BUDGETS.collection)]
    states = [BUDGETS.state_in(each.data) for each in found]
    return max(
        (each for each in states if each.scope == PLATFORM),
        key=lambda each: each.period,
        default=Budget(scope=PLATFORM, period="none", limit_usd_micros=0),
    )


async def _taken(tenant: str | None = None) -> int:
    """What all tenants took, or one of them, by their leases."""
    found = [each async for each in _STORE.find_all(LEASES.collection)]
    leases = [LEASES.state_in(each.data) for each in found]
    return sum(each.taken_usd_micros for each in leases if tenant in (None, each.tenant_id))


async def _adds_up(world: World) -> None:
    """What tenants took is what the platform counts, and covers what each holds and has spent."""
    assert (await _platform()).used_usd_micros == await _taken()
    month = await world.budget()
    if month is not None:
        assert month.used_usd_micros <= month.leased_usd_micros <= await _taken(world.tenant)


async def test_a_call_that_the_platform_does_not_pay_is_refused_before_anybody_is_asked(
    world: World,
) -> None:
    assert (await world.chat("first")).status_code == 200
    await _allow((await _platform()).used_usd_micros)
    refused = await world.chat("not paid", max_tokens=1_000)
    assert refused.status_code == 402, refused.text
    assert refused.headers["x-should-retry"] == "false"
    error = refused.json()["error"]
    assert error["code"] == "budget_exhausted"
    assert "the platform's budget" in error["message"]
    assert await world.asked("not paid") == []
    assert len(await world.calls()) == 1
    await _adds_up(world)
    await _allow(10 * PLATFORMS_MONTH_USD_MICROS)
    assert (await world.chat("not paid", max_tokens=1_000)).status_code == 200
    await _adds_up(world)


async def test_tenants_that_race_never_hold_more_than_the_platform_has(world: World) -> None:
    assert (await world.chat("first")).status_code == 200
    limit = 20 * ((await _platform()).used_usd_micros + 5_000)
    await _allow(limit)
    # Each holds nearly a tenth of all, of which less than a twentieth is taken.
    tokens = (limit // 10 - 4_000) // 4
    worlds = [replace(world, tenant=f"clinic-{uuid.uuid4().hex[:12]}") for _ in range(12)]
    for each in worlds:
        await each.route("small", most_tokens_out=tokens)
    answers = await asyncio.gather(*(each.chat("race", max_tokens=tokens) for each in worlds))
    statuses = [each.status_code for each in answers]
    assert set(statuses) <= {200, 402, 503}
    # Of those that ended before others began, more than ten may have been paid.
    assert {200, 402} <= set(statuses)
    platform = await _platform()
    assert platform.used_usd_micros <= limit
    for each in worlds:
        await _adds_up(each)


@pytest.mark.wired
@pytest.mark.by_day(2)
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 3])
async def test_a_process_that_dies_takes_once(world: World, moment: Any, number: int) -> None:
    app: Any = create_api(function="models", router=ROUTER, run=RUN)
    death: Death = ("Commit", moment, number)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://models") as client:
        within = replace(world, client=client)
        await dies(world.cloud, lambda: within.chat("die"), death)
    await _adds_up(world)
    left = await world.calls()
    assert (await world.chat("die")).status_code == 200
    await _adds_up(world)
    calls = await world.calls()
    # A call that was not held before it died took nothing twice.
    if not left:
        assert await _taken(world.tenant) == calls[0].reserved_usd_micros
    for call in calls:
        at = call.called_at + LOST_AFTER
        timer = Timer(CALL_LOST, f"model_call/{call.call_id}", at)
        await HANDLERS[CALL_LOST](timer_event("models", world.tenant, timer, at))
    month = await world.budget()
    assert month is not None
    assert month.held_usd_micros == 0
    assert month.spent_usd_micros == sum(each.cost_usd_micros for each in await world.calls())
    await _adds_up(world)


async def test_a_threshold_that_calls_reach_is_told_to_who_keeps_budgets(
    world: World, topic: Mailbox
) -> None:
    assert (await world.chat("first")).status_code == 200
    used = (await _platform()).used_usd_micros
    await topic.take()
    # The next lease goes over 80 %.
    await _allow(used + used // 10 + 1_000)
    assert (await world.chat("until", max_tokens=100)).status_code == 200
    assert 80 in (await _platform()).newly_reached
    told = [each.attributes for each in await topic.take(at_least=2)]
    types = [each["ce-type"] for each in told if each["ce-tenantid"] == PLATFORM_TENANT]
    assert types == [BudgetCharged.event_type]
