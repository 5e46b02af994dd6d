"""The pipeline's breaker: it trips in the commit of the rollback that exceeds the limit."""

from functions.agents.aggregates import CASES, CREATION, LAST_ROLLBACK, PIPELINES, ROLLBACKS, RUN
from functions.agents.rules.breaker import CONSIDERED, LastRollback, trip
from functions.agents.rules.breaker import resume as resume_pipeline
from functions.agents.rules.case import CreationCase
from functions.agents.views import PipelineView
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.transitions import Transition
from shared.storage.idempotency import IdempotencyKey


async def consider_pause(work: UnitOfWork, ending: CreationCase) -> None:
    """Adds the pause, where it is due, to the commit that rolls `ending` back."""
    # Before the cases: of two concurrent rollbacks, the second counts the first.
    await work.find(ROLLBACKS, LAST_ROLLBACK)
    pipeline = await work.find(PIPELINES, CREATION)
    await work.save(Transition(LastRollback(case_id=ending.case_id, at=work.at)))
    recent = await work.query(
        CASES, where=[("ended_at", ">", "")], order_by="ended_at", descending=True, limit=CONSIDERED
    )
    since = pipeline.changed_at if pipeline else None
    cases = {case.case_id: case for case in (*recent, ending)}.values()
    ended = sorted(
        (case for case in cases if case.ended_at and (not since or case.ended_at > since)),
        key=lambda case: case.ended_at or work.at,
        reverse=True,
    )[:CONSIDERED]
    rolled_back = [case.case_id for case in ended if case.status == "rolled_back"]
    await work.save(*trip(pipeline, rolled_back, f"service:{RUN.function}", work.at))


async def resume(caller: Caller, key: IdempotencyKey, reason: str) -> PipelineView:
    """The running pipeline. Raises VersionConflict where it is not paused."""

    async def use_case(work: Command) -> PipelineView:
        pipeline = await work.find(PIPELINES, CREATION)
        step = resume_pipeline(pipeline, reason, caller.principal, work.at)
        work.is_about(PIPELINES, CREATION)
        await work.save(step)
        return PipelineView.of(step.state)

    return await RUN.command(caller, use_case, PipelineView, key=key, about=(PIPELINES, CREATION))
