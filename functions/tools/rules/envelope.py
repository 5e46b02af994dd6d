"""What a call that an agent elsewhere makes needs: nothing, a person's assent, or it is refused.
Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from events.effects import HARMLESS, Effect, gravity
from events.operations import OPERATIONS, SKILL, OperationDefinition
from events.rights import RightLimits
from events.schedules import BY_RUNS
from shared.agents.rights import KnownRights, beyond


class Within(NamedTuple):
    """The agent does it alone: it only reads or drafts, or the agent can undo it."""

    effect: Effect
    per_day: int | None = None


class Grave(NamedTuple):
    """A person has to assent to exactly this call: `why`, for whoever is asked. `rollback` says how
    it is undone."""

    effect: Effect
    why: str
    rollback: str
    per_day: int | None = None


class Denied(NamedTuple):
    """No approval would allow it; `why`, for whoever runs the agent."""

    why: str


# What no call without a run does.
_OF_RUNS: Mapping[str, str] = {
    SKILL: "a skill is a step of a plan: the code of a call would be in none",
    **dict.fromkeys(BY_RUNS, "only a step of a run makes schedules, or ends them"),
}

Verdict = Within | Grave | Denied


def judge(
    operation: str,
    definition: OperationDefinition,
    rights: KnownRights,
    arguments: Mapping[str, Any],
    *,
    made_today: int,
    is_trial: bool,
) -> Verdict:
    """What the call needs, by the rights of the agent as they are now. `made_today` are the calls
    of the operation that count against its limit of a day. A limit of calls a run is about runs,
    and binds no call that is made without one."""
    if operation in _OF_RUNS:
        return Denied(_OF_RUNS[operation])
    forbidding = rights.forbidding(operation)
    if forbidding is not None:
        return Denied(f"the agent may never do it: {forbidding} in `never` of its spec")
    lists = (rights.alone, rights.with_approval)
    held = [each[operation] for each in lists if operation in each]
    if not held:
        return Denied("the agent has no right to it: its spec gives it in neither list of rights")
    effect = max((definition.effect, *(each.effect for each in held)), key=gravity)
    if operation not in OPERATIONS and any(
        gravity(each.effect) < gravity(definition.effect) for each in held
    ):
        return Denied(
            f"its connector says that it is {definition.effect}, and the agent's spec less"
        )
    if is_trial and effect not in HARMLESS:
        return Denied("an agent on trial reads and drafts")
    undo = rights.undo_of(operation, definition.undo, held[0])
    alone = rights.alone.get(operation)
    why = "the agent's spec gives it with approval only"
    if alone is not None:
        why = _beyond(alone.limits, arguments, made_today) or ""
        if not why and (effect in HARMLESS or undo is not None):
            return Within(effect, alone.limits.per_day)
        why = why or f"nothing undoes it, and its effect is {effect}"
    rollback = "Nothing undoes it." if undo is None else f"{undo.operation} undoes it."
    above = rights.with_approval.get(operation)
    if above is not None:
        problem = _beyond(above.limits, arguments, made_today)
        return Denied(problem) if problem else Grave(effect, why, rollback, above.limits.per_day)
    assert alone is not None
    if problem := _beyond(alone.limits, arguments, made_today):
        return Denied(problem)
    return Grave(effect, why, rollback, alone.limits.per_day)


def _beyond(limits: RightLimits, arguments: Mapping[str, Any], made_today: int) -> str | None:
    if limits.per_day is not None and made_today >= limits.per_day:
        return f"the agent may call it {limits.per_day} times a day"
    return beyond(limits, arguments)
