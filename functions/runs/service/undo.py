"""Undoes what a run has done."""

from events.receipts import Receipt
from functions.runs.aggregates import RUN, RUNS
from functions.runs.rules.calls import Rejected
from functions.runs.rules.doubts import Stopped
from functions.runs.rules.history import history_before
from functions.runs.rules.needed_results import every_result
from functions.runs.rules.receipts import receipt_of
from functions.runs.rules.replay import refuse_replay
from functions.runs.rules.run import LOST_AFTER, Run, Steps
from functions.runs.rules.step_result import result_in
from functions.runs.rules.subruns import refuse_part
from functions.runs.rules.undo import (
    begin,
    part_undone,
    refuse_acting,
    sub_runs_of,
    undoing_of,
    undone,
)
from functions.runs.service.assents import note_receipts
from functions.runs.service.budgets import save_charged
from functions.runs.service.clock import Clock
from functions.runs.service.invocations import read_recorded
from functions.runs.service.plans import read_plan
from functions.runs.service.results import read_results
from functions.runs.service.tokens import token_for
from functions.runs.service.tools_client import invoke
from functions.runs.views.runs import RunView
from shared.aggregates.command import Command
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.callers import Caller
from shared.kit.errors import Unavailable
from shared.storage.idempotency import IdempotencyKey


async def undo_run(caller: Caller, key: IdempotencyKey, run_id: str) -> RunView:
    """The run, undone as far as the time of a request lets it, with those calls that were in doubt
    and of which it is known by now that they happened. Raises NotFound, VersionConflict."""
    clock = Clock(caller.received_at)

    async def use_case(work: Command) -> RunView:
        run = await work.get(RUNS, run_id)
        refuse_part(run)
        refuse_replay(run)
        refuse_acting(run)
        settled = await _settled(work, run)
        saved = await save_charged(work, begin(run, settled, caller.principal, work.at))
        return RunView.of(saved[-1] if saved else run)

    await RUN.command(caller, use_case, RunView, key=key, about=(RUNS, run_id))
    await go_on_undoing(caller.tenant_id, run_id, clock)
    return RunView.of(await RUN.read(caller, RUNS, run_id))


async def _settled(work: UnitOfWork, run: Run) -> list[Stopped]:
    """The run and those below it, as far as they have calls that they did not know of, and that
    happened; these are noted in them. One read of each that did not complete. Raises
    Unavailable."""
    found = []
    for each in (await _all_below(work, run)).values():
        try:
            calls = each.not_noted()
        except (Rejected, ValueError):
            continue
        if calls:
            each.note_settled(await read_recorded(work.store, each.run, calls), work.at)
        if each.made:
            note_receipts(work, each.receipts)
            found.append(each)
    return found


async def go_on_undoing(tenant_id: str, run_id: str, clock: Clock) -> None:
    """Undoes what is left; what the time of the request does not let it undo, its timer finds.
    Raises Unavailable."""

    async def once(work: UnitOfWork, run: Run) -> bool:
        if run.undoing is None:
            return False
        await undo(work, run, clock)
        return True

    async with clock.with_place(tenant_id) as is_placed:
        if is_placed:
            await clock.commit_once(tenant_id, run_id, once)


async def undo(work: UnitOfWork, run: Run, clock: Clock) -> None:
    """Undoes what is left of a run that is being undone, with those below it, and saves what became
    of each. Each call has an id of its own, so that it acts once however often this is done again.
    Raises Unavailable."""
    for each in await _undo_calls(work, run, clock):
        await save_charged(work, (each,))


async def _undo_calls(work: UnitOfWork, run: Run, clock: Clock) -> Steps:
    known = await _all_below(work, run)
    runs = [each.run for each in known.values()]
    receipts: dict[str, tuple[Receipt, ...]] = {}
    try:
        whole = undoing_of(known[run.run_id], known)
    except (Rejected, ValueError) as error:
        return part_undone(run, receipts, runs, None, str(error)[:500])
    for of, call in whole.calls[run.undone :]:
        if not await clock.has_turn():
            return part_undone(run, receipts, runs, clock.now + LOST_AFTER, None)
        try:
            seen, tenant_id = history_before(of), work.store.tenant_id
            token = await token_for(of, call, tenant_id, clock.now, "undo", seen)
            view = await invoke(of, call, token, again=False)
        except Unavailable:
            return part_undone(run, receipts, runs, clock.now + LOST_AFTER, None)
        if view.status != "confirmed":
            why = f"{call.step} is {view.status}: {view.reason or 'it is under way'}"
            return part_undone(run, receipts, runs, None, why)
        result = result_in(of, call.placed, view.at, status="undone")
        receipt = receipt_of(of, call, view, result, outcome="undone")
        receipts[of.run_id] = (*receipts.get(of.run_id, ()), receipt)
    return undone(run, receipts, whole.kept, runs)


async def _all_below(work: UnitOfWork, run: Run) -> dict[str, Stopped]:
    """The run and all that it started, with what they gave, by their ids. Raises Unavailable."""
    plan = await read_plan(work.store, run.plan_hash)
    results = await read_results(work.store, every_result(run, plan.content), chosen=True)
    found = {run.run_id: Stopped(run, plan.content, plan.prediction, results)}
    for below in await work.find_all(RUNS, sub_runs_of(run, plan.content)):
        if below is not None:
            found |= await _all_below(work, below)
    return found
