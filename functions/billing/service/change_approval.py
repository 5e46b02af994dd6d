"""Asks for, and finds, the approval of a change that loosens governance."""

from functions.billing.aggregates import APPROVALS_KEYS, RUN
from functions.billing.rules import change_approval
from functions.billing.rules.order import Wish
from functions.billing.rules.subscription import Subscription, losses
from functions.billing.service.subscriptions import known_to
from shared.aggregates.command import Command
from shared.approvals.reading import read_approval
from shared.kit.callers import Caller
from shared.kit.errors import VersionConflict
from shared.storage.firestore import TenantStore
from shared.storage.secrets import public_keys


async def waits_for(caller: Caller, known: Subscription, order: Wish) -> Subscription | None:
    """The subscription whose change waits for an approval, which is asked for where it was not;
    None where the change loosens nothing, or may be made. Raises VersionConflict where it was
    decided otherwise, also after Stripe was asked for the change; SignatureInvalid, ContentInvalid,
    Unavailable."""
    if not losses(known, order, caller.received_at):
        return None
    waiting = change_approval.asked_for(known, order, caller.received_at)
    if waiting is None:

        async def ask(work: Command) -> Subscription:
            before = await known_to(work)
            gone = losses(before, order, work.at)
            if not gone or change_approval.asked_for(before, order, work.at) is not None:
                return before
            steps = change_approval.ask(before, order, gone, caller.principal, work.at)
            return await work.save_change(before, *steps)

        return await RUN.command(caller, ask, Subscription)
    keys = await public_keys(APPROVALS_KEYS)
    approval = await read_approval(TenantStore(caller.tenant_id), waiting.approval_id, keys)
    try:
        return None if change_approval.is_assented(waiting, approval) else known
    except VersionConflict:
        await _give_up(caller, waiting.approval_id)
        raise


async def _give_up(caller: Caller, approval_id: str) -> None:
    async def use_case(work: Command) -> Subscription:
        before = await known_to(work)
        return await work.save_change(
            before, *change_approval.give_up(before, approval_id, work.at)
        )

    await RUN.command(caller, use_case, Subscription)
