"""Why a step of a plan would not be let act, each with the nearest change after which it would."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import NamedTuple

from events.models import ModelRouteState, route_part
from events.plan_content import (
    Call,
    PlanContent,
    PlanStep,
    SubRun,
    all_steps,
    route_of,
    stack_model_of,
)
from events.plans import Denial
from functions.capsules.rules.operations import Refused
from functions.capsules.rules.requested_calls import (
    Plans,
    RequestedCall,
    calls_of_step,
    requested_call_of,
)
from functions.capsules.rules.rights import Holder, granted
from shared.agents.rights import KnownRights
from shared.connectors.operations import OWN, Operations


class Policy(NamedTuple):
    """What the tenant's policies say of a call, and those that determine it. `passes_seen`: it is
    denied, and would not be if somebody had assented to it."""

    allows: bool
    determining: tuple[str, ...] = ()
    passes_seen: bool = False


class Now(NamedTuple):
    """What holds now: `agents` has, by id, the version, the spec hash and the rights of each agent
    that serves, `stopped` says why another one does not, `policies` what is said of each call, and
    `operations` which there are, `model` which one is configured, empty for none, and `routes` the
    tenant's own that the plans name."""

    agents: Mapping[str, tuple[str, str, KnownRights]]
    stopped: Mapping[str, str]
    policies: Mapping[RequestedCall, Policy]
    operations: Operations = OWN
    model: str = ""
    routes: Mapping[str, ModelRouteState] = MappingProxyType({})


def of_agent(plan: PlanContent, now: Now | None) -> Iterator[Denial]:
    """Its agent does not serve, or is another version by now."""
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


def of_budget(plan: PlanContent, cost: int) -> Iterator[Denial]:
    """It may cost more micro-dollars than a run may."""
    if cost > plan.budget_usd_micros:
        yield Denial(
            code="budget",
            detail=f"it may cost {cost} micro-dollars; a run may cost {plan.budget_usd_micros}",
            change="bound its steps with budget_usd, or raise per_run_usd in the agent's spec",
        )


def of_step(step: PlanStep, plan: PlanContent, plans: Plans, now: Now) -> Iterator[Denial]:
    """What the step asks for is not there as it was compiled, or nobody allows it."""
    if isinstance(step.does, SubRun):
        inner = plans[step.does.plan_hash]
        yield from of_agent(inner, now)
        for each in all_steps(inner.steps):
            yield from of_step(each, inner, plans, now)
        return
    yield from _of_model(step, now)
    for call in calls_of_step(step, plans):
        yield from _of_operation(call, now)
        yield from _of_rights(call, plan, now)
        yield from _of_policies(requested_call_of(call, step, plan), now)


def _of_model(step: PlanStep, now: Now) -> Iterator[Denial]:
    if (part := route_of(step)) is not None:
        known = now.routes.get(part.name)
        if known is None or route_part(known) != part:
            yield Denial(
                code="model",
                detail=f"the route {part.name} is not what the plan was compiled with",
                change="compile the capsule again",
            )
    named = stack_model_of(step)
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
        granted(call.operation, Holder(plan.agent, known[2], now.operations))
    except Refused as refusal:
        detail, _, change = str(refusal).partition(": ")
        yield Denial(code="rights", detail=detail, change=change)


def _of_policies(call: RequestedCall, now: Now) -> Iterator[Denial]:
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
