"""Wakes runs: their wait is over, or the process that acted has died."""

from functions.runs.aggregates import RUN, RUNS
from functions.runs.rules.run import RUN_LOST, Run
from functions.runs.service.clock import Clock
from functions.runs.service.go_on import go_on
from functions.runs.service.undo import undo
from shared.aggregates.unit_of_work import UnitOfWork
from shared.kit.errors import Unavailable
from shared.messaging.envelope import Envelope


async def wake(event: Envelope) -> None:
    """Lets the run go on, if what it waited for is due. Raises Unavailable."""
    clock = Clock(event.received_at)
    is_lost, is_due = event.type == RUN_LOST, False

    async def use_case(work: UnitOfWork, run: Run) -> None:
        nonlocal is_due
        is_due = True
        if run.undoing is not None:
            await undo(work, run, clock)

    async with clock.with_place(event.tenantid) as is_placed:
        if not is_placed:
            raise Unavailable("other tenants' runs go first")
        await RUN.timed(RUNS, use_case)(event)
    # Where it is not due, or its tenant is suspended, nothing goes on.
    if is_due:
        await go_on(event.tenantid, event.subject_id, clock, again=is_lost)
