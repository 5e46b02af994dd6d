"""Runs within runs, at their edges: a sub-run begins in the commit in which the run above it waits,
and what becomes of one becomes of all above it in the same commit."""

from functools import partial
from typing import Any

from functions.runs.aggregates import RUNS
from functions.runs.rules import burst_end
from functions.runs.rules import subruns as rules
from functions.runs.rules.budget import BudgetExhausted
from functions.runs.rules.charges import is_charged
from functions.runs.rules.models import last_units, why_other_model
from functions.runs.rules.moves import Delegate, Halt, failed, paused
from functions.runs.rules.overrun import predicted_of
from functions.runs.rules.progress import Progress
from functions.runs.rules.recalls import halt
from functions.runs.rules.replay import refuse_replay
from functions.runs.rules.run import Run, Steps
from functions.runs.rules.stops import cancel, resume
from functions.runs.service.agents import why_stopped
from functions.runs.service.budgets import (
    Budgets,
    enlarge_hold,
    hold_again,
    places_of,
    save_charged,
    take_hold,
)
from functions.runs.service.plans import read_plan
from functions.runs.settings import settings
from shared.agents import read_agent_alone
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.errors import ContentErased, NotFound, VersionConflict
from shared.kit.transitions import Transition


async def delegate(work: UnitOfWork, progress: Progress, move: Delegate) -> Steps | Halt:
    """The run that a step starts, which the run waits for; or why it cannot be started."""
    placed, run = move.placed, progress.run
    id = placed.step.id
    try:
        plan = await read_plan(work.store, move.plan_hash)
    except (NotFound, ContentErased) as error:
        return failed(id, "plan_missing", error.detail)
    if plan.content.needs_assent and rules.covering(run, placed) is None:
        return failed(id, "not_assented", "nobody assented to the run that it starts")
    agent = await read_agent_alone(work.store, plan.content.agent.agent_id)
    why = why_stopped(agent, plan.content, work.at)
    if agent is None or why is not None:
        return paused(id, "agent_stopped", why or "")
    if (other := why_other_model(last_units(plan.content), settings().model)) is not None:
        return paused(id, "model_changed", other)
    try:
        hold, holding = await take_hold(work, plan, agent, is_part=True)
    except BudgetExhausted as error:
        return paused(id, "budget_exhausted", error.detail)
    below = rules.below(
        run,
        placed,
        plan.state,
        plan.content,
        hold,
        left_usd_micros=rules.left_usd_micros(run, progress.plan),
        predicted=predicted_of(progress.prediction, id),
        labels=move.labels,
        at=work.at,
    )
    return (*burst_end.delegate(progress, below), *holding)


async def save_run(work: UnitOfWork, steps: Steps, budgets: Budgets | None = None) -> list[Any]:
    """Saves what becomes of a run, and what follows from it in the runs above it; its budgets are
    read where the caller does not have them. Returns the states of the first. Raises
    Unavailable."""
    saved = await save_charged(work, rules.counted(steps), budgets)
    while (ended := rules.resting(steps)) is not None:
        above = await work.find(RUNS, ended.state.above[-1].run_id)
        steps = rules.follow(above, ended, work.at) if above is not None else ()
        await save_charged(work, rules.counted(steps))
    return saved


async def lineage(work: UnitOfWork, run: Run) -> list[Run]:
    """The run, and those below it that it waits for, each started by the one before it. One read
    for each that is below. Raises Unavailable."""
    found = [run]
    while (id := rules.waits_for(found[-1])) is not None:
        below = await work.find(RUNS, id)
        if below is None:
            break
        found.append(below)
    return found


async def stop(work: UnitOfWork, run: Run, by: str, rule: rules.Stopping) -> Run:
    """Stops the run with those below it by a rule (`pause`, `cancel`). Raises VersionConflict for a
    part of another run, and what the rule raises."""
    rules.refuse_part(run)
    await save_run(work, rules.stop_all(await lineage(work, run), rule, by, work.at))
    return await work.find(RUNS, run.run_id) or run


async def cancel_with(work: UnitOfWork, run: Run, cancelled: Steps, by: str) -> None:
    """Saves the steps, which take back what the run goes by; where it waits for a run below it,
    that one is cancelled, and the rest with it."""
    if not cancelled or rules.waits_for(run) is None:
        await save_run(work, cancelled)
        return
    await _stop_noted(work, run, cancel, by, failure=cancelled[-1].state.failure)


async def halt_all(work: UnitOfWork, run: Run, recall_id: str, by: str) -> bool:
    """Whether a recall halts the run, with those below it and above it. Raises Unavailable."""
    if run.live_as is None:
        return False
    noted = {} if rules.waits_for(run) is None else {"recall_id": recall_id}
    await _stop_noted(work, run, partial(halt, recall_id=recall_id), by, **noted)
    return True


async def _stop_noted(
    work: UnitOfWork, run: Run, rule: rules.Stopping, by: str, **noted: Any
) -> None:
    """Stops the run with those below it by the rule, once it says why."""
    outer = run.but(**noted)
    if noted:
        await work.save(Transition(outer))
    _, *below = await lineage(work, run)
    await save_run(work, rules.stop_all([outer, *below], rule, by, work.at))


async def resume_all(work: UnitOfWork, run: Run) -> Run:
    """The run goes on from where it stopped, with those below it. Raises NotFound, BudgetExhausted,
    VersionConflict, also where a model would choose in what is left that is not the configured
    one."""
    rules.refuse_part(run)
    runs = await lineage(work, run)
    for each in runs:
        other = why_other_model(each.models, settings().model, each.cursor.unit)
        if other is not None and each.replay_of is None:
            raise VersionConflict(other)
    for each in runs:
        if each.status == "failed":
            refuse_replay(each)
            held, holding = await hold_again(work, each)
            await work.save(*holding, *resume(held, work.at))
        else:
            await work.save(*resume(each, work.at))
    return await work.find(RUNS, run.run_id) or run


async def read_budgets(work: UnitOfWork, run: Run) -> None:
    """Reads the budgets that bound the run, in one round trip, where any do; one more for a
    sub-run. Raises Unavailable."""
    payer = await payer_of(work, run)
    if payer.hold is not None and is_charged(payer):
        await work.prefetch(*places_of(payer.agent_id, payer.hold))


async def payer_of(work: UnitOfWork, run: Run) -> Run:
    """The run whose hold a run spends: that of the run that somebody started. One read for a
    sub-run. Raises Unavailable."""
    if not run.above:
        return run
    return await work.find(RUNS, run.above[0].run_id) or run


async def hold_more(work: UnitOfWork, run: Run, more: int) -> Run:
    """The run, for which so much more is held in the run that somebody started; saves that one, and
    the budgets. Raises BudgetExhausted."""
    payer = await payer_of(work, run)
    held = await enlarge_hold(work, payer, more)
    if payer is run or payer.run_id == run.run_id:
        return run.but(**held)
    await work.save(Transition(payer.but(**held)))
    return run
