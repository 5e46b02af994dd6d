"""Starts runs of plans."""

from collections.abc import Awaitable, Callable

from events.jobs import JobBody
from events.plans import PLANS, PlanState
from functions.runs.aggregates import RUN, RUNS
from functions.runs.rules.run import Run
from functions.runs.rules.starting import new_run, start
from functions.runs.service.agents import why_stopped
from functions.runs.service.asking import ask_about_plan
from functions.runs.service.budgets import take_hold
from functions.runs.service.bursts import go_on
from functions.runs.service.moments import Clock
from functions.runs.service.ordering import plan_of
from functions.runs.service.plans import believed, not_compiled
from functions.runs.views import RunView
from shared.agents import read_agent_alone
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.kit.errors import ScopeMissing, VersionConflict
from shared.kit.ids import new_id
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


async def start_run(caller: Caller, key: IdempotencyKey, plan_hash: str) -> RunView:
    """The run, after all that it did before it had to wait. Raises NotFound, VersionConflict for a
    plan that may not run now, ContentErased."""

    async def known() -> str:
        return plan_hash

    return await _start(caller, key, known)


async def start_job(caller: Caller, key: IdempotencyKey, job: JobBody) -> RunView:
    """The run of a capsule, after all that it did before it had to wait. The key's answer is
    committed with the run, so that there is one run however often this is called, and whatever was
    compiled for an attempt that died. Raises ScopeMissing, and what `plan_of` and `start_run`
    raise."""
    if COMPILES not in caller.scopes:
        raise ScopeMissing(f"a job compiles a plan, which needs the scope {COMPILES} too")
    return await _start(caller, key, lambda: plan_of(caller, job))


async def _start(
    caller: Caller, key: IdempotencyKey, plan: Callable[[], Awaitable[str]]
) -> RunView:
    clock = Clock(caller.received_at)
    begun: list[str] = []

    async def use_case(work: Command) -> RunView:
        begun.clear()
        run = await _begin(work, clock, await plan())
        # The first burst's commit clears the flag of what this one publishes.
        work.change.left = clock.left if run.status == "running" else None
        begun.append(run.run_id)
        return RunView.of(run)

    view = await RUN.command(caller, use_case, RunView, key=key)
    # A repeated call starts nothing: the first one went on with it, or its timer will.
    if not begun or view.status != "running":
        return view
    await go_on(caller.tenant_id, view.run_id, clock)
    return RunView.of(await RUN.read(caller, RUNS, view.run_id))


async def _begin(work: Command, clock: Clock, plan_hash: str) -> Run:
    state = await work.find(_PLANS, plan_hash)
    if state is None:
        raise not_compiled(plan_hash)
    work.is_about(_PLANS, plan_hash)
    plan = clock.plan = await believed(work.store, plan_hash, state)
    agent = await read_agent_alone(work.store, plan.content.agent.agent_id)
    if (why := why_stopped(agent, plan.content, work.at)) is not None:
        raise VersionConflict(why)
    assert agent is not None
    hold, holding = await take_hold(work, plan, agent)
    run = new_run(
        new_id("run", work.at),
        plan.state,
        plan.content,
        hold,
        work.caller.principal,
        work.at,
    ).but(workspace_id=work.workspace_id)
    if plan.content.needs_assent:
        steps = await ask_about_plan(work, run, plan.content, plan.prediction)
        await work.look_for(*steps)
    else:
        steps = start(run)
    saved: list[Run] = await work.save(*steps)
    await work.save(*holding)
    return saved[-1]
