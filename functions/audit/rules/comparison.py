"""What the receipts of a time say of the versions of a prompt, side by side."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import median
from typing import NamedTuple

from shared.kit.models import Data

MOST_VERSIONS = 100
MOST_PLANS = 5


class Question(NamedTuple):
    """What the receipt of one question to a model says, which a run asked with a prompt, as
    `name@version`."""

    prompt: str
    run_id: str
    outcome: str
    fits: bool | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    cost_usd_micros: int = 0
    answered_in_ms: int | None = None
    plan_hash: str | None = None


class VersionRow(Data):
    """What became of the questions that `runs` asked with one version of a prompt. Of these,
    `answered` have an answer that was kept, of which `unfit` did not fit what their steps give;
    the model `refused` others, and the answers of the `doubtful` ones were lost. `tokens_in`
    and `tokens_out` are those that servers told. All that it cost is in `cost_usd_micros`, with all
    that was reserved for the doubtful ones. Half of the answers took no longer than `median_ms`,
    null where there is none. `plans` are the hashes of those that asked, five at most, the ones
    with most questions first."""

    version: int
    runs: int
    questions: int
    answered: int
    unfit: int
    refused: int
    doubtful: int
    tokens_in: int
    tokens_out: int
    cost_usd_micros: int
    median_ms: int | None
    plans: tuple[str, ...]


def compared(questions: Iterable[Question]) -> tuple[VersionRow, ...]:
    """A row for each version of the prompt that all these questions were asked with, the lowest
    first; of the hundred highest of very many."""
    asked = defaultdict[int, list[Question]](list)
    for each in questions:
        asked[int(each.prompt.rpartition("@")[2])].append(each)
    return tuple(_row(version, some) for version, some in sorted(asked.items())[-MOST_VERSIONS:])


def _row(version: int, asked: Sequence[Question]) -> VersionRow:
    outcomes = [each.outcome for each in asked]
    took = [each.answered_in_ms for each in asked if each.answered_in_ms is not None]
    return VersionRow(
        version=version,
        runs=len({each.run_id for each in asked}),
        questions=len(asked),
        answered=outcomes.count("confirmed"),
        unfit=sum(each.fits is False for each in asked),
        refused=outcomes.count("refused"),
        doubtful=outcomes.count("doubtful"),
        tokens_in=sum(each.tokens_in or 0 for each in asked),
        tokens_out=sum(each.tokens_out or 0 for each in asked),
        cost_usd_micros=sum(each.cost_usd_micros for each in asked),
        median_ms=round(median(took)) if took else None,
        plans=_most_asking(asked),
    )


def _most_asking(asked: Sequence[Question]) -> tuple[str, ...]:
    counted = Counter(each.plan_hash for each in asked if each.plan_hash is not None)
    # Equal counts are sorted by plan, so the order does not depend on the log's.
    first = sorted(counted.items(), key=lambda each: (-each[1], each[0]))
    return tuple(plan for plan, _ in first[:MOST_PLANS])
