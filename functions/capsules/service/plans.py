"""Plans: compiled, shown and rehearsed."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from events.plan_content import PlanContent
from events.plans import Prediction, RehearsalMode
from functions.capsules.aggregates import PLANS, RUN
from functions.capsules.rules.compiler import Compiled, compile_capsule
from functions.capsules.rules.ghostrun import Now, agents_of, calls_of, plans_in, rehearse
from functions.capsules.rules.plan import Plan, compiled, read_plan, rehearsed
from functions.capsules.rules.problems import Flawed, refusal
from functions.capsules.service.policies import policies_about
from functions.capsules.service.sources import Sources
from functions.capsules.views import PlanView
from shared.agents.reading import read_agent
from shared.aggregates.command import Command
from shared.kit.bounded import TookTooLong, bounded
from shared.kit.callers import Caller
from shared.kit.contents import Contents
from shared.kit.errors import CapsuleInvalid
from shared.storage.idempotency import IdempotencyKey

T = TypeVar("T")
# Of a processor, to compile or to rehearse a plan.
MOST_SECONDS = 5.0


async def compile_plan(
    caller: Caller, key: IdempotencyKey, name: str, version: str, inputs: Mapping[str, Any]
) -> PlanView:
    """The plan of a published capsule with these inputs, and the plans in it. Raises NotFound,
    VersionConflict, CapsuleInvalid, ContentErased, PayloadTooLarge, Unavailable."""

    async def use_case(work: Command) -> PlanView:
        sources = Sources(work)
        source = await sources.read(name, version)
        try:
            result = await _in_time(lambda: compile_capsule(source, inputs, sources.found))
        except Flawed as flawed:
            raise refusal(flawed.problems, sources.texts[f"{name}@{version}"]) from flawed
        plan = None
        for each in result.every:
            plan = await _kept(work, each, caller.principal)
        assert plan is not None
        return plan

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


async def _kept(work: Command, result: Compiled, by: str) -> PlanView:
    known = await work.find(PLANS, result.content.hash)
    steps = compiled(known, result, by, work.at)
    saved = await work.save(*steps)
    plan: Plan = (*saved, known)[0]
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
        plans = await _plans(work, plan_hash)
        plan = plans[plan_hash]
        now = None if mode == "fast" else await _now(work, plan_hash, plans)
        prediction = await _in_time(lambda: rehearse(plan, plans, mode, now))
        await work.save(*rehearsed(state, prediction))
        return prediction

    return await RUN.command(caller, use_case, Prediction, key=key, about=(PLANS, plan_hash))


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
    policies = await policies_about(
        work.caller, work.workspace_id, plan_hash, calls_of(plan, plans), work.at
    )
    return Now(agents, stopped, policies)
