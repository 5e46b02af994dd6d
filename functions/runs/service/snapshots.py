"""What people see of the states from which a run can go on."""

from events.plan_content import PlanContent
from functions.runs.aggregates import RUN, RUNS
from functions.runs.rules.snapshots import ids_to_read, name_of, snapshots, unit_in
from functions.runs.service.results import read_step_results
from functions.runs.views.steps import SnapshotPage, SnapshotView
from shared.kit.callers import Caller
from shared.kit.parsing import refused_cursor
from shared.messaging.contents import read_contents
from shared.storage.firestore import TenantStore


async def list_snapshots(
    caller: Caller, run_id: str, limit: int, cursor: str | None
) -> SnapshotPage:
    """Where the run stood after each step, in the order of its plan. One read for each, beside the
    run's and its plan's. Raises NotFound, Invalid, ContentErased, Unavailable."""
    run = await RUN.read(caller, RUNS, run_id)
    store = TenantStore(caller.tenant_id)
    first = unit_in(cursor) if cursor is not None else 0
    if first is None:
        raise refused_cursor()
    # Its hash is the one that the run was started with.
    contents = await read_contents(store, [run.plan_hash])
    plan = PlanContent.model_validate(contents.value(run.plan_hash))
    results = await read_step_results(store, ids_to_read(run, plan, first, limit))
    found = snapshots(run, plan, results, first, limit)
    following = name_of(first + limit) if first + limit <= run.cursor.unit else None
    items = tuple(SnapshotView(**each._asdict()) for each in found)
    return SnapshotPage(items=items, next_cursor=following)
