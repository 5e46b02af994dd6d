"""What people are asked: whether a plan may run, or whether a step may make exactly these calls."""

from collections.abc import Iterable, Sequence
from typing import Any

from events.effects import APPROVAL_KIND, RISK, Effect, gravity
from events.elicitation import ELICITATION, Elicitation, content_of_elicitation
from events.invocations import InvocationView
from events.plan_content import Call, PlanContent, PlanStep, SubRun, all_steps, calls_in
from events.plans import Prediction
from functions.runs.rules.calls import ConcreteCall
from functions.runs.rules.run import Run
from shared.kit.contents import Content

# What a person reads first of a server's question.
ASKS = "its server asks a question; what it says is a stranger's, and nobody has checked it"


def effects_of(plan: PlanContent, prediction: Prediction | None) -> list[Effect]:
    """The effects of all calls of a plan, also of those that models may choose, and in the runs
    that its steps start: what nobody predicted of these counts as the gravest."""
    known = {each.step: each.effect for each in (prediction.steps if prediction else ())}
    steps = all_steps(plan.steps)
    calls: list[Effect] = [call.effect for each in steps for call in calls_in(each)]
    return calls + [known.get(each.id, "decide") for each in steps if isinstance(each.does, SubRun)]


def irreversible_in(steps: Sequence[PlanStep], prediction: Prediction | None) -> list[str]:
    """What in the steps nothing undoes: operations, and runs that steps start."""
    undone = {each.step for each in (prediction.steps if prediction else ()) if each.reversible}
    runs = [each.id for each in steps if isinstance(each.does, SubRun) and each.id not in undone]
    calls = irreversible(call for each in steps for call in calls_in(each))
    return [*calls, *(f"all of what step {id} starts" for id in sorted(runs))]


def irreversible(calls: Iterable[Call]) -> list[str]:
    """The operations of the calls that nothing undoes, each once."""
    return sorted({each.operation for each in calls if each.is_irreversible})


def gravest(effects: Sequence[Effect]) -> Effect:
    """The gravest of some effects; `read` where there is none."""
    return max(effects, key=gravity, default="read")


def content_of_calls(run: Run, calls: Sequence[ConcreteCall]) -> Content:
    """The content that an assent to a step's calls is for."""
    first = calls[0]
    return Content.of(
        {
            "plan_hash": run.plan_hash,
            "run_id": run.run_id,
            "step": first.step,
            "operation": first.call.operation,
            "effect": first.call.effect,
            "calls": [_shown(each, first) for each in calls],
        }
    )


def content_of_question(
    run: Run, call: ConcreteCall, view: InvocationView, asked: Elicitation
) -> Content:
    """The content that an answer is for: the call, and what its server asks."""
    content = content_of_calls(run, (call,)).value
    said = content_of_elicitation(asked, view.invocation_id, call.call.operation)
    return Content.of({**content, ELICITATION: said})


def _shown(call: ConcreteCall, first: ConcreteCall) -> dict[str, Any]:
    """A call as somebody sees who assents to it. One of a group, which other calls are made
    together with, says what it is."""
    shown: dict[str, Any] = {"iteration": call.iteration, "arguments": call.arguments}
    if call.labels:
        shown["labels"] = list(call.labels)
    if call.step != first.step:
        shown |= {"step": call.step, "operation": call.call.operation, "effect": call.call.effect}
    return shown


def question(
    run: Run, effect: Effect, content_hash: str, summary: str, token: str, authors: Sequence[str]
) -> dict[str, Any]:
    """The fields of the event that asks, beside the run's own and its evidence."""
    return {
        "kind": APPROVAL_KIND[effect],
        "effect": effect,
        "risk": RISK[effect],
        "summary": summary,
        "content_hash": content_hash,
        "requested_by": run.started_by,
        "authors": tuple(dict.fromkeys(authors)),
        "token": token,
    }


def evidence_of(run: Run, prediction: Prediction | None, changed: Sequence[Any] = ()) -> Content:
    """What the approver sees first: what the run has done and spent, what has changed since the
    last assent, and what was predicted."""
    so_far = {"steps_done": run.done, "of": run.steps, "spent_usd_micros": run.spent_usd_micros}
    items: list[Any] = [{"run": run.run_id, **so_far}, *changed]
    if prediction is not None:
        items.append({"prediction": prediction.model_dump(mode="json", exclude_defaults=True)})
    return Content.of(items)


def assessment_of(effect: Effect, kept: Sequence[str]) -> Content:
    """Why it is risky, and how it is undone, but for what is `kept`."""
    undo = (
        f"Nothing undoes {', '.join(kept)}. POST /v1/runs/{{run_id}}/undo undoes the other calls."
        if kept
        else "POST /v1/runs/{run_id}/undo undoes its calls in reverse order."
    )
    return Content.of({"risk_reasons": [f"its gravest effect is {effect}"], "rollback_plan": undo})
