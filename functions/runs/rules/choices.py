"""What a model may choose: which of its calls are made, which a person is asked about, and which
are refused. Nothing that a model or a tool says widens it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from events.effects import HARMLESS, Effect, gravity
from events.operations import OperationDefinition
from events.plan_content import Call
from events.rights import RightLimits
from functions.runs.rules.limits import breach
from shared.agents.rights import HeldRight, KnownRights
from shared.connectors.operations import OWN, Operations, is_own
from shared.kit.errors import AssentError
from shared.kit.json_limits import JsonLimit
from shared.kit.parsing import parse_json
from shared.kit.shapes import wrong
from shared.models.messages import Chosen

ARGUMENTS = JsonLimit(most_bytes=64 * 1024)


class Allowed(NamedTuple):
    """Within the envelope: the step's assent covers it."""

    call: Call
    arguments: dict[str, Any]


class Outside(NamedTuple):
    """Beyond the envelope, but a person may assent to it: `why` says what it is beyond."""

    call: Call
    arguments: dict[str, Any]
    why: str


class Denied(NamedTuple):
    """Neither is possible, and the model is told why."""

    why: str


class Bounds(NamedTuple):
    """What the calls of a step are judged by: those that it may choose, the rights that its agent
    has now, how many calls of each operation the run has made, and may have made with what it holds
    of the day's, and the operations that there are: those of the connectors of these calls too."""

    calls: tuple[Call, ...]
    rights: KnownRights
    is_trial: bool
    made: Mapping[str, int]
    held: Mapping[str, int]
    operations: Operations = OWN


def tool_names(operations: tuple[str, ...]) -> dict[str, str]:
    """The operations by the names that models know them by, of letters, digits, `_` and `-`."""
    names: dict[str, str] = {}
    for operation in operations:
        plain = "".join(each if each.isalnum() and each.isascii() else "_" for each in operation)
        name, number = plain[-60:], 1
        while name in names:
            number += 1
            name = f"{plain[-60:]}_{number}"
        names[name] = operation
    return names


def operation_meant(name: str, calls: tuple[Call, ...], operations: Operations) -> str:
    """The operation that a model means: a tool that it was given, or another one by its name. The
    name itself where it is none of these."""
    given = tool_names(tuple(each.operation for each in calls))
    return given.get(name) or tool_names(operations.names).get(name) or name


def judge(chosen: Chosen, bounds: Bounds) -> Allowed | Outside | Denied:
    """Whether the call that a model chose is made, asked about, or refused."""
    operation = operation_meant(chosen.name, bounds.calls, bounds.operations)
    return judge_call(operation, chosen.arguments, bounds)


def judge_call(operation: str, text: str, bounds: Bounds) -> Allowed | Outside | Denied:
    """Whether a call of the operation, with the arguments in the text, is made, asked about, or
    refused."""
    definition = bounds.operations.find(operation)
    if definition is None:
        return Denied("there is no such tool")
    arguments = _arguments(text, definition)
    if isinstance(arguments, Denied):
        return arguments
    # What the agent may never do, nobody is asked about, whatever the envelope says.
    if bounds.rights.forbidding(operation) is not None:
        return Denied("the agent may never do that")
    own = next((each for each in bounds.calls if each.operation == operation), None)
    if own is None:
        why = "it is not among the tools of the step"
    elif (problem := _problem(own.operation, own.limits, arguments, bounds)) is None:
        return Allowed(own, arguments)
    else:
        why = problem
    return _grantable(operation, definition, arguments, why, bounds)


def _arguments(text: str, definition: OperationDefinition) -> dict[str, Any] | Denied:
    try:
        read = parse_json(text.encode("utf-8", "surrogatepass") or b"{}")
    except AssentError:
        return Denied("its arguments are not JSON")
    if not isinstance(read, dict):
        return Denied("its arguments are no JSON object")
    if problem := ARGUMENTS.problem(read):
        return Denied(f"its arguments: {problem}")
    if problem := wrong(definition.input_schema, read, "arguments"):
        return Denied(problem)
    return read


def _problem(
    operation: str, limits: RightLimits, arguments: Mapping[str, Any], bounds: Bounds
) -> str | None:
    before = bounds.made.get(operation, 0)
    if problem := breach(limits, arguments, before):
        return problem
    if limits.per_day is not None and before >= bounds.held.get(operation, 0):
        return "the run holds no more of the calls of the day"
    return None


def _grantable(
    operation: str,
    definition: OperationDefinition,
    arguments: dict[str, Any],
    why: str,
    bounds: Bounds,
) -> Outside | Denied:
    """A person may grant what a right of the agent covers, and nothing else."""
    rights = bounds.rights
    held = [each[operation] for each in (rights.alone, rights.with_approval) if operation in each]
    if not held:
        return Denied("the agent has no right to it")
    problems: list[str] = []
    for right in held:
        if not is_own(operation) and gravity(right.effect) < gravity(definition.effect):
            problems.append(f"the agent's right to it is to {right.effect} only")
            continue
        effect = max(definition.effect, right.effect, key=gravity)
        if bounds.is_trial and effect not in HARMLESS:
            return Denied("an agent on trial reads and drafts")
        problem = _problem(operation, right.limits, arguments, bounds)
        if problem is None:
            return Outside(_call(operation, definition, effect, right, rights), arguments, why)
        problems.append(problem)
    return Denied(problems[-1])


def _call(
    operation: str,
    definition: OperationDefinition,
    effect: Effect,
    right: HeldRight,
    rights: KnownRights,
) -> Call:
    return Call(
        operation=operation,
        arguments={},
        effect=effect,
        undo=rights.undo_of(operation, definition.undo, right),
        idempotent=definition.idempotent,
        pin=definition.pin,
        limits=right.limits,
        price_usd_micros=definition.price_usd_micros,
    )
