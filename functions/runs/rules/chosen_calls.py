"""What is kept of calls that a model or a program chose, and what it is told of those that were not
made."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from events.invocations import InvocationView, Labelled
from events.plan_content import AgentTurns, Call, SkillCalls
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.conversation import REFUSED
from functions.runs.rules.moves import Halt, failed, paused
from functions.runs.rules.order import Placed
from functions.runs.rules.run import Run
from functions.runs.rules.step_result import StepResult, result_id, result_in
from functions.runs.rules.thinking import ChosenCall
from shared.connectors.operations import Operations


def changed_operation(step: str, calls: tuple[Call, ...], known: Operations) -> Halt | None:
    """An operation that is not the one that was assented to is not used."""
    for each in calls:
        now = known.find(each.operation)
        if now is None or now.pin != each.pin:
            detail = f"{each.operation} is not as the plan has it: compile the capsule again"
            return failed(step, "operation_changed", detail)
    return None


def too_dear(step: str, price: int, own: int | None, whole: int) -> Halt | None:
    """The step fails where it may not spend the price, `own` being what is left for it, and the run
    rests where that may not: `whole` is left for it. None where both may. In micro-dollars."""
    if own is not None and price > own:
        detail = f"the step may spend {max(own, 0)} micro-dollars more; this may cost {price}"
        return failed(step, "spend_exhausted", detail)
    if price > whole:
        return paused(step, "budget_exhausted", "the run may spend no more")
    return None


def refusal(why: str) -> Labelled:
    """What the model, or the program, is told of a call that was not made."""
    return Labelled(value={REFUSED: why})


def results_before(run: Run, placed: Placed, results: Mapping[str, StepResult]) -> list[StepResult]:
    """The results of the step under way, one for each iteration so far, in order."""
    ids = (result_id(run.run_id, placed.number, each) for each in range(run.cursor.call))
    return [results[id] for id in ids]


def refused_result(run: Run, placed: Placed, iteration: int, why: str, at: datetime) -> StepResult:
    """The result of a chosen call that was not made."""
    return result_in(run, placed, at, status=REFUSED, iteration=iteration, output=refusal(why))


def as_chosen(call: ConcreteCall) -> dict[str, Any]:
    """What the result of a call keeps because a model, or a program, chose it: what was made, and
    its price."""
    if not is_chosen(call):
        return {}
    chosen = ChosenCall(call=call.call, arguments=call.arguments)
    return {"chosen": chosen, "predicted_usd_micros": call.call.price_usd_micros}


def is_chosen(call: ConcreteCall) -> bool:
    """Whether a model, or a program, chose the call."""
    does = call.placed.step.does
    return isinstance(does, AgentTurns) or (
        isinstance(does, SkillCalls) and call.call != does.compute
    )


def noted_refusal(result: StepResult, view: InvocationView) -> StepResult:
    """The result of a chosen call that `tools` refused: whoever chose it is told, also in words of
    its target, and goes on."""
    why = ": ".join(each for each in (view.reason, view.detail) if each) or "it was refused"
    told = refusal(why[:1_000]).but(labels=result.output.labels)
    return result.but(status=REFUSED, output=told)


def chosen_in(placed: Placed, results: Mapping[str, StepResult]) -> list[ConcreteCall]:
    """The calls that a model, or a program, chose in the step and that were made, in order."""
    found = (each for each in results.values() if each.number == placed.number)
    made = [each for each in found if each.chosen is not None and each.status == "completed"]
    return [
        ConcreteCall(placed, each.chosen.call, each.iteration, each.chosen.arguments)
        for each in sorted(made, key=lambda one: one.iteration or 0)
        if each.chosen is not None
    ]
