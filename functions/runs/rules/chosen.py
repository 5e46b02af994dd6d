"""What is kept of calls that a model chose, and what it is told of those that were not made."""

from collections.abc import Mapping
from typing import Any

from events.invocations import InvocationView, Labelled
from events.plan_content import AgentTurns
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.conversation import REFUSED
from functions.runs.rules.order import Placed
from functions.runs.rules.run import StepResult
from functions.runs.rules.thinking import ChosenCall


def refusal(why: str) -> Labelled:
    """What the model is told of a call that was not made."""
    return Labelled(value={REFUSED: why})


def as_chosen(call: ConcreteCall) -> dict[str, Any]:
    """What the result of a call keeps because a model chose it: what was made, and its price."""
    if not isinstance(call.placed.step.does, AgentTurns):
        return {}
    chosen = ChosenCall(call=call.call, arguments=call.arguments)
    return {"chosen": chosen, "predicted_usd_micros": call.call.price_usd_micros}


def refused_to_model(result: StepResult, view: InvocationView) -> StepResult:
    """The result of a call that `tools` refused: the model is told, also in words of its target,
    and goes on."""
    why = ": ".join(each for each in (view.reason, view.detail) if each) or "it was refused"
    told = refusal(why[:1_000]).but(labels=result.output.labels)
    return result.but(status=REFUSED, output=told)


def chosen_in(placed: Placed, results: Mapping[str, StepResult]) -> list[ConcreteCall]:
    """The calls that a model chose in the step and that were made, in their order."""
    found = (each for each in results.values() if each.number == placed.number)
    made = [each for each in found if each.chosen is not None and each.status == "completed"]
    return [
        ConcreteCall(placed, each.chosen.call, each.iteration, each.chosen.arguments)
        for each in sorted(made, key=lambda one: one.iteration or 0)
        if each.chosen is not None
    ]
