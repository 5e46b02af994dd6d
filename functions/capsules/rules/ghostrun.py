"""Rehearses a plan: what each step would do, cost and need, and why it would not be let act. Pure
over the plan and what is known now; it touches nothing."""

from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import NamedTuple

from events.effects import HARMLESS, RISK, RISKS, Effect, Risk, gravity
from events.operations import SKILL
from events.plan_content import (
    AgentTurns,
    Call,
    Parallel,
    PlanContent,
    PlanStep,
    SubRun,
    Wait,
    all_steps,
    model_of,
)
from events.plans import Denial, Prediction, RehearsalMode, StepPrediction
from functions.capsules.rules.compiler import Compiled
from functions.capsules.rules.operations import OWN, Operations, Refused
from functions.capsules.rules.rights import granted
from functions.capsules.rules.scope import known_items
from functions.capsules.rules.skills import shape_of
from functions.capsules.rules.turns import ANSWER
from shared.agents.rights import KnownRights

Plans = Mapping[str, PlanContent]


class Policy(NamedTuple):
    """What the tenant's policies say of a call, and those that determine it. `passes_seen`: it is
    denied, and would not be if somebody had assented to it."""

    allows: bool
    determining: tuple[str, ...] = ()
    passes_seen: bool = False


class Now(NamedTuple):
    """What holds now: `agents` has, by id, the version, the spec hash and the rights of each agent
    that serves, `stopped` says why another one does not, `policies` what is said of each call, and
    `operations` which there are, `model` which one is configured; empty for none."""

    agents: Mapping[str, tuple[str, str, KnownRights]]
    stopped: Mapping[str, str]
    policies: Mapping["Asked", Policy]
    operations: Operations = OWN
    model: str = ""


class Asked(NamedTuple):
    """A call, as policies are asked about it before it acts. `assented`: somebody will have
    assented to it, with the plan or with its step; `assented_call`: with its step. `before` are the
    operations of the steps that stand before its own, and `calls_before` of how many of these it is
    the operation."""

    operation: str
    effect: Effect
    step: str
    agent_id: str
    agent_version: str
    assented: bool
    before: tuple[str, ...] = ()
    calls_before: int = 0
    assented_call: bool = False
    irreversible: bool = False

    @property
    def seen(self) -> "Asked":
        """The same, once somebody has assented to exactly it."""
        return self._replace(assented=True, assented_call=True)


def estimate_of(result: Compiled) -> int:
    """The most that a run of the plan costs, in micro-dollars, as far as it is known."""
    plans = {each.content.hash: each.plan for each in result.every}
    return _cost(result.plan, plans)


def rehearse(plan: PlanContent, plans: Plans, mode: RehearsalMode, now: Now | None) -> Prediction:
    """The prediction. `plans` are the plans in it, by hash. `now` is None for a fast rehearsal,
    which judges neither rights nor policies."""
    steps = tuple(_predictions(plan, plans, mode, now))
    cost = sum(each.cost_usd_micros for each in steps)
    denials = (*_of_agent(plan, now), *_of_budget(plan, cost))
    irreversible = (each.step for each in steps if not each.reversible)
    asked = sum(each.assent == "step" for each in all_steps(plan.steps))
    return Prediction(
        mode=mode,
        steps=steps,
        cost_usd_micros=cost,
        risk=max((each.risk for each in steps), key=RISKS.index, default="low"),
        approvals=asked + plan.needs_assent,
        denials=denials,
        point_of_no_return=next(irreversible, None),
        passes=not denials and not any(each.denials for each in steps),
        tolerance_percent=max((each.tolerance_percent for each in steps), default=0),
    )


def calls_of(plan: PlanContent, plans: Plans) -> tuple[Asked, ...]:
    """The calls that a run of the plan could make, each once."""
    asked = [
        _asked(call, step, plan)
        for step in all_steps(plan.steps)
        if not isinstance(step.does, SubRun)
        for call in _calls(step, plans)
    ]
    inner = (each for one in _inner(plan, plans) for each in calls_of(one, plans))
    return tuple(dict.fromkeys((*asked, *inner)))


def _asked(call: Call, step: PlanStep, plan: PlanContent) -> Asked:
    agent = plan.agent
    assented = step.assent != "none"
    earlier = takewhile(lambda each: each.id != step.id, all_steps(plan.steps))
    before = [each.does.operation for each in earlier if isinstance(each.does, Call)]
    who, distinct = (agent.agent_id, agent.version), tuple(sorted(set(before)))
    many = before.count(call.operation)
    how = (step.assent == "step", call.is_irreversible)
    return Asked(call.operation, call.effect, step.id, *who, assented, distinct, many, *how)


def agents_of(plan: PlanContent, plans: Plans) -> tuple[str, ...]:
    """The ids of the agents of the plan and of those in it, each once."""
    inner = (each for one in _inner(plan, plans) for each in agents_of(one, plans))
    return tuple(dict.fromkeys((plan.agent.agent_id, *inner)))


def plans_in(plan: PlanContent) -> tuple[str, ...]:
    """The hashes of the plans that steps run, without those in them."""
    return tuple(s.does.plan_hash for s in all_steps(plan.steps) if isinstance(s.does, SubRun))


