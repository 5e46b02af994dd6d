"""The calls that a run of a plan may make, and the agents that make them, with those of the plans
in it."""

from collections.abc import Iterator, Mapping
from itertools import takewhile
from typing import NamedTuple

from events.effects import Effect
from events.plan_content import Call, PlanContent, PlanStep, SubRun, all_steps, calls_in

Plans = Mapping[str, PlanContent]


class RequestedCall(NamedTuple):
    """A call, as policies are asked about it before it acts. `assented`: somebody will have
    assented to it, with the plan or with its step; `assented_call`: with its step. `before` are the
    operations of earlier steps, and `calls_before` is how many of these steps have the same
    operation."""

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
    def seen(self) -> "RequestedCall":
        """The same, once somebody has assented to exactly it."""
        return self._replace(assented=True, assented_call=True)


def calls_of(plan: PlanContent, plans: Plans) -> tuple[RequestedCall, ...]:
    """The calls that a run of the plan could make, each once."""
    asked = [
        requested_call_of(call, step, plan)
        for step in all_steps(plan.steps)
        if not isinstance(step.does, SubRun)
        for call in calls_of_step(step, plans)
    ]
    inner = (each for one in _inner(plan, plans) for each in calls_of(one, plans))
    return tuple(dict.fromkeys((*asked, *inner)))


def requested_call_of(call: Call, step: PlanStep, plan: PlanContent) -> RequestedCall:
    """The call of the step, as policies are asked about it."""
    agent = plan.agent
    assented = step.assent != "none"
    earlier = takewhile(lambda each: each.id != step.id, all_steps(plan.steps))
    before = [each.does.operation for each in earlier if isinstance(each.does, Call)]
    who, distinct = (agent.agent_id, agent.version), tuple(sorted(set(before)))
    many = before.count(call.operation)
    how = (step.assent == "step", call.is_irreversible)
    return RequestedCall(call.operation, call.effect, step.id, *who, assented, distinct, many, *how)


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
        yield from calls_of_step(step, plans)


def calls_of_step(step: PlanStep, plans: Plans) -> Iterator[Call]:
    """The calls that a step could make, also by a model or in a plan that it runs."""
    if isinstance(step.does, SubRun):
        yield from _all_calls(plans[step.does.plan_hash], plans)
    else:
        yield from calls_in(step)
