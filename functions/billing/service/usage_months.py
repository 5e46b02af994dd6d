"""Closes months of usage, and records each closed section in the audit log."""

from collections.abc import Mapping, Sequence

from events.usage_months import UsageMonthState
from functions.billing.aggregates import RUN, USAGE_MONTHS
from functions.billing.rules.usage_months import closed_sections, id_of, record
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.usage.lines import close_periods
from shared.usage.proofs import UsageLine


async def close_months(
    caller: Caller, periods: Sequence[str]
) -> Mapping[str, tuple[UsageLine, ...]]:
    """Closes the months, which must be over; returns the lines of each. Publishes one event for
    each closed section; the next call publishes those that a crash left out. Raises as
    `close_periods`."""
    closed = await close_periods(caller.tenant_id, periods, caller.received_at)
    sections = [each for lines in closed.values() for each in closed_sections(lines)]
    reading = RUN.reading(caller.tenant_id, caller.received_at)
    recorded = await reading.find_all(USAGE_MONTHS, map(id_of, sections))
    for section, known in zip(sections, recorded, strict=True):
        if known is None:
            await _record(caller, section)
    return closed


async def _record(caller: Caller, section: UsageMonthState) -> None:
    async def use_case(work: Command) -> UsageMonthState:
        known = await work.find(USAGE_MONTHS, id_of(section))
        return await work.save_change(section, *record(known, section))

    await RUN.command(caller, use_case, UsageMonthState)
