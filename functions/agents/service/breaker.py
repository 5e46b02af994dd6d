"""The pipeline's breaker: trips in the commit of the rollback that is one too many."""

from datetime import datetime
from typing import Any

from events.agents import PipelinePaused, PipelineResumed, PipelineState
from functions.agents.rules.case import CreationCase
from functions.agents.rules.pipeline import CONSIDERED, resume, trip
from functions.agents.service.wiring import FUNCTION
from functions.agents.store import (
    CASES,
    CREATION_PIPELINE,
    LAST_ROLLBACK,
    PIPELINES,
    Writer,
    read_case,
    read_pipeline,
)
from shared.kit.callers import Caller
from shared.messaging.changes import Change
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.storage.firestore import TenantStore
from shared.storage.idempotency import IdempotencyKey
from shared.storage.races import decide_again


class Breaker:
    """Pauses and resumes a tenant's pipeline."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def consider(
        self, writer: Writer, store: TenantStore, ending: CreationCase, at: datetime
    ) -> None:
        """Adds the pause to the change that rolls `ending` back, where it is due."""
        # Before the cases: of two rollbacks at once, the second counts the first.
        latest, state = await store.get_many(
            [(PIPELINES, LAST_ROLLBACK), (PIPELINES, CREATION_PIPELINE)]
        )
        writer.last_rollback(ending.case_id, at, latest)
        recent = await store.find(
            CASES,
            where=[("ended_at", ">", "")],
            order_by="ended_at",
            descending=True,
            limit=CONSIDERED,
        )
        pipeline = read_pipeline(state)
        since = pipeline.value.changed_at if pipeline else None
        cases = {ending.case_id: ending}
        for document in recent.items:
            kept = read_case(document)
            assert kept is not None
            cases.setdefault(kept.value.case_id, kept.value)
        ended = sorted(
            (
                case
                for case in cases.values()
                if case.ended_at and (not since or case.ended_at > since)
            ),
            key=lambda case: case.ended_at or at,
            reverse=True,
        )[:CONSIDERED]
        rolled_back = [case.case_id for case in ended if case.status == "rolled_back"]
        paused = trip(pipeline.value if pipeline else None, rolled_back, f"service:{FUNCTION}", at)
        if paused is not None:
            writer.pipeline(paused, _payload(PipelinePaused, paused), pipeline)

    async def resume(self, caller: Caller, key: IdempotencyKey, reason: str) -> dict[str, Any]:
        """The running pipeline. Raises VersionConflict where it is not paused."""
        return await decide_again(lambda: self._resume_once(caller, key, reason))

    async def _resume_once(
        self, caller: Caller, key: IdempotencyKey, reason: str
    ) -> dict[str, Any]:
        store = TenantStore(caller.tenant_id)
        pipeline = read_pipeline(await store.get(PIPELINES, CREATION_PIPELINE))
        if (answer := await key.recall(store)) is not None:
            return answer
        running = resume(
            pipeline.value if pipeline else None, reason, caller.principal, caller.received_at
        )
        change = Change()
        recorder = Recorder.for_command(
            function=FUNCTION, caller=caller, latest=pipeline.latest if pipeline else None
        )
        Writer(change, recorder).pipeline(running, _payload(PipelineResumed, running), pipeline)
        answer = running.model_dump(mode="json")
        key.remember(change, answer)
        await self._outbox.commit(store, change, now=caller.received_at)
        return answer

    async def read(self, caller: Caller) -> dict[str, Any]:
        """The tenant's pipeline, which runs where nothing ever happened to it."""
        store = TenantStore(caller.tenant_id)
        pipeline = read_pipeline(await store.get(PIPELINES, CREATION_PIPELINE))
        if pipeline is not None:
            return pipeline.value.model_dump(mode="json")
        return {
            "paused": False,
            "reason": "",
            "rolled_back": [],
            "changed_by": None,
            "changed_at": None,
        }


def _payload(event: type[PipelineState], state: PipelineState) -> PipelineState:
    return event.model_validate(state.model_dump())
