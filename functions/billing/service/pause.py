"""Pauses and resumes a subscription."""

import asyncio

from functions.billing.aggregates import RUN
from functions.billing.rules.order import Pause, Resume
from functions.billing.rules.pause import check_pausable, check_resumable, withdraw
from functions.billing.rules.subscription import Subscription
from functions.billing.service.invoice_calls import drafts_of, items_of
from functions.billing.service.orders import carry_out
from functions.billing.service.subscriptions import known_to, refresh_subscription
from shared.aggregates.command import Command
from shared.kit.callers import Caller


async def pause(caller: Caller) -> Subscription:
    """The subscription, paused; unchanged where it was. A pause that takes away features that
    govern waits for an approval first: the same call pauses once that is given. Raises
    VersionConflict, also while an earlier resumption may still arrive; StripeRefused; Unknown where
    Stripe did not answer: the same call again finds out whether it was paused."""
    known = await refresh_subscription(caller)
    if known.is_paused:
        return await _withdraw(caller, known, Resume)
    await _check_pausable(known)
    return await carry_out(caller, known, Pause(pauses=True))


async def _check_pausable(known: Subscription) -> None:
    if known.customer_id is None:
        check_pausable(known, (), ())
        return
    customer_id = known.customer_id
    items, drafts = await asyncio.gather(items_of(customer_id), drafts_of(customer_id))
    check_pausable(known, items, drafts)


async def resume(caller: Caller) -> Subscription:
    """The subscription, resumed; unchanged where it was not paused. Raises as `pause`, also while
    an earlier pause may still arrive."""
    known = await refresh_subscription(caller)
    check_resumable(known)
    if not known.is_paused:
        return await _withdraw(caller, known, Pause)
    return await carry_out(caller, known, Resume(resumes=True))


async def _withdraw(
    caller: Caller, known: Subscription, kind: type[Pause | Resume]
) -> Subscription:
    if known.change is None or not isinstance(known.change.order, kind):
        return known

    async def use_case(work: Command) -> Subscription:
        before = await known_to(work)
        return await work.save_change(before, *withdraw(before, kind, work.at))

    return await RUN.command(caller, use_case, Subscription)
