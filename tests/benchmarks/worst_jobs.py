"""The worst calls that compile, rehearse and run in one."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

from events.jobs import JobOrder, OrderedJob
from functions.runs.rules.schedule import MOST_SCHEDULES
from shared.kit.instants import parse_instant
from shared.kit.signing import sign
from shared.storage.secrets import signing_key
from tests.benchmarks.largest import sent
from tests.benchmarks.worst import LIMITS, Call, Scene, worst_of
from tests.benchmarks.worst_capsules import written
from tests.benchmarks.worst_runs import TEXT, Running, Step, additions, running
from tests.benchmarks.worst_tools import RunsService, call_of


@worst_of("POST", "/v1/jobs")
def start_job(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    kinds: dict[str, tuple[Step, ...]] = {"fifty steps": additions(50), "one call": additions(1)}
    for what, steps in kinds.items():
        version = found.publish(*steps)
        job = {"capsule": "works", "version": version}
        yield Call(found.ada, "/v1/jobs", job, what=what, items=len(steps))
        yield Call(found.ada, "/v1/jobs", job, what=f"{what}, again", items=len(steps))


def scheduled(found: Running, version: str) -> str:
    """A new schedule of that version, with the longest inputs."""
    body = {"capsule": "works", "version": version, "cron": "0 0 1 1 *", "inputs": {"text": TEXT}}
    made = sent(found.ada, "/v1/schedules", body)
    return str(made["schedule_id"])


@worst_of("POST", "/v1/schedules")
def make_schedule(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    version = found.publish(*additions())
    body = {"capsule": "works", "version": version, "cron": "0 0 1 1 *", "inputs": {"text": TEXT}}
    yield Call(found.ada, "/v1/schedules", body)


@worst_of("GET", "/v1/schedules")
def list_schedules(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    version = found.publish(*additions(1))
    for _ in range(MOST_SCHEDULES // 2):
        scheduled(found, version)
    for limit in LIMITS:
        yield Call(found.ada, f"/v1/schedules?limit={limit}", what=f"limit {limit}", limit=limit)


@worst_of("DELETE", "/v1/schedules/{schedule_id}")
def end_schedule(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    schedule_id = scheduled(found, found.publish(*additions(1)))
    yield Call(found.ada, f"/v1/schedules/{schedule_id}")


@worst_of("POST", "/v1/schedules/calls")
def make_schedule_by_a_run(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    version = found.publish(*additions())
    asked = {"capsule": "works", "version": version, "cron": "0 0 1 1 *", "inputs": {"text": TEXT}}
    waiting = found.run(found.waits)
    by, body = call_of(found, "assent/schedules.create", asked, run=waiting)
    yield Call(by, "/v1/schedules/calls", body)


@worst_of("POST", "/v1/plans/jobs")
def plan_job(scene: Scene) -> Iterator[Call]:
    found = written(scene)
    body = {**found.named(found.source), "inputs": {}}
    now = parse_instant(found.world.platform.now())
    order = JobOrder(
        tenant_id=found.world.tenant,
        workspace_id=None,
        principal=found.author.principal,
        roles=("developer",),
        job=OrderedJob.model_validate(body).digest,
        expires_at=now + timedelta(seconds=60),
    )
    key = asyncio.run(signing_key("runs-signing-key"))
    by = RunsService(found.world.platform, sign(order.model_dump(mode="json"), key))
    yield Call(by, "/v1/plans/jobs", body)
