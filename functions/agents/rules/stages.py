"""The states of a case's seven stages."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from events.agents import Stage
from events.cases import StageState
from functions.agents.rules.judgement import STAGES, StageJudgement

ETHICS, APPROVAL, DEPLOYMENT = 5, 6, 7
CERTIFIED_STAGES = (3, 4, 5)


def judged_stages(judged: tuple[StageJudgement, ...], at: datetime) -> tuple[StageState, ...]:
    """All seven stages after stages 1 to 5 were judged; stages after one that did not pass stay
    pending, with what was found in them."""
    spoken = {stage.number: stage for stage in judged}
    return tuple(_stage(number, spoken.get(number), at) for number in range(1, len(STAGES) + 1))


def with_stage(
    stages: tuple[StageState, ...], number: int, **fields: Any
) -> tuple[StageState, ...]:
    """The stages with some fields of one of them replaced."""
    return tuple(
        stage.model_copy(update=fields) if stage.number == number else stage for stage in stages
    )


def findings_of(
    stages: tuple[StageState, ...], number: int, findings: Sequence[Any]
) -> Sequence[Any]:
    """The findings of one of the stages 1 to 5, out of those of all of them."""
    before = sum(stage.found for stage in stages[: number - 1])
    return findings[before : before + stages[number - 1].found]


def place(number: int) -> Stage:
    """The case's stage, as cards show it."""
    return Stage(number=number, name=STAGES[number - 1], of=len(STAGES))


def _stage(number: int, judged: StageJudgement | None, at: datetime) -> StageState:
    status = judged.outcome if judged else "pending"
    found = len(judged.findings) if judged else 0
    times = {} if status == "pending" else {"started_at": at, "finished_at": at}
    return StageState(number=number, name=STAGES[number - 1], status=status, found=found, **times)
