"""The receipt of what became of one call."""

from typing import Any

from events.invocations import InvocationView
from events.receipts import Outcome, Receipt, artifact_in, reason_of, receipt_id_of
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.run import Run
from functions.runs.rules.step_result import StepResult
from shared.kit.canonical import content_hash


def receipt_of(
    run: Run, call: ConcreteCall, view: InvocationView, result: StepResult, **fields: Any
) -> Receipt:
    """The receipt that reports the outcome; the same call with the same outcome has the same."""
    outcome: Outcome = view.outcome
    attempt = run.cursor.attempt
    output = view.output.value if view.output is not None else None
    said = {
        "receipt_id": receipt_id_of(view.invocation_id, outcome, attempt),
        "invocation_id": view.invocation_id,
        "run_id": run.run_id,
        "step": call.step,
        "iteration": call.iteration,
        "attempt": attempt,
        "operation": call.call.operation,
        "outcome": outcome,
        "at": view.at,
        "agent_id": run.agent_id,
        "agent_version": run.agent_version,
        "plan_hash": run.plan_hash,
        "arguments_sha256": content_hash(call.arguments),
        "output_sha256": content_hash(output) if view.output is not None else None,
        "token_id": view.token_id,
        "decision": view.decision,
        "approval_id": result.approval_id,
        "assented_by": result.assented_by,
        "settled_by": view.settled_by,
        "cost_usd_micros": view.cost_usd_micros,
        "predicted_usd_micros": result.predicted_usd_micros,
        "reason": reason_of(view.reason),
        "pin": view.pin or None,
        "credential": view.credential,
        "labels": view.labels or None,
        "artifact_sha256": artifact_in(call.call.operation, output),
    }
    return Receipt.model_validate({**said, **fields})


def answered_in(run: Run, view: InvocationView) -> dict[str, str | None]:
    """Where somebody answered what the server of the call asked, and who; nothing where nobody
    did."""
    given = run.answer
    if given is None or given.invocation_id != view.invocation_id or given.given_by is None:
        return {}
    return {"approval_id": given.approval_id, "assented_by": given.given_by}


def assent_of(run: Run, call: ConcreteCall) -> dict[str, str | None]:
    """Who assented to a call, and where, as its result says it; nothing where nobody had to."""
    given = {"step": run.step_assent, "plan": run.plan_assent}.get(call.placed.step.assent)
    if given is None:
        return {}
    return {"approval_id": given.approval_id, "assented_by": given.given_by}
