"""The platform's budget stops what costs, whoever spends, crashes and races."""

import asyncio
import uuid
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from events.operations import OPERATIONS
from functions.runs.rules.budget import BudgetExhausted
from functions.runs.service.platform import lease_for
from shared.budgets.aggregates import BUDGETS
from shared.budgets.budget import Budget
from shared.budgets.leasing import LEASES
from shared.budgets.limits import PLATFORM, TENANT, budget_id
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.storage.firestore import TenantStore
from tests.bearers import authorization
from tests.deaths import Death, dies
from tests.functions.runs.worlds import COUNTER, World, add

PRICE = 100_000
AT = datetime.now(UTC)


@pytest.fixture(autouse=True)
def prices(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each addition costs ten cents."""
    priced = OPERATIONS[COUNTER].model_copy(update={"price_usd_micros": PRICE})
    monkeypatch.setitem(OPERATIONS, COUNTER, priced)


async def _ask(world: World, method: str, body: Any = None, **claims: Any) -> httpx.Response:
    """The platform's budget, by its admin unless said otherwise."""
    said = {"tenant": None, "roles": ("platform_admin",), **claims}
    scopes = ("identity:read", "identity:write")
    headers = authorization(world.key, "root", said["tenant"], scopes, said["roles"])
    return await world.runs.request(method, "/v1/budgets/platform", headers=headers, json=body)


async def _platform(world: World) -> Any:
    answer = await _ask(world, "GET")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _leave(world: World, micros: int) -> None:
    """The platform's budget allows so much more."""
    known = await _platform(world)
    limit = known["held_usd_micros"] + known["spent_usd_micros"] + micros
    answer = await _ask(world, "PUT", {"limit_usd_micros": limit})
    assert answer.status_code == 200, answer.text


async def _leases() -> int:
    """What all tenants took, by their leases."""
    found = [each async for each in TenantStore(PLATFORM_TENANT).find_all(LEASES.collection)]
    return sum(LEASES.state_in(each.data).taken_usd_micros for each in found)


async def _adds_up(world: World) -> None:
    """What tenants took is what the platform counts, and covers what each holds and has spent."""
    known = await _platform(world)
    assert known["held_usd_micros"] + known["spent_usd_micros"] == await _leases()
    document = await world.store.get(BUDGETS.collection, budget_id(TENANT, known["period"]))
    if document is not None:
        month = BUDGETS.state_in(document.data)
        assert month.used_usd_micros <= month.leased_usd_micros


async def _plan(world: World, *steps: Any) -> str:
    return await world.plan(*steps, estimate=len(steps) * PRICE, cost=PRICE)


async def test_a_tenant_takes_before_it_spends_and_others_are_refused_honestly(
    world: World,
) -> None:
    await _leave(world, 100 * PRICE)
    before = await _platform(world)
    plan = await _plan(world, add("one"))
    assert (await world.start(plan))["status"] == "completed"
    await _adds_up(world)
    assert (await _platform(world))["held_usd_micros"] == before["held_usd_micros"] + PRICE
    await _leave(world, 0)
    refused = await world.post("/v1/runs", {"plan_hash": plan})
    assert (refused.status_code, refused.json()["code"]) == (409, "budget_exhausted")
    assert "the platform's budget" in refused.json()["detail"]
    # What costs nothing asks nobody.
    world.cloud.mend()
    free = await world.plan()
    assert (await world.start(free))["status"] == "completed"
    await _leave(world, 1_000 * PRICE)
    assert (await world.start(plan))["status"] == "completed"
    await _adds_up(world)


async def test_a_run_rests_before_the_call_that_the_platform_does_not_pay(world: World) -> None:
    await _leave(world, 1_000 * PRICE)
    plan = await world.plan(add("one"), add("two"), estimate=PRICE, cost=PRICE)
    waiting = await world.plan(add("one"), add("two", assent="step"), estimate=PRICE, cost=PRICE)
    # What it needs beyond its estimate, it holds first.
    assert (await world.start(plan))["status"] == "completed"
    run = await world.start(waiting)
    await _leave(world, 0)
    await world.decide(run["run_id"])
    rests = await world.shown(run["run_id"])
    assert (rests["status"], rests["failure"]["code"]) == ("paused", "budget_exhausted")
    assert (await world.counter())["additions"] == 3
    await _leave(world, 1_000 * PRICE)
    assert (await world.act(run["run_id"], "resume"))["status"] == "completed"
    await _adds_up(world)


async def test_tenants_that_race_never_take_more_than_there_is(world: World) -> None:
    known = await _platform(world)
    # A tenth of the limit is left to be given, at ten cents each.
    await _leave(world, 0)
    limit = 20 * (known["held_usd_micros"] + known["spent_usd_micros"] + PRICE)
    assert (await _ask(world, "PUT", {"limit_usd_micros": limit})).status_code == 200
    part = limit // 10

    async def one() -> int:
        month = Budget(
            scope=TENANT, period=known["period"], limit_usd_micros=limit, held_usd_micros=part
        )
        try:
            return await lease_for(f"clinic-{uuid.uuid4().hex[:12]}", month, AT, is_spent=False)
        except BudgetExhausted:
            return 0

    taken = [each for each in await asyncio.gather(*(one() for _ in range(12))) if each]
    assert 8 <= len(taken) <= 9
    known = await _platform(world)
    used = known["held_usd_micros"] + known["spent_usd_micros"]
    assert used == await _leases()
    assert used <= limit


@pytest.mark.wired
@pytest.mark.by_day(2)
@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("number", [1, 2, 3])
async def test_a_process_that_dies_takes_once(world: World, moment: Any, number: int) -> None:
    await _leave(world, 1_000 * PRICE)
    before = await _leases()
    plan = await _plan(world, add("one"), add("two"))
    death: Death = ("Commit", moment, number)
    await dies(world.cloud, lambda: world.start(plan, key="once", settles=False), death)
    run = await world.start(plan, key="once")
    if (await world.shown(run["run_id"]))["status"] == "running":
        await world.fire(run["run_id"])
    assert (await world.shown(run["run_id"]))["status"] == "completed"
    assert await _leases() == before + 2 * PRICE
    await _adds_up(world)


async def test_only_platform_admins_see_and_set_it(world: World) -> None:
    body = {"limit_usd_micros": 1}
    for claims in ({"roles": ("governor",)}, {"tenant": world.tenant}):
        assert (await _ask(world, "GET", **claims)).status_code == 403
        assert (await _ask(world, "PUT", body, **claims)).status_code == 403
    assert (await _ask(world, "PUT", {"limit_usd_micros": -1})).status_code == 422
    assert (await world.get("/v1/budgets/platform")).status_code == 403
    # The platform's document is no tenant's.
    period = (await _platform(world))["period"]
    assert await world.store.get(BUDGETS.collection, budget_id(PLATFORM, period)) is None
