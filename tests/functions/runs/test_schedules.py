"""A schedule starts each of its jobs once, in the name of whoever made it, while they may."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.members import MemberState
from functions.runs.aggregates import RUNS
from functions.runs.rules.schedule import MOST_FAILURES
from functions.runs.service import schedules as service
from functions.runs.service.makers import MEMBERS
from shared.kit.control import COLLECTION, ID, Control
from shared.storage.batches import Batch
from tests.functions.runs.jobs import JOB, Jobs

HOURLY = {**JOB, "cron": "0 * * * *"}


async def _made(jobs: Jobs, **changed: Any) -> str:
    answer = await jobs.ask("POST", "/v1/schedules", {**HOURLY, **changed})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["schedule_id"])


async def _shown(jobs: Jobs, schedule_id: str) -> Any:
    items = (await jobs.ask("GET", "/v1/schedules")).json()["items"]
    return next(each for each in items if each["schedule_id"] == schedule_id)


async def _runs(jobs: Jobs) -> list[str]:
    return [each.id async for each in jobs.world.store.find_all(RUNS.collection)]


async def test_each_instant_starts_one_run_however_often_its_timer_fires(jobs: Jobs) -> None:
    await jobs.publish()
    schedule_id = await _made(jobs)
    timer = await jobs.timer(schedule_id)
    await jobs.fire(timer)
    shown = await _shown(jobs, schedule_id)
    assert await _runs(jobs) == [shown["last_run_id"]]
    run = await jobs.world.shown(shown["last_run_id"])
    assert (run["status"], run["started_by"]) == ("completed", "ada")
    assert datetime.fromisoformat(shown["next_at"]) == timer.at + timedelta(hours=1)
    # Twice, and long after its time.
    await jobs.fire(timer)
    await jobs.fire(timer, timedelta(minutes=30))
    assert len(await _runs(jobs)) == 1
    # Late by a day, it fires once.
    await jobs.fire(await jobs.timer(schedule_id), timedelta(hours=24, minutes=1))
    assert len(await _runs(jobs)) == 2
    assert await jobs.world.counter() == {"value": 2, "additions": 2}


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_crash_between_the_calls_starts_no_second_run(jobs: Jobs, moment: str) -> None:
    await jobs.publish()
    schedule_id = await _made(jobs)
    timer = await jobs.timer(schedule_id)
    jobs.wire.fails = moment
    with pytest.raises(Exception, match="capsules does not answer"):
        await jobs.fire(timer)
    jobs.wire.fails = ""
    await jobs.fire(timer)
    assert await _runs(jobs) == [(await _shown(jobs, schedule_id))["last_run_id"]]


async def test_a_process_that_dies_after_the_commit_leaves_a_run_that_goes_on(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    await jobs.publish()
    timer = await jobs.timer(await _made(jobs))

    async def die(*_: Any, **__: Any) -> None:
        raise SystemExit

    with monkeypatch.context() as patched:
        patched.setattr(service, "go_on", die)
        with pytest.raises(SystemExit):
            await jobs.fire(timer)
    await jobs.fire(timer)
    (run_id,) = await _runs(jobs)
    assert (await jobs.world.shown(run_id))["status"] == "running"
    await jobs.world.fire(run_id)
    assert (await jobs.world.shown(run_id))["status"] == "completed"
    assert await jobs.world.counter() == {"value": 1, "additions": 1}


async def test_what_is_refused_is_shown_and_told_until_it_rests(jobs: Jobs) -> None:
    await jobs.publish()
    schedule_id = await _made(jobs)
    await jobs.command("1.0.0", "deprecate")
    for _ in range(MOST_FAILURES):
        await jobs.fire(await jobs.timer(schedule_id))
    shown = await _shown(jobs, schedule_id)
    assert (shown["status"], shown["failures"], shown["next_at"]) == ("resting", 5, None)
    assert shown["last_problem"]["code"] == "not_found"
    assert "5 times in a row" in shown["rests_because"]
    told = await jobs.world.events("schedule")
    assert told == ["created", *["refused"] * MOST_FAILURES, "rested"]
    assert await _runs(jobs) == []


async def test_it_rests_once_its_maker_left_and_when_policies_forbid(jobs: Jobs) -> None:
    await jobs.publish()
    schedule_id = await _made(jobs)
    await jobs.govern('forbid (principal, action == Action::"jobs.create", resource);')
    await jobs.fire(await jobs.timer(schedule_id))
    assert (await _shown(jobs, schedule_id))["last_problem"]["code"] == "forbidden"
    await _signed_up(jobs, removed_at=datetime.now(UTC))
    await jobs.fire(await jobs.timer(schedule_id))
    shown = await _shown(jobs, schedule_id)
    assert shown["status"] == "resting"
    assert shown["rests_because"] == "ada does not belong to the tenant any more"
    assert await _runs(jobs) == []


async def test_what_could_not_start_now_makes_no_schedule(jobs: Jobs) -> None:
    async def refused(**changed: Any) -> tuple[int, str]:
        answer = await jobs.ask("POST", "/v1/schedules", {**HOURLY, **changed})
        return answer.status_code, answer.json()["code"]

    assert await refused() == (404, "not_found")
    await jobs.publish()
    assert await refused(inputs={"shelf": ""}) == (422, "capsule_invalid")
    assert await refused(cron="hourly") == (422, "invalid")
    assert await refused(cron="0 0 31 2 *") == (422, "invalid")
    poor = await replace(jobs, scopes=("runs:write",)).ask("POST", "/v1/schedules", HOURLY)
    assert poor.json()["code"] == "scope_missing"
    assert await jobs.world.events("schedule") == []


async def test_whoever_ends_a_schedule_ends_it_for_good_and_only_their_own_tenants(
    jobs: Jobs,
) -> None:
    await jobs.publish()
    schedule_id = await _made(jobs)
    timer = await jobs.timer(schedule_id)
    path = f"/v1/schedules/{schedule_id}"
    for other in (
        replace(jobs, world=replace(jobs.world, tenant="elsewhere")),
        replace(jobs, world=jobs.world.within("wsp_ward")),
    ):
        answer = await other.ask("DELETE", path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
        assert (await other.ask("GET", "/v1/schedules")).json()["items"] == []
    for _ in range(2):
        answer = await jobs.ask("DELETE", path)
        assert (answer.status_code, answer.json()["status"]) == (200, "ended")
    await jobs.fire(timer)
    assert await _runs(jobs) == []
    assert await jobs.world.events("schedule") == ["created", "ended"]


async def _signed_up(jobs: Jobs, **fields: Any) -> None:
    """The tenant signed up here, with its one member."""
    joined = datetime(2020, 1, 1, tzinfo=UTC)
    member = MemberState(principal_id="ada", roles=("operator",), joined_at=joined, **fields)
    batch = Batch()
    batch.put(COLLECTION, ID, {"state": Control().model_dump_json()})
    batch.put(MEMBERS, "ada", {"state": member.model_dump_json()})
    await jobs.world.store.commit(batch)
