"""People stop runs, and let them go on."""

from functions.runs.aggregates import RUN, RUNS
from functions.runs.rules.budget import note_limits, set_limit
from functions.runs.rules.snapshots import refuse_earlier
from functions.runs.rules.stops import cancel, pause
from functions.runs.rules.subruns import Stopping
from functions.runs.service.clock import Clock
from functions.runs.service.go_on import go_on
from functions.runs.service.makers import KEYS
from functions.runs.service.subruns import resume_all, stop
from functions.runs.views.budgets import LimitView
from functions.runs.views.runs import RunView
from shared.agents.reading import is_there
from shared.aggregates.command import Command
from shared.budgets.aggregates import LIMITS
from shared.budgets.limits import ANY_AGENT, TENANT
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.kit.ids import is_id
from shared.messaging.misses import report_miss
from shared.storage.firestore import TenantStore
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


async def put_limit(
    caller: Caller, key: IdempotencyKey, scope: str, limit_usd_micros: int
) -> LimitView:
    """The limit of the budget from now on. Raises NotFound for what is neither `tenant` nor the id
    of an agent or an API key of the tenant; reports the miss of an id."""
    unknown = NotFound(f"there is no budget {scope[:64]!r}: name an agent's or key's id, or tenant")
    is_key = is_id("key", scope)
    if scope != TENANT and not is_key and not is_id("agt", scope):
        raise unknown

    async def use_case(work: Command) -> LimitView:
        if scope != TENANT and not await _has_budget(work.store, scope, is_key=is_key):
            await report_miss(RUN.outbox, caller, scope)
            raise unknown
        await work.prefetch((LIMITS, scope), (LIMITS, ANY_AGENT))
        if scope != TENANT and await work.find(LIMITS, ANY_AGENT) is None:
            await work.save(*note_limits(caller.principal))
        saved = await work.save(*set_limit(scope, limit_usd_micros, caller.principal))
        return LimitView.of(saved[0])

    return await RUN.command(caller, use_case, LimitView, key=key)


async def _has_budget(store: TenantStore, id: str, *, is_key: bool) -> bool:
    if is_key:
        return await store.get(KEYS, id) is not None
    return await is_there(store, id)
