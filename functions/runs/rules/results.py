"""What a run keeps of what became of a call."""

from datetime import datetime

from events.invocations import InvocationView
from events.plans import Prediction
from functions.runs.rules import chosen_calls
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.labels import labelled
from functions.runs.rules.overrun import price_of
from functions.runs.rules.receipts import answered_in, assent_of
from functions.runs.rules.run import Run
from functions.runs.rules.step_result import StepResult, result_in


def result_of(
    run: Run, prediction: Prediction | None, call: ConcreteCall, view: InvocationView, at: datetime
) -> StepResult:
    """The result of the call's step, or of one iteration of it: what it gave with its labels, what
    it cost and was predicted to, and who allowed it."""
    result = result_in(
        run,
        call.placed,
        at,
        status="completed",
        iteration=call.iteration,
        operation=call.call.operation,
        invocation_id=view.invocation_id,
        output=labelled(view, call),
        cost_usd_micros=view.cost_usd_micros,
        predicted_usd_micros=price_of(prediction, call),
        decision=view.decision,
        settled_by=view.settled_by,
    )
    assented = assent_of(run, call) or answered_in(run, view)
    return result.but(**assented, **chosen_calls.as_chosen(call))
