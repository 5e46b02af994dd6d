"""The order of a plan's steps. They run in the plan's order, in which each step stands after those
that it needs. The steps of a parallel group run together, except those that somebody has to assent
to, in which a model or a program chooses, or which start another run: these come one by one after
the others of their group."""

from typing import NamedTuple

from events.plan_content import Parallel, PlanContent, PlanStep
from shared.kit.templates import condition

# Calls of a parallel group that are made together.
MOST_TOGETHER = 8
# What asks, or waits for, others than `tools` is done by itself.
ALONE = ("agent", "completion", "capsule", "skill")


class Placed(NamedTuple):
    """A step that does something itself, and its number among those of the plan."""

    number: int
    step: PlanStep


Unit = tuple[Placed, ...]


def placed_steps(plan: PlanContent) -> tuple[Placed, ...]:
    """The steps that do something themselves, in the order of the plan."""
    return tuple(each for unit in units_of(plan) for each in unit)


def units_of(plan: PlanContent) -> tuple[Unit, ...]:
    """The steps that are done together, in the order in which they are done."""
    units: list[Unit] = []
    number = 0
    for step in plan.steps:
        together: list[PlanStep] = []
        alone: list[PlanStep] = []
        for each in _parts(step):
            is_alone = each.assent == "step" or each.does.kind in ALONE
            (alone if is_alone else together).append(each)
        for group in (together, *([each] for each in alone)):
            if group:
                units.append(tuple(Placed(number + at, each) for at, each in enumerate(group)))
                number += len(group)
    return tuple(units)


def _parts(step: PlanStep) -> list[PlanStep]:
    """The step or, where it is a group, the steps in it; each is done only where the condition of
    its group is true too."""
    if not isinstance(step.does, Parallel):
        return [step]
    return [_within(step, part) for each in step.does.steps for part in _parts(each)]


def _within(group: PlanStep, step: PlanStep) -> PlanStep:
    if group.condition is None:
        return step
    conditions = (each for each in (group.condition, step.condition) if each)
    return step.but(condition=" && ".join(f"({condition(each).text})" for each in conditions))
