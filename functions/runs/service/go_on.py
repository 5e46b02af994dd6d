"""A run goes on, burst by burst, within one request, and after it the runs that wait for it."""

from functions.runs.rules.late import may_go_on, report_late
from functions.runs.rules.run import Run
from functions.runs.rules.subruns import acts_next
from functions.runs.service.assents import note_receipts
from functions.runs.service.bursts import Burst
from functions.runs.service.clock import Clock
from functions.runs.service.results import read_results
from functions.runs.service.subruns import save_run
from shared.aggregates.unit_of_work import UnitOfWork


async def go_on(tenant_id: str, run_id: str, clock: Clock, *, again: bool = False) -> None:
    """Lets a run go on, burst by burst, while it acts and the request has time, and then those that
    it starts, or that wait for it; what is left is found by its timer. `again`: an earlier process
    may have made calls that nobody has noted. Raises Unavailable."""
    following: str | None = run_id
    async with clock.with_place(tenant_id) as is_placed:
        while is_placed and following is not None and not clock.is_over:
            acted, following = await _one_burst(tenant_id, following, clock, again)
            again = again and not acted


async def _one_burst(
    tenant_id: str, run_id: str, clock: Clock, again: bool
) -> tuple[bool, str | None]:
    """Whether the run acted, and which one acts after one more burst."""
    done: list[Burst] = []
    following: str | None = None

    async def once(work: UnitOfWork, run: Run) -> bool:
        nonlocal following
        following = acts_next(run)
        if may_go_on(run, clock.now):
            done.append(Burst(work, clock, again=again or bool(done)))
            following = acts_next(await done[-1].do(run))
            return True
        if not done or not done[-1].acted:
            return False
        # Somebody let it rest or end between our calls and our commit.
        made = done[-1].progress
        noted = await read_results(work.store, [each.id for each in made.made])
        note_receipts(work, made.receipts)
        await save_run(work, report_late(run, made, noted))
        return True

    await clock.commit_once(tenant_id, run_id, once)
    return bool(done), following
