"""Plans: compiled, shown and rehearsed."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from events.jobs import JobPlan, OrderedJob
from events.models import MODEL_ROUTES, ModelRouteState
from events.plan_content import PlanContent, all_steps, route_of
from events.plans import Prediction, RehearsalMode
from functions.capsules.aggregates import PLANS, RUN
from functions.capsules.rules.compiler import Compiled, compile_capsule
from functions.capsules.rules.denials import Now
from functions.capsules.rules.ghostrun import rehearse
from functions.capsules.rules.plan import (
    Plan,
    compiled,
    denials_in,
    read_plan,
    rehearsed,
    told_once,
)
from functions.capsules.rules.problems import Flawed, refusal
from functions.capsules.rules.requested_calls import agents_of, calls_of, plans_in
from functions.capsules.service.artifacts import known_artifacts
from functions.capsules.service.operations import known_operations
from functions.capsules.service.policies import policies_about
from functions.capsules.service.sources import Sources
from functions.capsules.settings import settings
from functions.capsules.views import PlanView
from shared.agents.reading import read_agent
from shared.aggregates.command import Command
from shared.kit.bounded import TookTooLong, bounded
from shared.kit.callers import Caller
from shared.kit.contents import Contents
from shared.kit.errors import CapsuleInvalid
from shared.storage.idempotency import IdempotencyKey
from shared.storage.states import read_states

T = TypeVar("T")
# What a job that an event started is given it as.
EVENT = "event"
# How long a processor may compile or rehearse a plan.
MOST_SECONDS = 5.0


async def compile_plan(
    caller: Caller, key: IdempotencyKey, name: str, version: str, inputs: Mapping[str, Any]
) -> PlanView:
    """The plan of a published capsule with these inputs, and the plans in it. Raises NotFound,
    VersionConflict, CapsuleInvalid, ContentErased, PayloadTooLarge, Unavailable."""

    async def use_case(work: Command) -> PlanView:
        result = await _compiled(Sources(work), name, version, inputs)
        return await _shown(work, result, await _kept(work, result, caller.principal))

    return await RUN.command(caller, use_case, PlanView, key=key)


async def _in_time(work: Callable[[], T]) -> T:
    """What the work gives, which evaluates expressions of strangers. Raises CapsuleInvalid where
    they take too long."""
    try:
        return await bounded(work, seconds=MOST_SECONDS)
    except TookTooLong as error:
        raise CapsuleInvalid(
            f"its expressions over the inputs take more than {MOST_SECONDS:g} s: give shorter"
            " lists, or let a step do the work"
        ) from error


async def plan_job(caller: Caller, job: OrderedJob) -> JobPlan:
    """The plan of a job, compiled and fully rehearsed in one commit, and in none where it was
    before. Raises as `compile_plan` and `ghostrun`."""

    async def use_case(work: Command) -> JobPlan:
        sources = Sources(work)
        version = job.version or await sources.newest(job.capsule)
        result = await _compiled(sources, job.capsule, version, job.inputs, job.event)
        for inner in result.every[:-1]:
            await _kept(work, inner, caller.principal)
        known = await work.find(PLANS, result.content.hash)
        new = compiled(known, result, caller.principal, work.at)
        state: Plan = known or new[0].state
        plans = {each.content.hash: each.plan for each in result.every}
        prediction = await _predicted(work, state, plans, "full")
        await work.save(*told_once(new, rehearsed(state, prediction)))
        denials = denials_in(prediction)
        return JobPlan(plan_hash=state.plan_hash, version=version, denials=denials)

    return await RUN.command(caller, use_case, JobPlan)


async def _compiled(
    sources: Sources,
    name: str,
    version: str,
    inputs: Mapping[str, Any],
    event: Mapping[str, Any] | None = None,
) -> Compiled:
    source = await sources.read(name, version)
    if event is not None and EVENT in source.body.inputs:
        inputs = {**inputs, EVENT: event}
    try:
        artifacts = await known_artifacts(sources, inputs)
        return await _in_time(
            lambda: compile_capsule(source, inputs, sources.found, artifacts=artifacts)
        )
    except Flawed as flawed:
        raise refusal(flawed.problems, sources.texts[f"{name}@{version}"]) from flawed


async def _kept(work: Command, result: Compiled, by: str) -> Plan:
    """The plan as it is kept now, like those in it."""
    for each in result.every:
        known = await work.find(PLANS, each.content.hash)
        saved = await work.save(*compiled(known, each, by, work.at))
        plan: Plan = (*saved, known)[0]
    return plan


async def _shown(work: Command, result: Compiled, plan: Plan) -> PlanView:
    hashes = [plan.prediction_hash] if plan.prediction_hash else []
    contents = await work.read_contents(*hashes)
    whole = Contents({**contents.found, result.content.hash: result.content})
    return PlanView.showing(plan, whole)


async def show(caller: Caller, plan_hash: str) -> PlanView:
    """A plan with its content. Raises NotFound, Unavailable."""
    plan, contents, _ = await RUN.read_whole(
        caller,
        PLANS,
        plan_hash,
        lambda each: [each.plan_hash, *([each.prediction_hash] if each.prediction_hash else [])],
    )
    return PlanView.showing(plan, contents)


async def ghostrun(
    caller: Caller, key: IdempotencyKey, plan_hash: str, mode: RehearsalMode
) -> Prediction:
    """The prediction of a plan, which a full rehearsal keeps where nothing is denied. Raises
    NotFound, ContentErased, PolicyInvalid, Unavailable."""

    async def use_case(work: Command) -> Prediction:
        state = await work.get(PLANS, plan_hash)
        prediction = await _predicted(work, state, await _plans(work, plan_hash), mode)
        await work.save(*rehearsed(state, prediction))
        return prediction

    return await RUN.command(caller, use_case, Prediction, key=key, about=(PLANS, plan_hash))


async def _predicted(
    work: Command, state: Plan, plans: Mapping[str, PlanContent], mode: RehearsalMode
) -> Prediction:
    plan = plans[state.plan_hash]
    now = None if mode == "fast" else await _now(work, state.plan_hash, plans)
    return await _in_time(lambda: rehearse(plan, plans, mode, now))


async def _plans(work: Command, plan_hash: str) -> dict[str, PlanContent]:
    """The plan and those in it, level by level."""
    found: dict[str, PlanContent] = {}
    level = [plan_hash]
    while level:
        contents = await work.read_contents(*level)
        read = {each: read_plan(contents.value(each)) for each in level}
        found |= read
        inner = (each for plan in read.values() for each in plans_in(plan))
        level = [each for each in dict.fromkeys(inner) if each not in found]
    return found


async def _now(work: Command, plan_hash: str, plans: Mapping[str, PlanContent]) -> Now:
    plan = plans[plan_hash]
    agents, stopped = {}, {}
    for agent_id in agents_of(plan, plans):
        agent = await read_agent(work.store, agent_id)
        if agent is None:
            continue
        told = agent.why_not(work.at)
        if told is not None:
            stopped[agent_id] = told
        else:
            agents[agent_id] = (agent.state.version, agent.state.spec_hash, agent.rights)
    calls = calls_of(plan, plans)
    policies = await policies_about(work.caller, work.workspace_id, plan_hash, calls, work.at)
    operations = await known_operations(work, (each.operation for each in calls))
    parts = (route_of(step) for each in plans.values() for step in all_steps(each.steps))
    named = [part.name for part in parts if part is not None]
    routes = await read_states(work.store, MODEL_ROUTES, ModelRouteState, named)
    return Now(agents, stopped, policies, operations, settings().model_name, routes)
