"""A plan allows a tenant so many runs in a month: none more starts, and what runs goes on."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import get_args

import httpx
import pytest

from events.budgets import BudgetReached, Threshold
from functions.runs.aggregates import RUN
from functions.runs.api import ROUTER as RUNS
from shared.budgets.reached import QUOTA_DUE, REACHED_QUOTAS, NotedMeter, note_threshold
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


@pytest.mark.parametrize("meter", get_args(NotedMeter))
async def test_what_others_note_as_reached_is_told_once(world: World, meter: NotedMeter) -> None:
    at = clock.now()
    await _reached(world, meter, 95)
    told = await _told(world)
    assert told == [(meter, 80), (meter, 95)]
    # Two processes may note the same, or a lower one later.
    again: Threshold
    for again in (95, 80):
        await _reached(world, meter, again)
        assert await _told(world) == told
    await _reached(world, meter, 100)
    assert await _told(world) == [*told, (meter, 100)]
    document = await world.store.get(REACHED_QUOTAS.collection, f"{month_of(at)}.{meter}.100")
    assert document is not None
    assert REACHED_QUOTAS.state_in(document.data).is_told
    assert document.data["sweep_at"] is None


async def _reached(world: World, meter: NotedMeter, reached: Threshold) -> None:
    """Somebody noted it, and the sweep fires the timer, twice."""
    batch, at = Batch(), clock.now()
    note_threshold(batch, meter, reached, at)
    [noted] = batch.writes
    await world.store.commit(batch)
    for _ in range(2):
        timer = Timer(QUOTA_DUE, REACHED_QUOTAS.subject(noted.id), at)
        await world.fire_timer(timer, timedelta(minutes=2))


async def _told(world: World) -> list[tuple[str | None, int]]:
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
