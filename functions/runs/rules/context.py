"""What the expressions of a plan read while it runs."""

from collections.abc import Iterable, Mapping
from typing import Any

from functions.runs.rules.order import Placed
from functions.runs.rules.step_result import StepResult, result_id


def context_after(
    ended: Iterable[Placed],
    inputs: Mapping[str, Any],
    run_id: str,
    results: Mapping[str, StepResult],
) -> dict[str, Any]:
    """The inputs, and the outputs of the steps that have ended: a list of them, in their order, for
    a step with several calls of its own, and null where nothing is kept."""
    steps = {each.step.id: {"output": _output(run_id, each.number, results)} for each in ended}
    return {"inputs": dict(inputs), "steps": steps}


def _output(run_id: str, number: int, results: Mapping[str, StepResult]) -> Any:
    result = results.get(result_id(run_id, number))
    if result is None:
        return None
    if result.iterations is None or result.turns is not None:
        return result.output.value
    ids = (result_id(run_id, number, each) for each in range(result.iterations))
    return [results[id].output.value for id in ids if id in results]
