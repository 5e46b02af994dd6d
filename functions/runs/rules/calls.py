"""The concrete calls of the steps that are done together."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from events.labels import Labels
from events.plan_content import Call, PlanStep
from functions.runs.rules.order import Placed, Unit
from shared.kit.expressions import ExpressionFailed, ExpressionInvalid, evaluate
from shared.kit.templates import condition, filled

MOST_ITERATIONS = 1_000
# An expression has no value here, or not one that is taken.
NOT_EVALUATED = (ExpressionFailed, ExpressionInvalid)
Context = Mapping[str, Any]


class Rejected(Exception):
    """A step that cannot be done as it is written. Its code and detail say why."""

    def __init__(self, step: str, code: str, detail: str) -> None:
        super().__init__(detail)
        self.step, self.code, self.detail = step, code, detail


class ConcreteCall(NamedTuple):
    """One call with its arguments as they are sent, and the labels of what these were made of.
    Without a `for_each` it has no iteration."""

    placed: Placed
    call: Call
    iteration: int | None
    arguments: dict[str, Any]
    labels: Labels = ()

    @property
    def step(self) -> str:
        """The id of its step."""
        return self.placed.step.id


class Prepared(NamedTuple):
    """A unit with its values in their places: its calls in order, the steps that are skipped, and
    how many iterations the others with a `for_each` have."""

    calls: tuple[ConcreteCall, ...]
    skipped: tuple[Placed, ...]
    iterations: Mapping[int, int]


def prepare(unit: Unit, context: Context) -> Prepared:
    """The calls of a unit. Raises Rejected where an expression has no value, or not one that the
    step can take."""
    calls: list[ConcreteCall] = []
    skipped: list[Placed] = []
    iterations: dict[int, int] = {}
    for placed in unit:
        try:
            if not _applies(placed.step, context):
                skipped.append(placed)
                continue
            if placed.step.for_each is not None:
                iterations[placed.number] = len(_items(placed.step, context))
            calls += _calls(placed, context)
        except NOT_EVALUATED as error:
            raise Rejected(placed.step.id, "expression_failed", str(error)) from error
    return Prepared(tuple(calls), tuple(skipped), iterations)


def _applies(step: PlanStep, context: Context) -> bool:
    if step.condition is None:
        return True
    value = evaluate(condition(step.condition).text, context)
    if not isinstance(value, bool):
        raise ExpressionFailed(f"the condition {step.condition[:200]!r} is neither true nor false")
    return value


def _items(step: PlanStep, context: Context) -> list[Any]:
    items = evaluate(condition(step.for_each or "").text, context)
    if not isinstance(items, list):
        raise ExpressionFailed(f"for_each {step.for_each!r} gives no list")
    if len(items) > MOST_ITERATIONS:
        raise ExpressionFailed(f"for_each gives {len(items)} items, more than {MOST_ITERATIONS}")
    return items


def _calls(placed: Placed, context: Context) -> Iterator[ConcreteCall]:
    step, does = placed.step, placed.step.does
    # What waits or starts a run makes no call; what a model or a program chooses, it says itself.
    if does.kind in ("wait", "agent", "completion", "capsule", "skill"):
        return
    if not isinstance(does, Call):
        detail = f"a step of the kind {does.kind} cannot be run yet"
        raise Rejected(step.id, "not_available", detail)
    if step.for_each is None:
        yield ConcreteCall(placed, does, None, filled(does.arguments, context))
        return
    for number, item in enumerate(_items(step, context)):
        arguments = filled(does.arguments, {**context, "item": item})
        yield ConcreteCall(placed, does, number, arguments)
