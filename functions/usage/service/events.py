"""Events that programs of a tenant send, for the meters that it declared."""

from functions.usage.aggregates import METERS, METERS_ID, RUN
from functions.usage.rules.events import check_events
from functions.usage.views import RejectedEvent, UsageAccepted, UsageEventsBody
from shared.kit.callers import Caller
from shared.usage.rows import add_events


async def count(caller: Caller, body: UsageEventsBody) -> UsageAccepted:
    """Counts the valid events whose ids were never counted for the tenant. Raises Unavailable,
    after which some of them may be counted: the same call again counts the others."""
    known = await RUN.find(caller, METERS, METERS_ID)
    names = {each.name for each in known.meters} if known else set()
    events, rejected = check_events(body.events, names, caller.received_at)
    accepted = await add_events(caller.tenant_id, events) if events else 0
    return UsageAccepted(
        accepted=accepted,
        duplicates=len(events) - accepted,
        rejected=tuple(RejectedEvent(index=index, problem=problem) for index, problem in rejected),
    )
