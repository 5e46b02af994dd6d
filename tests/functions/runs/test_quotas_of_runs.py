"""A plan allows a tenant so many runs in a month: none more starts, and what runs goes on."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from events.budgets import BudgetReached
from functions.runs.aggregates import RUN
from functions.runs.api import ROUTER as RUNS
from shared.budgets.calls import CALL_QUOTAS, CALLS_DUE, CallQuota
from shared.kit import clock
from shared.kit.control import Control, Subscribed
from shared.kit.instants import format_instant
from shared.kit.months import month_ends, month_of
from shared.messaging.changes import Timer
from shared.runtime.app import create_api
from shared.storage.batches import Batch
from tests.functions.runs.worlds import World, add
from tests.limited import budgets_in, forget_controls, has_control, has_used, limit_plans

pytestmark = pytest.mark.platform


@pytest.fixture
async def limited(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """The same tenant, limited by its plan, at a function that reads its control document."""
    limit_plans(monkeypatch)
    app = create_api(function="runs", router=RUNS, run=RUN)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://runs") as client:
        yield replace(world, runs=client)


async def test_the_last_run_of_the_month_ends_and_the_next_starts_with_a_larger_plan(
    limited: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = limited
    await has_used(world.store, executions=99)
    plan = await world.plan(add("only", assent="plan"))
    last = await world.start(plan, key="last")
    refused = await world.post("/v1/runs", {"plan_hash": plan})
    assert refused.status_code == 429, refused.text
    assert 0 < int(refused.headers["retry-after"]) <= 31 * 24 * 3600
    problem = refused.json()
    assert (problem["code"], problem["meter"], problem["limit"], problem["upgrade_to"]) == (
        *("quota_exhausted", "executions"),
        *(100, "pro"),
    )
    resets = (format_instant(month_ends(clock.now() - each)) for each in (timedelta(), _HOUR))
    assert problem["resets_at"] in resets
    # The start that is repeated is the run of before, and what runs goes on to its end.
    assert (await world.start(plan, key="last"))["run_id"] == last["run_id"]
    await world.decide(last["run_id"])
    assert (await world.shown(last["run_id"]))["status"] == "completed"
    told = [e.payload(BudgetReached) for e in await world.log() if e.type == _REACHED]
    assert [(each.meter, each.threshold) for each in told] == [
        ("executions", each) for each in (80, 95, 100)
    ]
    # Of another tenant nothing is used.
    other = replace(world, tenant=f"{world.tenant}-other")
    await other.agent()
    assert (await other.start(await other.plan(add("only"))))["status"] == "completed"

    await has_control(world.store, Control(tier="pro", subscription=Subscribed(plan="pro")))
    forget_controls(monkeypatch)
    assert (await world.start(await world.plan(add("only"))))["status"] == "completed"
    # What is paid for beyond the plan is counted, and not stopped.
    await has_used(world.store, executions=5_000)
    assert (await world.start(await world.plan(add("again"))))["status"] == "completed"
    assert 5_001 in {each.executions for each in await budgets_in(world.store)}


async def test_a_month_does_not_count_what_an_earlier_one_used(limited: World) -> None:
    world = limited
    await has_used(world.store, clock.now() - timedelta(days=35), executions=100, tokens=10_000)
    assert (await world.start(await world.plan(add("only"))))["status"] == "completed"
    assert sorted(each.executions for each in await budgets_in(world.store)) == [1, 100]


async def test_where_nothing_is_limited_a_start_writes_no_budget(world: World) -> None:
    await world.start(await world.plan(add("only")))
    assert await budgets_in(world.store) == []


async def test_a_start_within_its_quota_reads_what_every_start_reads(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = await world.plan(add("only"))
    # The first starts of a process read more than those after them.
    for _ in range(2):
        await world.start(plan)
    unlimited = await _reads(world, plan)
    limit_plans(monkeypatch)
    await world.start(plan)
    assert await _reads(world, plan) == unlimited


async def test_what_is_reached_of_the_months_calls_is_told_once(world: World) -> None:
    at = clock.now()
    period = month_of(at)
    await _calls_reached(world, CallQuota(period=period, reached=95, noted_at=at))
    told = await _told_of_calls(world)
    assert told == [("api_calls", 80), ("api_calls", 95)]
    # Two processes may note the same, and a later lease more.
    await _calls_reached(world, CallQuota(period=period, reached=95, noted_at=at))
    assert await _told_of_calls(world) == told
    await _calls_reached(world, CallQuota(period=period, reached=100, noted_at=at))
    assert await _told_of_calls(world) == [*told, ("api_calls", 100)]
    document = await world.store.get(CALL_QUOTAS.collection, period)
    assert document is not None
    assert CALL_QUOTAS.state_in(document.data).is_told
    assert document.data["sweep_at"] is None


async def _calls_reached(world: World, said: CallQuota) -> None:
    """A lease noted it, and the sweep fires the timer, twice."""
    batch = Batch()
    batch.put(CALL_QUOTAS.collection, said.period, CALL_QUOTAS.fields(said, 0, None))
    await world.store.commit(batch)
    for _ in range(2):
        timer = Timer(CALLS_DUE, CALL_QUOTAS.subject(said.period), said.noted_at)
        await world.fire_timer(timer, timedelta(minutes=2))


async def _told_of_calls(world: World) -> list[tuple[str | None, int]]:
    told = [e.payload(BudgetReached) for e in await world.log() if e.type == _REACHED]
    return [(each.meter, each.threshold) for each in told]


_HOUR = timedelta(hours=1)
_REACHED = BudgetReached.event_type


async def _reads(world: World, plan: str) -> str:
    answer = await world.post("/v1/runs", {"plan_hash": plan})
    assert answer.status_code == 202, answer.text
    cost = dict(each.split("=") for each in answer.headers["assent-cost"].split(", "))
    await world.settle()
    return cost["firestore-reads"]
