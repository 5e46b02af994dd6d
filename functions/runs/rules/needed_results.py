"""Which results of earlier steps a run reads when it goes on."""

from collections.abc import Iterator
from typing import Any

from events.plan_content import Call, ModelStep, PlanContent, SkillCalls, SubRun, Wait
from functions.runs.rules.order import MOST_TOGETHER, Placed, Unit, units_of
from functions.runs.rules.run import Run
from functions.runs.rules.step_result import StepResult, result_id
from shared.kit.templates import condition, expressions_in

_STEPS = "steps"


def results_to_read(run: Run, plan: PlanContent) -> list[str]:
    """The ids of the results that the rest of the plan reads: at most one for each step that is
    named in it, and those of the iterations that the unit under way has made."""
    units = units_of(plan)
    ended = [each for unit in units[: run.cursor.unit] for each in unit]
    left = [each for unit in units[run.cursor.unit :] for each in unit]
    named = _named(left, plan)
    found = [each for each in ended if named is None or each.step.id in named]
    return [
        *(result_id(run.run_id, each.number) for each in found),
        *_of_unit_under_way(run, units, named),
    ]


def _of_unit_under_way(run: Run, units: tuple[Unit, ...], named: set[str] | None) -> list[str]:
    """What the unit under way has given so far: where its steps are read later, and where some
    calls of a group may have ended before others."""
    unit = units[run.cursor.unit] if run.cursor.unit < len(units) else ()
    calls = run.cursor.call + (MOST_TOGETHER if len(unit) > 1 else 0)
    found: list[str] = []
    for each in unit:
        if each.step.does.kind in ("agent", "skill"):
            found += [result_id(run.run_id, each.number, number) for number in range(calls)]
        elif each.step.for_each is None:
            is_read = len(unit) > 1 or isinstance(each.step.does, SubRun)
            found += [result_id(run.run_id, each.number)] if is_read else []
        elif len(unit) > 1 or named is None or each.step.id in named:
            found += [result_id(run.run_id, each.number, number) for number in range(calls)]
    return found


def every_result(run: Run, plan: PlanContent) -> list[str]:
    """The ids of all results of the run, but for those of iterations of steps that have ended."""
    units = units_of(plan)
    ended = [each for unit in units[: run.cursor.unit] for each in unit]
    under_way = [each for unit in units[run.cursor.unit : run.cursor.unit + 1] for each in unit]
    return [
        *(result_id(run.run_id, each.number) for each in (*ended, *under_way)),
        *(
            result_id(run.run_id, each.number, number)
            for each in under_way
            for number in range(run.cursor.call + _together(under_way))
        ),
    ]


def _together(under_way: list[Placed]) -> int:
    """How many calls of the unit may be noted beyond those before its first that is not."""
    is_listed = any(each.step.for_each is not None for each in under_way)
    return MOST_TOGETHER if len(under_way) > 1 and is_listed else 0


def iterations_to_read(results: dict[str, StepResult], *, chosen: bool = False) -> list[str]:
    """The ids of the results of the iterations of those steps, among them calls that a model
    has `chosen`, or not: other steps read its answer only."""
    return [
        result_id(each.run_id, each.number, number)
        for each in results.values()
        if each.iterations is not None and (chosen or each.turns is None)
        for number in range(each.iterations)
    ]


def _named(left: list[Placed], plan: PlanContent) -> set[str] | None:
    """The steps whose outputs are read; None where an expression reads all of them."""
    named: set[str] = set()
    for place in _places(left, plan):
        if place[0] != _STEPS:
            continue
        if len(place) == 1 or not isinstance(place[1], str):
            return None
        named.add(place[1])
    return named


def _places(left: list[Placed], plan: PlanContent) -> Iterator[tuple[Any, ...]]:
    for placed in left:
        step, does = placed.step, placed.step.does
        for text in (step.condition, step.for_each):
            if text is not None:
                yield from condition(text).reads
        if isinstance(does, Call):
            yield from _read_by(does.arguments)
        elif isinstance(does, ModelStep):
            yield from _read_by(does.template)
        elif isinstance(does, SkillCalls):
            yield from _read_by(does.compute.arguments)
        elif isinstance(does, Wait):
            yield from _read_by([does.seconds, does.until])
    yield from _read_by(dict(plan.outputs))


def _read_by(value: Any) -> Iterator[tuple[Any, ...]]:
    for _, expression in expressions_in(value):
        yield from expression.reads
