"""What a schedule sends is what the boundary reads, and what the local platform sends."""

import json
from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from infra.preview.graph import ROOT, graph_of_stack
from infra.schedules import attributes_of
from shared.aggregates.runner import Handler, Runner
from shared.manifest import load_manifests
from shared.messaging.envelope import Envelope
from shared.messaging.outbox import Outbox
from shared.messaging.sweep import PATIENCE, SWEEP_TYPE, Sweep
from shared.runtime.reactions import create_reactions

MANIFESTS = load_manifests(ROOT)
SCHEDULES = {each.name: each for each in MANIFESTS.schedules}


def target(name: str) -> dict[str, Any]:
    jobs = graph_of_stack("prod").of("gcp:cloudscheduler/job:Job")
    (job,) = (each.inputs for each in jobs if each.inputs["name"] == name)
    found: dict[str, Any] = job["pubsubTarget"]
    return found


class Runs(Sweep):
    """A sweep that only remembers when it was to run."""

    def __init__(self) -> None:
        super().__init__(Outbox("nobody"), {}, _never)
        self.at: list[datetime] = []

    async def run(self, now: datetime) -> None:
        self.at.append(now)


class Swept(Runner):
    """Runs nothing, and is swept by that sweep."""

    def __init__(self, runs: Runs) -> None:
        super().__init__("nobody")
        self._runs = runs

    def sweep(self, handlers: Mapping[str, Handler], *, patience: timedelta = PATIENCE) -> Sweep:
        return self._runs


async def _never(_: Envelope) -> None:
    raise AssertionError("nothing is overdue")


@pytest.mark.parametrize("name", SCHEDULES)
async def test_the_boundary_runs_what_the_scheduler_sends(name: str) -> None:
    schedule, sweep, sent = SCHEDULES[name], Runs(), target(name)
    noun = MANIFESTS.deployable(schedule.deployables[0]).noun

    async def handle(event: Envelope) -> None:
        await sweep.run(event.received_at)

    own = {} if schedule.event_type == SWEEP_TYPE else {schedule.event_type: handle}
    app = create_reactions(function=noun, handlers=own, run=Swept(sweep))
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="https://service") as client:
        # Pub/Sub turns attributes into headers, and the data into the body.
        answer = await client.post(
            schedule.path, headers=sent["attributes"], content=b64decode(sent["data"])
        )
    assert answer.status_code == 204
    # Once for the schedule, once because it was the first request of a process.
    assert len(sweep.at) == 2
    assert abs((datetime.now(UTC) - sweep.at[0]).total_seconds()) < 60


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_job_says_what_the_local_scheduler_says(name: str) -> None:
    schedule = SCHEDULES[name]
    sent = attributes_of(schedule)
    assert {key: sent[key] for key in ("ce-type", "ce-source", "ce-subject", "ce-specversion")} == {
        "ce-type": schedule.event_type,
        "ce-source": "//assent/_schedules",
        "ce-subject": f"schedule/{schedule.name}",
        "ce-specversion": "1.0",
    }


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_job_sends_an_empty_object(name: str) -> None:
    assert json.loads(b64decode(target(name)["data"])) == {}
