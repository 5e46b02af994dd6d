"""A plan: compiled once, and rehearsed as often as somebody asks."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from events.jobs import JobDenial
from events.plan_content import PlanContent
from events.plans import PlanCompiled, PlanRehearsed, PlanState, Prediction, SignedPlan
from functions.capsules.rules.compiler import Compiled
from functions.capsules.rules.ghostrun import estimate_of
from shared.kit.contents import Content
from shared.kit.models import part_of
from shared.kit.transitions import Transition

Steps = tuple[Transition[Any], ...]


class Plan(PlanState):
    """A plan as it is stored: all of it is published."""


def statement_of(data: Any, tenant_id: str) -> SignedPlan:
    """What is signed of an event of a plan: all that a run believes of it."""
    fields = data.model_dump(include=set(SignedPlan.model_fields))
    return SignedPlan(**fields, tenant_id=tenant_id)


def compiled(known: Plan | None, result: Compiled, by: str, at: datetime) -> Steps:
    """The plan of a content that was compiled; nothing where it is there already, because it can be
    no other."""
    if known is not None:
        return ()
    content, plan = result.content, result.plan
    state = Plan(
        plan_hash=content.hash,
        status="compiled",
        capsule=plan.capsule.name,
        version=plan.capsule.version,
        agent_id=plan.agent.agent_id,
        agent_version=plan.agent.version,
        needs_assent=plan.needs_assent,
        estimate_usd_micros=estimate_of(result),
        compiled_by=by,
        compiled_at=at,
    )
    return (Transition(state, PlanCompiled, contents=(content,)),)


def rehearsed(plan: Plan, prediction: Prediction) -> Steps:
    """The plan with the prediction of a full rehearsal in which nothing is denied; nothing for any
    other, and where it has this one already."""
    content = prediction_content(prediction)
    if prediction.mode != "full" or not prediction.passes:
        return ()
    if plan.prediction_hash == content.hash:
        return ()
    state = plan.but(
        status="rehearsed",
        prediction_hash=content.hash,
        estimate_usd_micros=prediction.cost_usd_micros,
    )
    return (Transition(state, PlanRehearsed, contents=(content,)),)


def told_once(new: Steps, then: Steps) -> Steps:
    """A new plan and its rehearsal, as one event where it passes: whoever reads that knows both."""
    if not new or not then:
        return (*new, *then)
    (compiled,), (passed,) = new, then
    return (replace(passed, contents=(*compiled.contents, *passed.contents)),)


def denials_in(prediction: Prediction) -> tuple[JobDenial, ...]:
    """Why the plan may not run: what is denied of its steps, and of the plan as a whole."""
    of_steps = [(each.step, denial) for each in prediction.steps for denial in each.denials]
    whole = [(None, denial) for denial in prediction.denials]
    return tuple(part_of(JobDenial, denial, step=step) for step, denial in (*of_steps, *whole))


def prediction_content(prediction: Prediction) -> Content:
    """The content that holds a prediction."""
    return Content.of(prediction.model_dump(mode="json"))


def read_plan(value: Any) -> PlanContent:
    """The plan in the value of its content."""
    return PlanContent.model_validate(value)
