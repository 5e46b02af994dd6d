"""Flags that are on for a share of a tenant's principals; they lie in its control document."""

from functions.identity.aggregates import CONTROLS, RUN
from functions.identity.rules.control import set_flag
from functions.identity.service.tenants import administered, control_of
from functions.identity.views.tenants import FlagBody, FlagView
from shared.aggregates import Command
from shared.kit.callers import Caller
from shared.kit.control import ID, Control
from shared.storage.idempotency import IdempotencyKey


async def show_flag(caller: Caller, name: str) -> FlagView:
    """For what share of the principals the flag is on, and whether for the caller."""
    control = await RUN.find(caller, CONTROLS, ID) or Control()
    return FlagView.of(control, name, caller.principal)


async def put_flag(caller: Caller, key: IdempotencyKey, name: str, body: FlagBody) -> FlagView:
    """The flag, on for another share. Raises Forbidden where the caller lost a role of its token
    (who may is the route's question), VersionConflict for more than a hundred flags."""

    async def use_case(work: Command) -> FlagView:
        await administered(work)
        control = await control_of(work)
        steps = set_flag(control, name, body.percent)
        return FlagView.of(await work.save_change(control, *steps), name, caller.principal)

    return await RUN.command(caller, use_case, FlagView, key=key)
