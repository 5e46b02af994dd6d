"""The worst calls about recalls: an agent with many runs, and many recalls."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from functions.runs.aggregates import RECALLS
from functions.runs.rules.recalls import Recall
from shared.kit.ids import new_id
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.benchmarks.largest import LETTER, MANY, sent, together
from tests.benchmarks.worst import LIMITS, Call, Scene, worst_of
from tests.benchmarks.worst_runs import Running, adds, running

HALTED = 8


@worst_of("POST", "/v1/recalls")
def recall_agent(scene: Scene) -> Iterator[Call]:
    found = Running(scene)
    body = {"plan_hash": found.plan(adds(approval="required"))}
    # Its messages grow with the runs that it halts, each of which was somebody's call.
    together(lambda: sent(found.ada, "/v1/runs", body), HALTED)
    recall = {"agent_id": found.agent_id, "reason": LETTER * 2_000}
    yield Call(found.governor, "/v1/recalls", recall, what="eight runs that wait", items=HALTED)


@worst_of("GET", "/v1/recalls")
def list_recalls(scene: Scene) -> Iterator[Call]:
    found = Running(scene)
    keep_recalls(found, MANY)
    for limit in LIMITS:
        call = f"/v1/recalls?limit={limit}"
        yield Call(found.governor, call, what=f"limit {limit}", limit=limit)


@worst_of("GET", "/v1/recalls/{recall_id}")
def show_recall(scene: Scene) -> Iterator[Call]:
    found = Running(scene)
    body = {"plan_hash": found.plan(adds(approval="required"))}
    together(lambda: sent(found.ada, "/v1/runs", body), MANY)
    yield Call(found.governor, f"/v1/recalls/{recalled(found)}", what="a page of its runs")


@worst_of("POST", "/v1/recalls/{recall_id}/lift")
def lift_recall(scene: Scene) -> Iterator[Call]:
    found = Running(scene)
    path = f"/v1/recalls/{recalled(found)}/lift"
    yield Call(found.governor, path, {"reason": LETTER * 2_000})


@worst_of("POST", "/v1/tokens/{token_id}/revoke")
def revoke_token(scene: Scene) -> Iterator[Call]:
    found = running(scene)
    run = found.start(adds(approval="required"))
    path = f"/v1/tokens/{run['token_id']}/revoke"
    yield Call(found.ada, path, what="one that a run waits by")


def recalled(found: Running) -> str:
    """The recall of the tenant's agent."""
    body = {"agent_id": found.agent_id, "reason": LETTER * 2_000}
    recall_id: str = sent(found.governor, "/v1/recalls", body)["recall_id"]
    found.world.settle()
    return recall_id


def keep_recalls(found: Running, many: int) -> None:
    """So many recalls of an agent that were lifted, with the longest reasons, as `runs` stores
    them."""

    async def kept() -> None:
        batch = Batch()
        for number in range(many):
            at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(days=number)
            words = {"recall_id": new_id("rcl", at), "agent_id": found.agent_id, "name": "counting"}
            said = {"reason": "x" * 2_000, "recalled_by": "service:runs", "recalled_at": at}
            lifted = {"lifted_by": "service:runs", "lifted_at": at, "lifted_for": "x" * 2_000}
            recall = Recall.model_validate({**words, **said, **lifted, "status": "lifted"})
            batch.put(RECALLS.collection, recall.recall_id, RECALLS.fields(recall, 1, None))
        await TenantStore(found.world.tenant).commit(batch)

    asyncio.run(kept())
