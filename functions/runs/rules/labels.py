"""Labels of values: what a value was made of, which follows it through what only computes."""

from collections.abc import Iterable

from events.invocations import Labelled
from events.operations import SKILL
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.run import StepResult
from shared.kit.templates import condition, expressions_in

# What it gives is made of its arguments alone.
COMPUTES = frozenset({"assent/transform.apply", SKILL})


def labelled(output: Labelled, call: ConcreteCall, results: Iterable[StepResult]) -> Labelled:
    """What the call gave, with the labels of what its arguments were read from."""
    if call.call.operation not in COMPUTES:
        return output
    found = [(each.step, each.output.labels) for each in results if each.output.labels]
    if not found:
        return output
    read = _steps_read(call)
    labels = {label for step, several in found if step in read for label in several}
    return output.but(labels=tuple(sorted({*output.labels, *labels})))


def _steps_read(call: ConcreteCall) -> frozenset[str]:
    """The ids of the steps whose outputs the call was made of."""
    expressions = [each for _, each in expressions_in(call.call.arguments)]
    if call.placed.step.for_each is not None:
        expressions.append(condition(call.placed.step.for_each))
    places = (place for each in expressions for place in each.reads)
    return frozenset(str(place[1]) for place in places if place[0] == "steps" and len(place) > 1)
