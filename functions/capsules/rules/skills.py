"""Steps that are programs: what they take and give, and what of them is wrong by itself."""

import keyword
from collections.abc import Iterator, Mapping
from typing import Any

from events.operations import CPYTHON, SKILL
from events.plan_content import Assent, Call, SkillCalls
from functions.capsules.rules.problems import Problem
from functions.capsules.rules.rights import Granted, Holder, call_of
from functions.capsules.rules.schemas import problem_with
from functions.capsules.rules.source import CapsuleBody, InnerStep
from functions.capsules.rules.turns import chosen_calls, chosen_grants
from shared.kit.templates import OPENING, texts_in

MOST_SKILLS = 20


def skill_arguments(step: InnerStep) -> dict[str, Any]:
    """The arguments of the call that the step makes. No expression stands in its code."""
    arguments = {"code": step.skill, "inputs": step.arguments, "output": step.output}
    if step.runtime == CPYTHON:
        return {**arguments, "runtime": CPYTHON}
    if step.calls is None:
        return arguments
    operations = list(dict.fromkeys(step.calls.operations))
    return {**arguments, "calls": {"operations": operations, "answers": []}}


def skill_calls(step: InnerStep, compute: Granted, holder: Holder) -> tuple[SkillCalls, Assent]:
    """What the program may ask for, within the rights of the agent to it, and who assents to that:
    who assents to the plan, where the agent does not do all of it alone. Raises Refused."""
    body = step.calls
    assert body is not None
    grants = chosen_grants(body.operations, body.arguments, holder)
    does = SkillCalls(
        compute=call_of(compute, skill_arguments(step)),
        calls=chosen_calls(grants, body.arguments, holder.rights),
        most_calls=body.most,
    )
    is_alone = all(each.is_alone for each in (compute, *grants))
    return does, "none" if is_alone else "plan"


def shape_of(call: Call) -> Mapping[str, Any]:
    """What the program of a call gives, as its step declares it."""
    shape = call.arguments["output"]
    assert isinstance(shape, dict)
    return shape


def skills_in(body: CapsuleBody) -> Iterator[tuple[str, InnerStep]]:
    """The steps that are programs, each with its path in the source."""
    return ((path, step) for path, step in body.with_places if step.skill is not None)


def too_many_skills(body: CapsuleBody) -> Iterator[Problem]:
    """The first program beyond those that a capsule may have."""
    for path, _ in list(skills_in(body))[MOST_SKILLS : MOST_SKILLS + 1]:
        told = f"a capsule has at most {MOST_SKILLS} skills: let one do more"
        yield Problem(f"{path}.skill", told)


def skill_problems(path: str, step: InnerStep) -> Iterator[Problem]:
    """What is wrong with the step, without reading its code as a program."""
    named = {
        "use": (step.use,),
        "agent.tools": step.agent.tools if step.agent else (),
        "calls": step.calls.operations if step.calls else (),
    }
    for where in (where for where, operations in named.items() if SKILL in operations):
        told = f"{SKILL} is what a step with `skill` calls: write the program as `skill` of a step"
        yield Problem(f"{path}.{where}", told)
    if step.skill is None:
        return
    yield from _beside_calls(path, step)
    if OPENING in step.skill:
        told = (
            f"holds {OPENING}, and nothing is filled into code: give the value `with` it, and"
            " write '$' '{{' where you mean these characters"
        )
        yield Problem(f"{path}.skill", told)
    for name in step.arguments:
        if not name.isidentifier() or keyword.iskeyword(name):
            told = f"{name} is no name of an argument in Python: write letters, digits and _"
            yield Problem(f"{path}.with.{name}", told)
    yield from _of_shape(path, step)


def _beside_calls(path: str, step: InnerStep) -> Iterator[Problem]:
    if step.calls is not None and step.runtime == CPYTHON:
        told = f"{CPYTHON} asks for no calls, because its clock goes on: leave `runtime` out"
        yield Problem(f"{path}.runtime", told)
    if step.calls is not None and step.for_each is not None:
        yield Problem(f"{path}.for_each", "a skill with `calls` has none: let its code loop")
    if step.calls is None:
        for key in ("approval", "budget_usd"):
            if getattr(step, key) is not None:
                told = "says nothing of a skill without `calls`: leave it out"
                yield Problem(f"{path}.{key}", told)


def _of_shape(path: str, step: InnerStep) -> Iterator[Problem]:
    if step.output is None:
        told = "does not say what it gives: write `output`, a type or a JSON Schema"
        yield Problem(path, told)
        return
    if any(texts_in(step.output)):
        yield Problem(f"{path}.output", f"holds {OPENING}: what a skill gives is said beforehand")
    elif (wrong := problem_with(step.output)) is not None:
        yield Problem(f"{path}.output", wrong)
