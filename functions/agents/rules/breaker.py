"""The breaker: pauses a tenant's pipeline after too many rollbacks, until a governor resumes it."""

from collections.abc import Sequence
from datetime import datetime

from events.pipelines import PipelinePaused, PipelineResumed, PipelineState
from shared.kit.errors import VersionConflict
from shared.kit.instants import Instant, format_instant
from shared.kit.models import Model
from shared.kit.transitions import Transition

CONSIDERED = 10
TOLERATED = CONSIDERED // 2


class LastRollback(Model):
    """The tenant's latest rollback. Every rollback writes it, so that of two concurrent rollbacks
    the second counts the first."""

    case_id: str
    at: Instant


def refuse_where_paused(pipeline: PipelineState | None) -> None:
    """Raises VersionConflict while the tenant's pipeline is paused."""
    if pipeline is not None and pipeline.paused:
        raise VersionConflict(
            f"the pipeline is paused since {format_instant(pipeline.changed_at)}: "
            f"{pipeline.reason}; the role governor resumes it"
        )


def trip(
    pipeline: PipelineState | None, rolled_back: Sequence[str], by: str, at: datetime
) -> tuple[Transition[PipelineState], ...]:
    """The paused pipeline, where more than half of the last ten cases were rolled back and it is
    not paused yet. `rolled_back` are those among the last ten that ended since the pipeline last
    resumed."""
    if len(rolled_back) <= TOLERATED or (pipeline is not None and pipeline.paused):
        return ()
    paused = PipelineState(
        paused=True,
        reason=f"{len(rolled_back)} of the last {CONSIDERED} cases were rolled back",
        rolled_back=tuple(rolled_back),
        changed_by=by,
        changed_at=at,
    )
    return (Transition(paused, PipelinePaused),)


def resume(
    pipeline: PipelineState | None, reason: str, by: str, at: datetime
) -> Transition[PipelineState]:
    """The running pipeline. Raises VersionConflict where it is not paused."""
    if pipeline is None or not pipeline.paused:
        raise VersionConflict("the pipeline runs; only a paused one can be resumed")
    running = PipelineState(
        paused=False, reason=reason, rolled_back=(), changed_by=by, changed_at=at
    )
    return Transition(running, PipelineResumed)
