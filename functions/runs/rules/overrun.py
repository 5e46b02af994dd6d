"""A run rests where it does more, or costs more, than its rehearsal said."""

from events.plan_content import AgentTurns, SkillCalls
from events.plans import Prediction, StepPrediction
from functions.runs.rules.calls import ConcreteCall, Prepared
from functions.runs.rules.moves import Halt, paused
from functions.runs.rules.order import Unit
from functions.runs.rules.run import Costlier, Run

OVERRUN = "overrun"


def predicted_of(prediction: Prediction | None, step: str) -> StepPrediction | None:
    """What was predicted of a step."""
    steps = prediction.steps if prediction is not None else ()
    return next((each for each in steps if each.step == step), None)


def price_of(prediction: Prediction | None, call: ConcreteCall) -> int:
    """What one call was predicted to cost: its part of its step or, where nobody knew how many
    there would be, or a model or a program chose it, its price in the plan."""
    predicted = predicted_of(prediction, call.step)
    if isinstance(call.placed.step.does, AgentTurns | SkillCalls):
        return call.call.price_usd_micros
    if predicted is None:
        return 0
    if predicted.calls is None:
        return call.call.price_usd_micros
    return predicted.cost_usd_micros // max(predicted.calls, 1)


def more_calls(
    run: Run, prediction: Prediction | None, unit: Unit, prepared: Prepared
) -> Halt | None:
    """The run rests before a step that makes more calls than was predicted."""
    for placed in unit:
        predicted = predicted_of(prediction, placed.step.id)
        made = sum(each.placed.number == placed.number for each in prepared.calls)
        if predicted is None or predicted.calls is None or made <= predicted.calls:
            continue
        if run.accepted != placed.step.id:
            detail = f"it makes {made} calls, and its rehearsal predicted {predicted.calls}"
            return paused(placed.step.id, OVERRUN, detail)
    return None


def note_cost(run: Run, prediction: Prediction | None, call: ConcreteCall, cost: int) -> Run:
    """The run, which knows of a call that cost more than was predicted, beyond its step's
    tolerance. What
    a person has accepted of the step's calls, its further calls may cost."""
    if prediction is None:
        return run
    price = price_of(prediction, call)
    known, seen = run.costlier, run.accepted_cost
    if seen is not None and seen.step == call.step and cost <= seen.usd_micros:
        return run
    is_more = cost * 100 > price * (100 + call.placed.step.tolerance_percent)
    if not is_more or (known is not None and known.usd_micros >= cost):
        return run
    return run.but(costlier=Costlier(step=call.step, usd_micros=cost, predicted_usd_micros=price))


def costs_more(run: Run) -> Halt | None:
    """The run rests after a call that cost more than was predicted, and before anything else."""
    more = run.costlier
    if more is None:
        return None
    detail = (
        f"a call cost {more.usd_micros} micro-dollars, and its rehearsal predicted "
        f"{more.predicted_usd_micros}"
    )
    return paused(more.step, OVERRUN, detail)


def accept(run: Run) -> Run:
    """The run after a person saw and accepted what it does or costs beyond its prediction."""
    failure = run.failure
    if failure is None or failure.code != OVERRUN:
        return run
    if run.costlier is not None:
        return run.but(costlier=None, accepted_cost=run.costlier)
    return run.but(accepted=failure.step)
