"""The meters of a tenant: those that every tenant has, and those that it declared."""

from functions.usage.aggregates import METERS, METERS_ID, RUN
from functions.usage.rules.meters import declared
from functions.usage.views import MeterBody, MeterList
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.storage.idempotency import IdempotencyKey


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
