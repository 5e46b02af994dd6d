"""People stop runs, and let them go on."""

from functions.runs.aggregates import RUN, RUNS
from functions.runs.rules.snapshots import refuse_earlier
from functions.runs.rules.stops import cancel, pause
from functions.runs.rules.subruns import Stopping
from functions.runs.service.clock import Clock
from functions.runs.service.go_on import go_on
from functions.runs.service.subruns import resume_all, stop
from functions.runs.views.runs import RunView
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.storage.idempotency import IdempotencyKey


async def pause_run(caller: Caller, key: IdempotencyKey, run_id: str) -> RunView:
    """The run, resting or about to. Raises NotFound, VersionConflict."""
    return await _change(caller, key, run_id, pause)


async def cancel_run(caller: Caller, key: IdempotencyKey, run_id: str) -> RunView:
    """The run, cancelled or about to be. Raises NotFound, VersionConflict."""
    return await _change(caller, key, run_id, cancel)


async def resume_run(
    caller: Caller, key: IdempotencyKey, run_id: str, snapshot: str | None = None
) -> RunView:
    """The run, after all that it did until it has to wait again. Raises NotFound,
    VersionConflict."""
    clock = Clock(caller.received_at)

    async def use_case(work: Command) -> RunView:
        run = await work.get(RUNS, run_id)
        refuse_earlier(run, snapshot)
        return RunView.of(await resume_all(work, run))

    view = await RUN.command(caller, use_case, RunView, key=key, about=(RUNS, run_id))
    if view.status != "running":
        return view
    await go_on(caller.tenant_id, run_id, clock)
    return RunView.of(await RUN.read(caller, RUNS, run_id))


async def _change(caller: Caller, key: IdempotencyKey, run_id: str, rule: Stopping) -> RunView:
    async def use_case(work: Command) -> RunView:
        run = await work.get(RUNS, run_id)
        return RunView.of(await stop(work, run, caller.principal, rule))

    return await RUN.command(caller, use_case, RunView, key=key, about=(RUNS, run_id))
