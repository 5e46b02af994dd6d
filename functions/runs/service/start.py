"""Starts runs of plans."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import NamedTuple

from events.jobs import JobBody
from events.plans import PLANS, PlanState
from functions.runs.aggregates import RUN, RUNS
from functions.runs.rules.budget import hold_for
from functions.runs.rules.models import why_other_model
from functions.runs.rules.quota import Quota
from functions.runs.rules.run import Run, Steps
from functions.runs.rules.start import new_run, start
from functions.runs.service.agents import why_stopped
from functions.runs.service.assent import ask_about_plan
from functions.runs.service.budgets import places_of, take_hold
from functions.runs.service.clock import Clock
from functions.runs.service.go_on import go_on
from functions.runs.service.makers import key_of
from functions.runs.service.plan_orders import plan_hash_of
from functions.runs.service.plans import Plan, believed, known_plan, not_compiled
from functions.runs.settings import settings
from functions.runs.views.runs import RunView
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.errors import ScopeMissing, VersionConflict
from shared.kit.ids import new_id
from shared.messaging.changes import Change
from shared.runtime.entitlements import entitlements_of
from shared.storage.idempotency import IdempotencyKey

COMPILES = "capsules:write"
# `capsules` owns them; here they only say where their runs belong, and what caused them.
_PLANS = Aggregate(
    noun="plan",
    model=PlanState,
    collection=PLANS,
    id_of=lambda plan: plan.plan_hash,
    in_workspaces=True,
)


class Prepared(NamedTuple):
    """A run before it begins, its plan, and the budgets that hold what it may spend."""

    run: Run
    plan: Plan
    holding: Steps


async def start_run(caller: Caller, key: IdempotencyKey, plan_hash: str) -> RunView:
    """The run, after all that it did before it had to wait. Raises NotFound, VersionConflict for a
    plan that may not run now, ContentErased."""

    async def known() -> str:
        return plan_hash

    return await _start(caller, key, known)


async def start_job(caller: Caller, key: IdempotencyKey, job: JobBody) -> RunView:
    """The run of a capsule, after all that it did before it had to wait. The key's answer is
    committed with the run, so that there is one run however often this is called, and whatever was
    compiled for an attempt that died. Raises ScopeMissing, and what `plan_hash_of` and `start_run`
    raise."""
    check_compiles(caller)
    return await _start(caller, key, lambda: plan_hash_of(caller, job))


def check_compiles(caller: Caller) -> None:
    """Raises ScopeMissing for a token that may start runs, but compile nothing."""
    if COMPILES not in caller.scopes:
        raise ScopeMissing(f"a job compiles a plan, which needs the scope {COMPILES} too")


async def _start(
    caller: Caller, key: IdempotencyKey, find_plan_hash: Callable[[], Awaitable[str]]
) -> RunView:
    clock = Clock(caller.received_at)
    begun: list[str] = []
    plan_hash, change = "", Change()

    async def use_case(work: Command) -> RunView:
        nonlocal plan_hash, change
        change = work.change
        begun.clear()
        plan_hash = plan_hash or await find_plan_hash()
        run_id = new_id("run", work.at)
        prepared = await prepare(work, clock, plan_hash, run_id, caller.principal)
        known = {"roles": tuple(sorted(caller.roles)), "key_id": key_of(caller)}
        run = await begin(work, prepared._replace(run=prepared.run.but(**known)))
        # What the first burst publishes tells of the start too.
        work.change.left = clock.left if run.status == "running" else None
        begun.append(run.run_id)
        return RunView.of(run)

    view = await RUN.command(caller, use_case, RunView, key=key)
    # A repeated call starts nothing: the first one went on with it, or its timer will.
    if not begun or view.status != "running":
        return view
    clock.note_committed(change)
    await go_on(caller.tenant_id, view.run_id, clock)
    await clock.publish_left(caller.tenant_id)
    return RunView.of(clock.latest(view.run_id) or await RUN.read(caller, RUNS, view.run_id))


async def prepare(
    work: UnitOfWork,
    clock: Clock,
    plan_hash: str,
    run_id: str,
    by: str,
    *,
    has_quota: bool = True,
) -> Prepared:
    """What a run of the plan begins with; saves nothing. Where it has no quota, no run starts now,
    and none counts in the month. Raises NotFound, VersionConflict for a plan that may not run now,
    BudgetExhausted, QuotaExhausted, ContentErased, SignatureInvalid, Unavailable."""
    if (known := known_plan(work.store, plan_hash)) is not None:
        await _read_ahead(work, clock, known)
    state = await work.find(_PLANS, plan_hash)
    if state is None:
        raise not_compiled(plan_hash)
    work.is_about(_PLANS, plan_hash)
    plan = clock.plan = await believed(work.store, plan_hash, state)
    if known is None:
        await _read_ahead(work, clock, plan)
    agent = await clock.agent(work.store, plan.content.agent.agent_id)
    if (why := why_stopped(agent, plan.content, work.at)) is not None:
        raise VersionConflict(why)
    assert agent is not None
    entitled = entitlements_of(await work.control(), work.at)
    quota = Quota(entitled, work.at) if entitled is not None and has_quota else None
    hold, holding = await take_hold(work, plan, agent, quota=quota)
    run = new_run(run_id, plan.state, plan.content, hold, by, work.at)
    if (other := why_other_model(run.models, settings().model)) is not None:
        raise VersionConflict(other)
    return Prepared(run.but(workspace_id=work.workspace_id), plan, holding)


async def _read_ahead(work: UnitOfWork, clock: Clock, plan: Plan) -> None:
    """Reads in one round trip all that a start of the plan looks at."""
    agent_id = plan.content.agent.agent_id
    budgets = places_of(agent_id, hold_for(plan.content, plan.prediction, 0, work.at))
    places = ((_PLANS, plan.state.plan_hash), *budgets)
    await asyncio.gather(clock.agent(work.store, agent_id), work.prefetch(*places))


async def begin(work: UnitOfWork, prepared: Prepared) -> Run:
    """The run as it is saved: it acts, or waits for assent to its plan."""
    run, plan = prepared.run, prepared.plan
    if plan.content.needs_assent:
        steps = await ask_about_plan(work, run, plan.content, plan.prediction)
    else:
        steps = start(run)
    saved: list[Run] = await work.save(*steps)
    await work.save(*prepared.holding)
    return saved[-1]
