"""A step of a run makes a schedule and ends one, in the name of whoever started the run, once."""

from typing import Any

import pytest

from functions.runs.aggregates import RUNS, SCHEDULES
from functions.runs.rules.schedule import Schedule
from functions.runs.service import bursts, tools_client
from functions.runs.service.tokens import invocation_id_of
from shared.storage.batches import Batch
from tests.functions.runs.jobs import JOB, Jobs
from tests.functions.runs.test_revoked_tokens import token_id_in

PLANS_AHEAD = """\
capsule: plan-ahead
version: 1.0.0
agent: stock-keeper
inputs:
  capsule: {type: string}
  cron: {type: string}
steps:
  - id: made
    use: assent/schedules.create
    with:
      capsule: "${{ inputs.capsule }}"
      inputs: {shelf: a7}
      cron: "${{ inputs.cron }}"
outputs: {schedule: "${{ steps.made.output.schedule_id }}"}
"""
ENDS = """\
capsule: end-it
version: 1.0.0
agent: stock-keeper
inputs: {schedule_id: {type: string}}
steps:
  - id: ended
    use: assent/schedules.end
    with: {schedule_id: "${{ inputs.schedule_id }}"}
"""
AHEAD: dict[str, Any] = {
    "capsule": "plan-ahead",
    "inputs": {"capsule": "count-stock", "cron": "0 * * * *"},
}


async def _published(jobs: Jobs) -> None:
    await jobs.publish()
    for name, source in (("plan-ahead", PLANS_AHEAD), ("end-it", ENDS)):
        await jobs.write(source)
        await jobs.command("1.0.0", "publish", name)


async def _run(jobs: Jobs, job: dict[str, Any], status: str = "completed") -> Any:
    answer = await jobs.post(job)
    assert answer.status_code in (201, 202), answer.text
    run = answer.json()
    assert run["status"] == status, run
    return run


async def _refused(jobs: Jobs, job: dict[str, Any]) -> str:
    """Why the only step of the job was refused, as whoever reads its call is told."""
    run = await _run(jobs, job, "failed")
    assert run["failure"]["code"] == "call_refused"
    return str(run["failure"]["detail"])


async def _schedules(jobs: Jobs) -> list[Any]:
    items: list[Any] = (await jobs.ask("GET", "/v1/schedules")).json()["items"]
    return items


async def _stored(jobs: Jobs, schedule_id: str) -> Schedule:
    document = await jobs.world.store.get(SCHEDULES.collection, schedule_id)
    assert document is not None
    return SCHEDULES.state_in(document.data)


async def _relabelled(jobs: Jobs, schedule_id: str) -> None:
    """The schedule is one whose maker was told what is untrusted."""
    told = (await _stored(jobs, schedule_id)).but(labels=("untrusted",))
    batch = Batch()
    batch.put(SCHEDULES.collection, schedule_id, SCHEDULES.fields(told, 1, None))
    await jobs.world.store.commit(batch)


@pytest.mark.nightly
async def test_what_ends_and_is_made_anew_keeps_its_labels(jobs: Jobs) -> None:
    await _published(jobs)
    await _run(jobs, AHEAD)
    (made,) = await _schedules(jobs)
    await _relabelled(jobs, made["schedule_id"])
    ending = await _run(jobs, {"capsule": "end-it", "inputs": {"schedule_id": made["schedule_id"]}})
    undone = await jobs.world.post(f"/v1/runs/{ending['run_id']}/undo")
    assert undone.json()["is_undone"], undone.text
    (anew,) = [each for each in await _schedules(jobs) if each["status"] == "active"]
    assert (await _stored(jobs, anew["schedule_id"])).labels == ("untrusted",)


async def test_a_step_makes_a_schedule_that_acts_for_whoever_started_the_run(jobs: Jobs) -> None:
    await _published(jobs)
    run = await _run(jobs, AHEAD)
    (made,) = await _schedules(jobs)
    assert (made["created_by"], made["made_by_run"]) == ("ada", run["run_id"])
    assert (made["capsule"], made["cron"], made["status"]) == ("count-stock", "0 * * * *", "active")
    await jobs.fire(await jobs.timer(made["schedule_id"]))
    (shown,) = await _schedules(jobs)
    started = await jobs.world.shown(shown["last_run_id"])
    assert (started["status"], started["started_by"]) == ("completed", "ada")
    assert await jobs.world.counter() == {"value": 1, "additions": 1}
    # Undoing the run ends its schedule, also where somebody ended it already.
    await jobs.ask("DELETE", f"/v1/schedules/{made['schedule_id']}")
    undone = await jobs.world.post(f"/v1/runs/{run['run_id']}/undo")
    assert undone.json()["is_undone"], undone.text
    (ended,) = await _schedules(jobs)
    assert (ended["status"], ended["next_at"]) == ("ended", None)
    assert await jobs.world.events("schedule") == ["created", "ended"]


