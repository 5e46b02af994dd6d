"""Checks at each renewal whether a meter of the tenant is silent, and logs it for an alert."""

import logging

from functions.billing.rules.silent_meters import MeterUsage, silent_meters, weeks_before
from shared.kit.callers import Caller
from shared.usage.counting import count_log
from shared.usage.sums import sums_of

_LOGGER = logging.getLogger(__name__)
# Each day of five weeks, of every meter that a tenant may have.
MOST_SUMS = 5_000


async def look_for_silent_meters(caller: Caller) -> None:
    """Logs each silent meter; nothing while the audit log is not counted to its end. Raises
    Unavailable."""
    if not await count_log(caller.tenant_id, caller.received_at):
        return
    span = weeks_before(caller.received_at)
    days = await sums_of(caller.tenant_id, None, *span, "day", MOST_SUMS)
    used = [
        MeterUsage(each.meter, each.hour, each.quantity) for each in days if each.hour is not None
    ]
    for meter in silent_meters(used, span):
        text = "nothing is counted of %s any more, though the tenant goes on"
        _LOGGER.error(text, meter, extra={"fields": {"silent_meter": meter}})
