"""Closes months of usage, and has the audit log know it."""

from events.usage_months import UsageMonthState
from functions.billing.aggregates import RUN, USAGE_MONTHS
from functions.billing.rules.closing import closed_sections, id_of, tell
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.usage.lines import close_period
from shared.usage.proofs import UsageLine


async def close_month(caller: Caller, period: str) -> tuple[UsageLine, ...]:
    """The lines of the month, which is over and closed from now on. Each section is told once as an
    event; what a crash left untold the next call tells. Raises as `close_period`."""
    lines = await close_period(caller.tenant_id, period, caller.received_at)
    for each in closed_sections(lines):
        if await RUN.find(caller, USAGE_MONTHS, id_of(each)) is None:
            await _tell(caller, each)
    return lines


async def _tell(caller: Caller, closed: UsageMonthState) -> None:
    async def use_case(work: Command) -> UsageMonthState:
        known = await work.find(USAGE_MONTHS, id_of(closed))
        return await work.save_change(closed, *tell(known, closed))

    await RUN.command(caller, use_case, UsageMonthState)
