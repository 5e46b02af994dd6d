"""The breaker: a tenant whose cases keep being rolled back is paused until a governor looks."""

from collections.abc import Sequence
from datetime import datetime

from events.agents import PipelineState
from shared.kit.errors import VersionConflict

CONSIDERED = 10
TOLERATED = CONSIDERED // 2


class Pipeline(PipelineState):
    """What events tell of a pipeline; nobody else needs more."""


def refuse_where_paused(pipeline: Pipeline | None) -> None:
    """Raises VersionConflict while the tenant's pipeline is paused."""
    if pipeline is not None and pipeline.paused:
        raise VersionConflict(
            f"the pipeline is paused: {pipeline.reason}; a governor may resume it"
        )


def trip(
    pipeline: Pipeline | None, rolled_back: Sequence[str], by: str, at: datetime
) -> Pipeline | None:
    """The paused pipeline, where more than half of the last ten cases were rolled back; None where
    not, or where it is paused already. `rolled_back` are those among the last ten that ended since
    the pipeline last resumed."""
    if len(rolled_back) <= TOLERATED or (pipeline is not None and pipeline.paused):
        return None
    return Pipeline(
        paused=True,
        reason=f"{len(rolled_back)} of the last {CONSIDERED} cases were rolled back",
        rolled_back=tuple(rolled_back),
        changed_by=by,
        changed_at=at,
    )


def resume(pipeline: Pipeline | None, reason: str, by: str, at: datetime) -> Pipeline:
    """The running pipeline. Raises VersionConflict where it is not paused."""
    if pipeline is None or not pipeline.paused:
        raise VersionConflict("the pipeline is not paused")
    return Pipeline(paused=False, reason=reason, rolled_back=(), changed_by=by, changed_at=at)
