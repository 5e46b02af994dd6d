"""A job compiles, rehearses and runs in one call, once for one key."""

from dataclasses import replace
from datetime import timedelta

import pytest

from events.jobs import JobOrder, OrderedJob
from functions.runs.aggregates import RUNS, SIGNING_KEY
from shared.kit import clock
from shared.kit.signing import sign
from shared.storage.secrets import signing_key
from tests.functions.runs.jobs import COUNT, JOB, Jobs

WITH_APPROVAL = COUNT.replace("    with:", "    approval: required\n    with:")


async def _runs(jobs: Jobs) -> list[str]:
    return [each.id async for each in jobs.world.store.find_all(RUNS.collection)]


async def test_a_job_compiles_rehearses_and_runs_once_for_its_key(jobs: Jobs) -> None:
    await jobs.publish()
    answer = await jobs.post(key="monday")
    run = answer.json()
    assert (answer.status_code, run["status"], run["started_by"]) == (202, "completed", "ada")
    assert await jobs.world.counter() == {"value": 1, "additions": 1}
    # The answer does not change, though the version is not compiled any more.
    await jobs.command("1.0.0", "deprecate")
    assert (await jobs.post(key="monday")).json()["run_id"] == run["run_id"]
    assert await _runs(jobs) == [run["run_id"]]
    plans = [each for each in await jobs.world.log() if ".plan." in each.type]
    assert [(each.type, each.actorid) for each in plans] == [("assent.plan.rehearsed.v1", "ada")]


async def test_a_job_without_a_version_runs_the_highest_that_is_published(jobs: Jobs) -> None:
    await jobs.publish("1.10.0")
    await jobs.publish("1.9.0")
    await jobs.write(COUNT.format(version="2.0.0", counter="visits"))
    assert (await jobs.post()).json()["capsule_version"] == "1.10.0"
    await jobs.command("1.10.0", "deprecate")
    assert (await jobs.post()).json()["capsule_version"] == "1.9.0"
    refused = await jobs.post({**JOB, "version": "1.10.0"})
    assert (refused.status_code, refused.json()["code"]) == (409, "version_conflict")
    assert "1.10.0 is deprecated" in refused.json()["detail"]


async def test_a_job_waits_for_assent_as_any_run_does(jobs: Jobs) -> None:
    await jobs.publish(source=WITH_APPROVAL)
    run = (await jobs.post()).json()
    assert (run["status"], bool(run["approval_id"])) == ("awaiting_approval", True)
    await jobs.world.settle()
    await jobs.world.decide(run["run_id"])
    assert (await jobs.world.shown(run["run_id"]))["status"] == "completed"


async def test_refusals_keep_their_words(jobs: Jobs) -> None:
    missing = await jobs.post()
    assert (missing.status_code, missing.json()["code"]) == (404, "not_found")
    await jobs.publish()
    wrong = await jobs.post({**JOB, "inputs": {"shelf": ""}})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "capsule_invalid")
    assert [each["field"] for each in wrong.json()["errors"]] == ["inputs.shelf"]
    await jobs.publish("1.1.0", source=COUNT.replace("counter.add", "people.notify"))
    forbidden = await jobs.post()
    assert forbidden.json()["code"] == "capsule_invalid"
    assert "line" in forbidden.json()["errors"][0]["message"]
    analyst = await jobs.of("anna", "analyst").post()
    assert (analyst.status_code, analyst.json()["code"]) == (403, "forbidden")
    poor = await replace(jobs, scopes=("runs:write",)).post()
    assert (poor.status_code, poor.json()["code"]) == (403, "scope_missing")
    assert await _runs(jobs) == []


async def test_what_its_rehearsal_denies_does_not_run(jobs: Jobs) -> None:
    await jobs.publish()
    await jobs.govern('forbid (principal, action == Action::"tools.invoke", resource);')
    denied = await jobs.post()
    assert (denied.status_code, denied.json()["code"]) == (409, "version_conflict")
    assert [each["field"] for each in denied.json()["errors"]] == ["steps.count"]
    assert "denied (policy)" in denied.json()["errors"][0]["message"]
    assert await _runs(jobs) == []


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_a_crash_between_the_calls_leaves_one_run(jobs: Jobs, moment: str) -> None:
    await jobs.publish()
    jobs.wire.fails = moment
    lost = await jobs.post(key="monday")
    assert (lost.status_code, lost.json()["code"]) == (503, "unavailable")
    jobs.wire.fails = ""
    assert (await jobs.post(key="monday")).status_code == 202
    assert (await jobs.post(key="monday")).status_code == 202
    assert len(await _runs(jobs)) == 1
    assert await jobs.world.counter() == {"value": 1, "additions": 1}


async def test_only_an_order_for_exactly_this_job_opens_the_compiler(jobs: Jobs) -> None:
    await jobs.publish()
    body = OrderedJob.model_validate(JOB)
    now = clock.now()
    good = JobOrder(
        tenant_id=jobs.world.tenant,
        workspace_id=None,
        principal="ada",
        roles=("operator",),
        job=body.digest,
        expires_at=now + timedelta(seconds=30),
    )

    async def asked(order: JobOrder, key: str = SIGNING_KEY) -> tuple[int, str]:
        token = sign(order.model_dump(mode="json"), await signing_key(key))
        headers = {"Authorization": f"Bearer {token}"}
        answer = await jobs.capsules.post("/v1/plans/jobs", json=JOB, headers=headers)
        return answer.status_code, answer.json().get("code", "")

    assert await asked(good) == (200, "")
    assert await asked(good, "capsules-signing-key") == (401, "unauthenticated")
    assert await asked(good.but(expires_at=now)) == (401, "unauthenticated")
    assert await asked(good.but(expires_at=now + timedelta(hours=1))) == (401, "unauthenticated")
    assert await asked(good.but(job="0" * 64)) == (403, "signature_invalid")
    assert await asked(good.but(roles=("analyst",))) == (403, "forbidden")
    assert await asked(good.but(tenant_id="elsewhere")) == (404, "not_found")
    own = await jobs.capsules.post("/v1/plans/jobs", json=JOB, headers=jobs.headers())
    assert own.status_code == 401
