"""Runs whose time is over are removed, once all that they did is covered, and nothing else is."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.audit import RunEvidenceCovered
from events.principals import PersonErased
from events.retention import RunRetentionReached, RunsRemoved
from functions.runs.aggregates import RESULTS, RETENTION, RUNS
from functions.runs.reactions import HANDLERS
from functions.runs.rules.retention import DEFAULT_DAYS, RETENTION_DUE
from functions.tools.aggregates import INVOCATIONS
from functions.tools.reactions import HANDLERS as IN_TOOLS
from shared.kit.ids import new_id
from shared.kit.models import EventData
from shared.messaging.changes import Timer
from shared.messaging.envelope import Envelope
from shared.messaging.recorder import Recorder
from shared.messaging.timers import timer_event
from tests.deaths import Death, dies
from tests.functions.runs.worlds import World, add

YEAR_LATER = timedelta(days=DEFAULT_DAYS, hours=1)


async def _looked(world: World, after: timedelta) -> list[Any]:
    """The runs that somebody who looks so much later says are over."""
    at = datetime.now(UTC) + after
    document = await world.store.get(RETENTION.collection, "current")
    assert document is not None
    due = datetime.fromisoformat(document.data["next_timer_at"])
    timer = Timer(RETENTION_DUE, "run_retention/current", due)
    await HANDLERS[RETENTION_DUE](timer_event("runs", world.tenant, timer, max(at, due)))
    return await _told(world, RunRetentionReached, "runs")


async def _told(world: World, type: type[EventData], field: str) -> list[Any]:
    found = [each for each in await world.log() if each.type == type.event_type]
    return [one for each in found for one in json.loads(each.data)[field]]


def _said(world: World, function: str, subject: str, data: EventData, after: timedelta) -> Envelope:
    at = datetime.now(UTC) + after
    recorder = Recorder(function, world.tenant, f"service:{function}", at)
    return recorder.record(subject=subject, sequence=1, data=data)


def _covered(world: World, *ids: str, after: timedelta = YEAR_LATER) -> Envelope:
    """The word of `audit` that a checkpoint covers all of these runs."""
    data = RunEvidenceCovered(asked=new_id("evt", datetime.now(UTC)), run_ids=ids)
    return _said(world, "audit", "run_evidence/current", data, after)


async def _removed(world: World, event: Envelope) -> None:
    await HANDLERS[event.type](event)
    for each in await world.log():
        if each.type == RunsRemoved.event_type:
            await IN_TOOLS[each.type](each)


async def _left(world: World, run_id: str) -> tuple[int, int, int]:
    """How many documents of the run, of its results and of its calls there are."""
    run = await world.store.get(RUNS.collection, run_id)
    results = [each async for each in world.store.find_all(RESULTS.collection)]
    calls = [each async for each in world.store.find_all(INVOCATIONS.collection)]
    return (
        int(run is not None),
        sum(each.id.startswith(f"{run_id}.") for each in results),
        sum(each.data["run_id"] == run_id for each in calls),
    )


async def test_a_run_goes_when_its_time_is_over_and_all_of_it_is_covered(world: World) -> None:
    plan = await world.plan(add("one", 1), add("two", 10))
    run_id = (await world.start(plan))["run_id"]
    waiting = (await world.start(await world.plan(add("only", assent="step"))))["run_id"]
    assert await _looked(world, YEAR_LATER) == [{"run_id": run_id, "events": 2}]
    assert await _left(world, run_id) == (1, 2, 2)
    await _removed(world, _covered(world, run_id, waiting))
    assert await _left(world, run_id) == (0, 0, 0)
    assert (await world.state(waiting)).status == "awaiting_approval"
    assert await _told(world, RunsRemoved, "run_ids") == [run_id]
    assert await world.events() == ["started", "completed", "started", "approval_needed"]


async def test_a_removed_run_says_where_to_find_what_it_did(world: World) -> None:
    old = new_id("run", datetime.now(UTC) - timedelta(days=DEFAULT_DAYS))
    for path in (f"/v1/runs/{old}", f"/v1/runs/{old}/steps"):
        answer = await world.get(path)
        assert answer.status_code == 404
        detail = answer.json()["detail"]
        assert f"kept for {DEFAULT_DAYS} days" in detail
        assert f"GET /v1/receipts?run_id={old}" in detail
    young = await world.get(f"/v1/runs/{new_id('run', datetime.now(UTC))}")
    assert "may have been removed" not in young.json()["detail"]


async def test_a_run_that_somebody_let_go_on_meanwhile_stays_whole(world: World) -> None:
    broken = add("two", "${{ steps.one.output.value / inputs.by }}")
    plan = await world.plan(add("one"), broken, inputs={"by": 0})
    run_id = (await world.start(plan))["run_id"]
    assert len(await _looked(world, YEAR_LATER)) == 1
    # It ended a second time, a moment ago.
    await world.act(run_id, "retry")
    await _removed(world, _covered(world, run_id, after=timedelta(0)))
    assert (await _left(world, run_id))[:2] == (1, 1)
    assert await _told(world, RunsRemoved, "run_ids") == []


EACH_DEATH: list[Death] = [
    (method, moment, number)
    for method, most in (("BatchGetDocuments", 3), ("Commit", 2))
    for number in range(1, most + 1)
    for moment in ("before", "after")
]


@pytest.mark.by_day(2)
@pytest.mark.parametrize("death", EACH_DEATH, ids=["-".join(map(str, each)) for each in EACH_DEATH])
async def test_whoever_removes_may_die_at_any_moment(world: World, death: Death) -> None:
    run_id = (await world.start(await world.plan(add("one"))))["run_id"]
    event = _covered(world, run_id)
    act: Callable[[], Awaitable[Any]] = lambda: _removed(world, event)  # noqa: E731
    await dies(world.cloud, act, death)
    await _removed(world, event)
    assert await _left(world, run_id) == (0, 0, 0)
    assert await _told(world, RunsRemoved, "run_ids") == [run_id]


async def test_the_runs_of_an_erased_person_go_once_they_have_ended(world: World) -> None:
    plan = await world.plan(add("one"))
    run_id = (await world.start(plan))["run_id"]
    others = (await world.of("bob", "operator").start(plan))["run_id"]
    erased = PersonErased(principal_id="ada", erased_at=datetime.now(UTC))
    event = _said(world, "identity", "person/ada", erased, timedelta(0))
    await HANDLERS[event.type](event)
    later = timedelta(hours=3)
    assert [each["run_id"] for each in await _looked(world, later)] == [run_id]
    await _removed(world, _covered(world, run_id, others, after=later))
    assert (await _left(world, run_id), (await _left(world, others))[0]) == ((0, 0, 0), 1)


async def test_admins_set_the_time_within_bounds(world: World) -> None:
    path, admin = "/v1/runs/retention", world.of("ana", "tenant_admin")
    assert (await world.get(path)).json()["days"] == DEFAULT_DAYS
    assert (await world.put(path, {"days": 90})).status_code == 403
    for days in (29, 2558, "90", 90.5):
        assert (await admin.put(path, {"days": days})).status_code == 422
    answer = await admin.put(path, {"days": 90})
    assert answer.status_code == 200, answer.text
    shown = (await world.get(path)).json()
    assert (shown["days"], shown["set_by"], shown["longer_days"]) == (90, "ana", DEFAULT_DAYS)
    assert await world.events("run_retention") == ["changed"]
