"""The states of a case's seven stages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar

from events.agents import Stage
from events.cases import StageState, StageStatus

T = TypeVar("T")
Stages = tuple[StageState, ...]

STAGES = (
    "Specification",
    "Way of Working",
    "Genesis certification",
    "Architecture review",
    "Ethics review",
    "Governor approval",
    "Deployment",
)
ETHICS, APPROVAL, DEPLOYMENT = 5, 6, 7
CERTIFIED_STAGES = (3, 4, 5)


def stage_of(number: int, status: StageStatus, *, found: int = 0) -> StageState:
    """A stage with that many findings."""
    return StageState(number=number, name=STAGES[number - 1], status=status, found=found)


def judged_stages(judged: Stages, at: datetime) -> Stages:
    """All seven stages after stages 1 to 5 were judged at `at`."""
    times = {"started_at": at, "finished_at": at}
    done = (each if each.status == "pending" else each.but(**times) for each in judged)
    return (*done, stage_of(APPROVAL, "pending"), stage_of(DEPLOYMENT, "pending"))


def with_stage(stages: Stages, number: int, **fields: Any) -> Stages:
    """The stages with some fields of one of them replaced."""
    return tuple(stage.but(**fields) if stage.number == number else stage for stage in stages)


def findings_of(stages: Stages, number: int, findings: Sequence[T]) -> Sequence[T]:
    """The findings of one of the stages 1 to 5, out of those of all of them."""
    before = sum(stage.found for stage in stages[: number - 1])
    return findings[before : before + stages[number - 1].found]


def place(number: int) -> Stage:
    """The case's stage, as cards show it."""
    return Stage(number=number, name=STAGES[number - 1], of=len(STAGES))
