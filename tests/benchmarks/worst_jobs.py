"""The worst calls that compile, rehearse and run in one."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta

from events.jobs import JobBody, JobOrder
from shared.kit.instants import parse_instant
from shared.kit.signing import sign
from shared.storage.secrets import signing_key
from tests.benchmarks.worst import Call, Scene, worst_of
from tests.benchmarks.worst_capsules import written
from tests.benchmarks.worst_runs import Step, additions, running
from tests.benchmarks.worst_tools import RunsService


@worst_of("POST", "/v1/jobs")
def start_job(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    kinds: dict[str, tuple[Step, ...]] = {"a hundred steps": additions(), "one call": additions(1)}
    for what, steps in kinds.items():
        version = found.publish(*steps)
        job = {"capsule": "works", "version": version}
        yield Call(found.ada, "/v1/jobs", job, what=what, items=len(steps))
        yield Call(found.ada, "/v1/jobs", job, what=f"{what}, again", items=len(steps))


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
        job=JobBody.model_validate(body).digest,
        expires_at=now + timedelta(seconds=60),
    )
    key = asyncio.run(signing_key("runs-signing-key"))
    by = RunsService(found.world.platform, sign(order.model_dump(mode="json"), key))
    yield Call(by, "/v1/plans/jobs", body)
