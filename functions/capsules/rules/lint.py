"""What is wrong in a source by itself, whoever's rights it runs with, and what may be a mistake."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from events.effects import HARMLESS
from events.operations import COMPLETE, OPERATIONS
from functions.capsules.rules.completions import completion_problems
from functions.capsules.rules.graph import graph_of
from functions.capsules.rules.problems import Flawed, Problem
from functions.capsules.rules.schemas import mistakes, problem_with
from functions.capsules.rules.skills import skill_problems, too_many_skills
from functions.capsules.rules.source import DEEDS, CapsuleBody, InnerStep, Step

# What is written beside a deed that has no use for it.
_ONLY_WITH: Mapping[str, tuple[str, ...]] = {
    "arguments": ("use", "capsule", "skill"),
    "undo": ("use",),
    "retry": ("use", "agent", "skill"),
    "for_each": ("use", "skill"),
    "approval": ("use", "agent", "capsule", "skill"),
    "timeout": ("use", "agent", "wait", "skill"),
    "budget_usd": ("use", "agent", "capsule", "skill"),
    "tolerance_percent": ("use", "agent"),
    "output": ("skill",),
    "calls": ("skill",),
    "runtime": ("skill",),
}
_WRITTEN = {"arguments": "with"}


class Finding(NamedTuple):
    """What may be a mistake at a path of a source, and what to write instead."""

    path: str
    message: str


def lint(body: CapsuleBody) -> tuple[Finding, ...]:
    """What may be a mistake. Raises Flawed with all that is one for certain, as far as the source
    shows it by itself."""
    problems = [each for path, step in body.with_places for each in _of_step(path, step)]
    problems += [*_of_inputs(body), *too_many_skills(body)]
    try:
        graph_of(body)
    except Flawed as flawed:
        problems += flawed.problems
    if problems:
        raise Flawed(*problems)
    return tuple(_doubts(body))


def _of_step(path: str, step: InnerStep) -> Iterator[Problem]:
    if len(step.deeds) != 1:
        said = " and ".join(step.deeds) or "nothing"
        yield Problem(path, f"does {said}: write one of {', '.join(DEEDS)}")
        return
    (deed,) = step.deeds
    yield from skill_problems(path, step)
    if step.use == COMPLETE:
        yield from completion_problems(path, step)
    for key, deeds in _ONLY_WITH.items():
        is_shaped = key == "output" and step.use == COMPLETE
        if key in step.model_fields_set and deed not in deeds and not is_shaped:
            written = _WRITTEN.get(key, key)
            yield Problem(f"{path}.{written}", f"says nothing of a step with {deed}: leave it out")
    yield from _of_wait(path, step)
    if isinstance(step, Step) and step.parallel is not None and step.condition is not None:
        told = "a group has no condition: write it at its steps"
        yield Problem(f"{path}.if", told)


def _of_wait(path: str, step: InnerStep) -> Iterator[Problem]:
    wait = step.wait
    if wait is not None and (wait.seconds is None) == (wait.until is None):
        yield Problem(f"{path}.wait", "write either `for` or `until`")


def _of_inputs(body: CapsuleBody) -> Iterator[Problem]:
    for name, each in body.inputs.items():
        told = problem_with(each.schema_of)
        if told is not None:
            yield Problem(f"inputs.{name}", told)
        elif each.has_default:
            for _, wrong in mistakes(each.schema_of, each.default):
                yield Problem(f"inputs.{name}.default", wrong)


def _doubts(body: CapsuleBody) -> Iterator[Finding]:
    read = {
        place[1]
        for node in graph_of(body).nodes.values()
        for _, place in node.reads
        if place[0] == "inputs" and len(place) > 1
    }
    for name in body.inputs:
        if name not in read and f"inputs.{name}" not in str(body.outputs):
            yield Finding(f"inputs.{name}", "no step reads it: leave it out, or read it")
    used = {step.use for _, step in body.with_places}
    used |= {each for _, step in body.with_places if step.agent for each in step.agent.tools}
    used |= {each for _, step in body.with_places if step.calls for each in step.calls.operations}
    for number, tool in enumerate(body.tools or ()):
        if tool not in used:
            yield Finding(f"tools.{number}", f"no step uses {tool}: leave it out")
    for path, step in body.with_places:
        definition = OPERATIONS.get(step.use or "")
        if definition is None or definition.effect in HARMLESS:
            continue
        if step.retry is not None and not definition.idempotent:
            told = f"{step.use} is not idempotent: what is doubtful is never tried again"
            yield Finding(f"{path}.retry", told)
        if definition.is_irreversible and step.undo is None and step.approval is None:
            told = f"nothing undoes {step.use}: let somebody see it first (`approval: required`)"
            yield Finding(path, told)
