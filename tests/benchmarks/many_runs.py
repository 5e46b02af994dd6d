"""Many earlier runs of a tenant within seconds: the document of one that really ended, written
again by the aggregate's own rule, under other ids and at earlier times. Their steps and events are
not written: a list reads neither."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from functions.runs.aggregates import RUNS
from shared.kit.ids import new_id
from tests.benchmarks.five_steps import TWO, rehearsed
from tests.journeys.world import World

APART = timedelta(minutes=1)
_AT_ONCE = 400


def ended_run(world: World) -> str:
    """The id of a run of the tenant that a governor assented to, and that has ended."""
    plan_hash, ada = rehearsed(world, TWO)
    # A machine that is too busy answers that it takes too long; the run goes on all the same.
    ada.send("POST", "/v1/runs", json={"plan_hash": plan_hash})
    world.settle()
    [run] = ada.get("/v1/runs")["items"]
    card = world.governor.get(f"/v1/mobile/approvals/{run['approval_id']}")
    world.decide("approve", card).raise_for_status()
    world.settle()
    ended = ada.get(f"/v1/runs/{run['run_id']}")
    assert ended["status"] == "completed", ended
    return str(ended["run_id"])


def add_earlier_runs(documents: Any, tenant: str, run_id: str, count: int) -> Sequence[Any]:
    """So many runs like that one, each a minute before the next. Returns their references;
    `documents` is a client of Firestore."""
    runs = documents.collection("tenants").document(tenant).collection(RUNS.collection)
    stored = runs.document(run_id).get().to_dict()
    last = RUNS.state_in(stored)
    took = (last.ended_at or last.started_at) - last.started_at
    written = []
    for first in range(1, count + 1, _AT_ONCE):
        batch = documents.batch()
        for number in range(first, min(first + _AT_ONCE, count + 1)):
            at = last.started_at - number * APART
            run = last.but(run_id=new_id(RUNS.prefix, at), started_at=at, ended_at=at + took)
            written.append(runs.document(run.run_id))
            batch.set(written[-1], RUNS.fields(run, stored["sequence"], None))
        batch.commit()
    return written


def remove(documents: Any, written: Sequence[Any]) -> None:
    """Removes them again: Google's emulator walks all documents for each query, whoever asks."""
    for first in range(0, len(written), _AT_ONCE):
        batch = documents.batch()
        for each in written[first : first + _AT_ONCE]:
            batch.delete(each)
        batch.commit()
