"""Requests and reads the approval of a change that loosens governance."""

from functions.billing.aggregates import APPROVALS_KEYS, RUN
from functions.billing.rules import change_approval
from functions.billing.rules.order import ChangeRequest
from functions.billing.rules.subscription import Subscription, lost_features
from functions.billing.service.subscriptions import known_to
from shared.aggregates.command import Command
from shared.approvals.reading import read_approval
from shared.kit.callers import Caller
from shared.kit.errors import VersionConflict
from shared.storage.firestore import TenantStore
from shared.storage.secrets import public_keys


async def require_approval(
    caller: Caller, known: Subscription, order: ChangeRequest
) -> Subscription | None:
    """None where the change may be made: it loosens nothing, or was approved. Otherwise the
    subscription, whose change waits for the approval that is requested here once. Raises
    VersionConflict where the approval was refused or overturned, also after Stripe was asked for
    the change; SignatureInvalid, ContentInvalid, Unavailable."""
    if not lost_features(known, order, caller.received_at):
        return None
    waiting = change_approval.approval_of(known, order, caller.received_at)
    if waiting is None:

        async def request(work: Command) -> Subscription:
            before = await known_to(work)
            lost = lost_features(before, order, work.at)
            if not lost or change_approval.approval_of(before, order, work.at) is not None:
                return before
            steps = change_approval.request_approval(before, order, lost, caller.principal, work.at)
            return await work.save_change(before, *steps)

        return await RUN.command(caller, request, Subscription)
    keys = await public_keys(APPROVALS_KEYS)
    approval = await read_approval(TenantStore(caller.tenant_id), waiting.approval_id, keys)
    try:
        return None if change_approval.is_assented(waiting, approval) else known
    except VersionConflict:
        await _drop_approval(caller, waiting.approval_id)
        raise


async def _drop_approval(caller: Caller, approval_id: str) -> None:
    async def use_case(work: Command) -> Subscription:
        before = await known_to(work)
        return await work.save_change(
            before, *change_approval.drop_approval(before, approval_id, work.at)
        )

    await RUN.command(caller, use_case, Subscription)
