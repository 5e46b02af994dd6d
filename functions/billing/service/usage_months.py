"""Closes months of usage, and has the audit log know it."""

from collections.abc import Mapping, Sequence

from events.usage_months import UsageMonthState
from functions.billing.aggregates import RUN, USAGE_MONTHS
from functions.billing.rules.usage_months import closed_sections, id_of, tell
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.usage.lines import close_periods
from shared.usage.proofs import UsageLine


async def close_months(
    caller: Caller, periods: Sequence[str]
) -> Mapping[str, tuple[UsageLine, ...]]:
    """The lines of each of the months, which are over and closed from now on. Each section is told
    once as an event; what a crash left untold the next call tells. Whether they were told is read
    of all in one round trip. Raises as `close_periods`."""
    closed = await close_periods(caller.tenant_id, periods, caller.received_at)
    sections = [each for lines in closed.values() for each in closed_sections(lines)]
    reading = RUN.reading(caller.tenant_id, caller.received_at)
    told = await reading.find_all(USAGE_MONTHS, map(id_of, sections))
    for each, known in zip(sections, told, strict=True):
        if known is None:
            await _tell(caller, each)
    return closed


async def _tell(caller: Caller, closed: UsageMonthState) -> None:
    async def use_case(work: Command) -> UsageMonthState:
        known = await work.find(USAGE_MONTHS, id_of(closed))
        return await work.save_change(closed, *tell(known, closed))

    await RUN.command(caller, use_case, UsageMonthState)
