"""Programs of a tenant tell what was used of its own meters."""

from functions.usage.aggregates import METERS, METERS_ID, RUN
from functions.usage.rules.meters import declared
from functions.usage.rules.outside import judged
from functions.usage.views import (
    MeterBody,
    MeterList,
    RejectedEvent,
    UsageAccepted,
    UsageEventsBody,
)
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.storage.idempotency import IdempotencyKey
from shared.usage.rows import add_events


async def declare(caller: Caller, key: IdempotencyKey, name: str, body: MeterBody) -> MeterList:
    """All meters, that one among them. Raises as `rules.meters.declared`, Unavailable."""

    async def use_case(work: Command) -> MeterList:
        before = await work.find(METERS, METERS_ID)
        step = declared(before, name, body.unit, caller.principal, work.at)
        if step is None:
            return MeterList.of(before)
        (saved,) = await work.save(step)
        return MeterList.of(saved)

    return await RUN.command(caller, use_case, MeterList, key=key)


async def show_meters(caller: Caller) -> MeterList:
    """All meters. Raises Unavailable."""
    return MeterList.of(await RUN.find(caller, METERS, METERS_ID))


async def tell(caller: Caller, body: UsageEventsBody) -> UsageAccepted:
    """Counts the events that are right and whose ids were never counted for the tenant. Raises
    Unavailable, and then any number of them is counted: the same again counts the others."""
    known = await RUN.find(caller, METERS, METERS_ID)
    names = {each.name for each in known.meters} if known else set()
    events, rejected = judged(body.events, names, caller.received_at)
    accepted = await add_events(caller.tenant_id, events) if events else 0
    return UsageAccepted(
        accepted=accepted,
        duplicates=len(events) - accepted,
        rejected=tuple(RejectedEvent(index=index, problem=said) for index, said in rejected),
    )