def _inner(plan: PlanContent, plans: Plans) -> Iterator[PlanContent]:
    return (plans[each] for each in plans_in(plan))


def _all_calls(plan: PlanContent, plans: Plans) -> Iterator[Call]:
    for step in all_steps(plan.steps):
        yield from _calls(step, plans)


def _calls(step: PlanStep, plans: Plans) -> Iterator[Call]:
    does = step.does
    if isinstance(does, Call):
        yield does
    elif isinstance(does, AgentTurns):
        yield from does.envelope.calls
    elif isinstance(does, SubRun):
        yield from _all_calls(plans[does.plan_hash], plans)


def _predictions(
    plan: PlanContent, plans: Plans, mode: RehearsalMode, now: Now | None
) -> Iterator[StepPrediction]:
    for step in all_steps(plan.steps):
        if isinstance(step.does, Parallel):
            continue
        calls = tuple(_calls(step, plans))
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
            denials=tuple(_denials(step, plan, plans, now)) if now is not None else (),
            tolerance_percent=step.tolerance_percent,
        )


def _risk(effect: Effect) -> Risk:
    return RISK[effect]


def _count(step: PlanStep, plan: PlanContent, plans: Plans) -> int | None:
    does = step.does
    if isinstance(does, Wait):
        return 0
    if isinstance(does, AgentTurns):
        return does.envelope.most_calls
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
    if isinstance(does, AgentTurns):
        return min(most, does.envelope.spend_usd_micros)
    if not isinstance(does, Call) or not does.price_usd_micros:
        return 0
    count = _count(step, plan, plans)
    return most if count is None else count * does.price_usd_micros


def _output(step: PlanStep, now: Now | None) -> Mapping[str, object]:
    if isinstance(step.does, AgentTurns):
        return ANSWER
    if not isinstance(step.does, Call):
        return {}
    known = (OWN if now is None else now.operations).find(step.does.operation)
    schema: Mapping[str, object] = {} if known is None else known.output_schema
    if step.does.operation == SKILL:
        schema = shape_of(step.does)
    return schema if step.for_each is None else {"type": "array", "items": schema}


def _of_agent(plan: PlanContent, now: Now | None) -> Iterator[Denial]:
    if now is None:
        return
    agent = plan.agent
    known = now.agents.get(agent.agent_id)
    if known is None:
        detail = now.stopped.get(agent.agent_id, f"{agent.name} is no agent any more")
        yield Denial(code="agent", detail=detail, change="let the agent serve, or name another one")
    elif known[:2] != (agent.version, agent.spec_hash):
        yield Denial(
            code="agent",
            detail=f"{agent.name} is {known[0]} now; the plan has the rights of {agent.version}",
            change="compile the capsule again",
        )


def _of_budget(plan: PlanContent, cost: int) -> Iterator[Denial]:
    if cost > plan.budget_usd_micros:
        yield Denial(
            code="budget",
            detail=f"it may cost {cost} micro-dollars; a run may cost {plan.budget_usd_micros}",
            change="bound its steps with budget_usd, or raise per_run_usd in the agent's spec",
        )


def _denials(step: PlanStep, plan: PlanContent, plans: Plans, now: Now) -> Iterator[Denial]:
    if isinstance(step.does, SubRun):
        inner = plans[step.does.plan_hash]
        yield from _of_agent(inner, now)
        for each in all_steps(inner.steps):
            yield from _denials(each, inner, plans, now)
        return
    yield from _of_model(step, now)
    for call in _calls(step, plans):
        yield from _of_operation(call, now)
        yield from _of_rights(call, plan, now)
        yield from _of_policies(_asked(call, step, plan), now)


def _of_model(step: PlanStep, now: Now) -> Iterator[Denial]:
    named = model_of(step)
    if named in (None, now.model):
        return
    told = f"{now.model} is configured now" if now.model else "none is configured now"
    detail = f"the plan was compiled with {f'the model {named}' if named else 'no model'}; {told}"
    yield Denial(code="model", detail=detail, change="compile the capsule again")


def _of_operation(call: Call, now: Now) -> Iterator[Denial]:
    known = now.operations.find(call.operation)
    if known is None or known.pin != call.pin:
        yield Denial(
            code="operation",
            detail=f"{call.operation} is not the operation that the plan was compiled with",
            change="compile the capsule again",
        )


def _of_rights(call: Call, plan: PlanContent, now: Now) -> Iterator[Denial]:
    known = now.agents.get(plan.agent.agent_id)
    if known is None or now.operations.find(call.operation) is None:
        return
    try:
        granted(call.operation, known[2], plan.agent, now.operations)
    except Refused as refusal:
        detail, _, change = str(refusal).partition(": ")
        yield Denial(code="rights", detail=detail, change=change)


def _of_policies(call: Asked, now: Now) -> Iterator[Denial]:
    said = now.policies.get(call, Policy(allows=False))
    if said.allows:
        return
    named = said.determining[0] if said.determining else None
    if said.passes_seen:
        change = "write `approval: required` at the step"
    elif named is not None:
        change = f"change {named}, or leave the step out"
    else:
        change = "publish a policy that permits it, or leave the step out"
    by = "no policy permits" if named is None else f"the policy {named} forbids"
    yield Denial(code="policy", detail=f"{by} {call.operation}", change=change)