@pytest.mark.nightly
async def test_a_step_ends_a_schedule_and_undoing_makes_it_anew(jobs: Jobs) -> None:
    await _published(jobs)
    answer = await jobs.ask("POST", "/v1/schedules", {**JOB, "cron": "0 * * * *"})
    by_hand = answer.json()["schedule_id"]
    ending = {"capsule": "end-it", "inputs": {"schedule_id": by_hand}}
    run = await _run(jobs, ending)
    assert [each["status"] for each in await _schedules(jobs)] == ["ended"]
    assert "has ended already" in await _refused(jobs, ending)
    undone = await jobs.world.post(f"/v1/runs/{run['run_id']}/undo")
    assert undone.json()["is_undone"], undone.text
    again = {each["status"]: each for each in await _schedules(jobs)}
    assert again["active"]["inputs_hash"] == again["ended"]["inputs_hash"]
    assert again["active"]["made_by_run"] == run["run_id"]
    assert "ada made it" in await _refused(jobs.of("bert", "operator"), ending)


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_crash_makes_no_second_schedule(jobs: Jobs, moment: str) -> None:
    await _published(jobs)
    jobs.wire.fails, jobs.wire.fails_from = moment, len(jobs.wire.calls) + 2
    run = await _run(jobs, AHEAD, "running")
    jobs.wire.fails = ""
    await jobs.world.fire(run["run_id"])
    assert (await jobs.world.shown(run["run_id"]))["status"] == "completed"
    assert len(await _schedules(jobs)) == 1


async def test_what_whoever_started_the_run_may_not_is_refused(jobs: Jobs) -> None:
    await _published(jobs)

    async def refused(**inputs: str) -> str:
        why = await _refused(jobs, {**AHEAD, "inputs": {**AHEAD["inputs"], **inputs}})
        assert await _schedules(jobs) == []
        return why

    assert "no version" in await refused(capsule="nothing")
    assert "invalid" in await refused(cron="hourly")
    await jobs.govern(
        'forbid (principal == Principal::"ada", action == Action::"schedules.create", resource);'
    )
    assert "forbidden" in await refused()


async def test_nobody_but_the_token_of_the_call_opens_the_route(jobs: Jobs) -> None:
    body = {"invocation_id": "inv_x", "operation": "assent/schedules.end", "arguments": {}}
    assert (await jobs.ask("POST", "/v1/schedules/calls", body)).status_code == 401
    assert (await jobs.world.runs.post("/v1/schedules/calls", json=body)).status_code == 401


async def test_the_run_of_such_a_schedule_knows_its_depth_and_what_it_was_made_of(
    jobs: Jobs,
) -> None:
    await _published(jobs)
    await _run(jobs, AHEAD)
    (made,) = await _schedules(jobs)
    timer = await jobs.timer(made["schedule_id"])
    await _relabelled(jobs, made["schedule_id"])
    await jobs.fire(timer)
    (shown,) = await _schedules(jobs)
    document = await jobs.world.store.get(RUNS.collection, shown["last_run_id"])
    assert document is not None
    run = RUNS.state_in(document.data)
    assert (run.triggered, run.labels, run.roles) == (1, ("untrusted",), ("operator",))


async def test_who_holds_the_token_of_a_call_does_nothing_once_it_was_revoked(
    jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _published(jobs)
    real, answers = tools_client.invoke, list[Any]()

    async def invoke(run: Any, call: Any, token: str, **fields: Any) -> Any:
        if not answers:
            revoked = await jobs.world.post(f"/v1/tokens/{token_id_in(token)}/revoke")
            assert revoked.status_code == 202, revoked.text
            body = {
                "invocation_id": invocation_id_of(run, call),
                "operation": call.call.operation,
                "arguments": call.arguments,
            }
            bearer = {"Authorization": f"Bearer {token}"}
            path = "/v1/schedules/calls"
            answers.append(await jobs.world.runs.post(path, json=body, headers=bearer))
            assert await _schedules(jobs) == []
        return await real(run, call, token, **fields)

    monkeypatch.setattr(bursts, "invoke", invoke)
    await _run(jobs, AHEAD)
    assert (answers[0].status_code, answers[0].json()["detail"]) == (403, "the token was revoked")
    assert len(await _schedules(jobs)) == 1
