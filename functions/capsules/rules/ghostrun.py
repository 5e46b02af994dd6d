"""Rehearses a plan: what each step would do, cost and need, and why it would not be let act. Pure
over the plan and what is known now; it touches nothing."""

from collections.abc import Iterator, Mapping

from events.effects import HARMLESS, RISK, RISKS, Effect, Risk, gravity
from events.operations import SKILL
from events.plan_content import (
    Call,
    Completion,
    ModelStep,
    Parallel,
    PlanContent,
    PlanStep,
    SkillCalls,
    SubRun,
    Wait,
    all_steps,
)
from events.plans import Prediction, RehearsalMode, StepPrediction
from functions.capsules.rules import denials
from functions.capsules.rules.compiler import Compiled
from functions.capsules.rules.completions import given_by
from functions.capsules.rules.denials import Now
from functions.capsules.rules.requested_calls import Plans, calls_of_step
from functions.capsules.rules.scope import known_items
from functions.capsules.rules.skills import shape_of
from functions.capsules.rules.turns import ANSWER
from shared.connectors.operations import OWN


def estimate_of(result: Compiled) -> int:
    """The most that a run of the plan costs, in micro-dollars, as far as it is known."""
    plans = {each.content.hash: each.plan for each in result.every}
    return _cost(result.plan, plans)


def rehearse(plan: PlanContent, plans: Plans, mode: RehearsalMode, now: Now | None) -> Prediction:
    """The prediction. `plans` are the plans in it, by hash. `now` is None for a fast rehearsal,
    which judges neither rights nor policies."""
    steps = tuple(_predictions(plan, plans, mode, now))
    cost = sum(each.cost_usd_micros for each in steps)
    denied = (*denials.of_agent(plan, now), *denials.of_budget(plan, cost))
    irreversible = (each.step for each in steps if not each.reversible)
    asked = sum(each.assent == "step" for each in all_steps(plan.steps))
    return Prediction(
        mode=mode,
        steps=steps,
        cost_usd_micros=cost,
        risk=max((each.risk for each in steps), key=RISKS.index, default="low"),
        approvals=asked + plan.needs_assent,
        denials=denied,
        point_of_no_return=next(irreversible, None),
        passes=not denied and not any(each.denials for each in steps),
        tolerance_percent=max((each.tolerance_percent for each in steps), default=0),
    )


def _predictions(
    plan: PlanContent, plans: Plans, mode: RehearsalMode, now: Now | None
) -> Iterator[StepPrediction]:
    for step in all_steps(plan.steps):
        if isinstance(step.does, Parallel):
            continue
        calls = tuple(calls_of_step(step, plans))
        effect: Effect = max((each.effect for each in calls), key=gravity, default="read")
        does = step.does
        yield StepPrediction(
            step=step.id,
            operation=does.operation if isinstance(does, Call) else None,
            effect=effect,
            risk=_risk(effect),
            calls=_count(step, plan, plans),
            cost_usd_micros=_cost_of(step, plan, plans),
            reversible=all(each.undo or each.effect in HARMLESS for each in calls),
            approval=step.assent != "none",
            output={} if mode == "security" else _output(step, now),
            denials=tuple(denials.of_step(step, plan, plans, now)) if now is not None else (),
            tolerance_percent=step.tolerance_percent,
        )


def _risk(effect: Effect) -> Risk:
    return RISK[effect]


def _count(step: PlanStep, plan: PlanContent, plans: Plans) -> int | None:
    does = step.does
    if isinstance(does, Wait):
        return 0
    if isinstance(does, ModelStep):
        return does.envelope.most_calls
    if isinstance(does, SkillCalls):
        return does.most_calls
    if isinstance(does, SubRun):
        inner = plans[does.plan_hash]
        counts = [_count(each, inner, plans) for each in all_steps(inner.steps)]
        known = [each for each in counts if each is not None]
        return sum(known) if len(known) == len(counts) else None
    if isinstance(does, Parallel):
        return 0
    items = known_items(step.for_each, plan.inputs)
    return None if items is None else len(items)


def _cost(plan: PlanContent, plans: Plans) -> int:
    return sum(_cost_of(each, plan, plans) for each in all_steps(plan.steps))


def _cost_of(step: PlanStep, plan: PlanContent, plans: Plans) -> int:
    does = step.does
    most = plan.budget_usd_micros if step.budget_usd_micros is None else step.budget_usd_micros
    if isinstance(does, SubRun):
        return min(most, _cost(plans[does.plan_hash], plans))
    if isinstance(does, ModelStep):
        return min(most, does.envelope.spend_usd_micros)
    if isinstance(does, SkillCalls):
        return min(most, does.most_calls * max(each.price_usd_micros for each in does.calls))
    if not isinstance(does, Call) or not does.price_usd_micros:
        return 0
    count = _count(step, plan, plans)
    return most if count is None else count * does.price_usd_micros


def _output(step: PlanStep, now: Now | None) -> Mapping[str, object]:
    if isinstance(step.does, Completion):
        return given_by(step.does)
    if isinstance(step.does, ModelStep):
        return ANSWER
    if isinstance(step.does, SkillCalls):
        return shape_of(step.does.compute)
    if not isinstance(step.does, Call):
        return {}
    known = (OWN if now is None else now.operations).find(step.does.operation)
    schema: Mapping[str, object] = {} if known is None else known.output_schema
    if step.does.operation == SKILL:
        schema = shape_of(step.does)
    return schema if step.for_each is None else {"type": "array", "items": schema}
