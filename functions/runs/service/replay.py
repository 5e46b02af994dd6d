"""Replays runs: what they gave is compared with what their plans give now."""

from functions.runs.aggregates import RUN, RUNS
from functions.runs.rules.replay import Mode, replay_of
from functions.runs.rules.start import start
from functions.runs.service.clock import Clock
from functions.runs.service.go_on import go_on
from functions.runs.service.plans import read_plan
from functions.runs.views.runs import RunView
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.kit.ids import new_id
from shared.storage.idempotency import IdempotencyKey


async def replay_run(
    caller: Caller, key: IdempotencyKey, run_id: str, mode: Mode, from_step: str | None
) -> RunView:
    """The replay, as far as the time of a request lets it go. Raises NotFound, Invalid,
    VersionConflict, ContentErased."""
    clock = Clock(caller.received_at)
    begun: list[str] = []

    async def use_case(work: Command) -> RunView:
        begun.clear()
        run = await work.get(RUNS, run_id)
        plan = await read_plan(work.store, run.plan_hash)
        id = new_id("run", work.at)
        replay = replay_of(run, plan.content, id, mode, from_step, caller.principal, work.at)
        saved = await work.save(*start(replay))
        begun.append(id)
        return RunView.of(saved[-1])

    view = await RUN.command(caller, use_case, RunView, key=key, about=(RUNS, run_id))
    if not begun:
        return view
    await go_on(caller.tenant_id, view.run_id, clock)
    return RunView.of(await RUN.read(caller, RUNS, view.run_id))
