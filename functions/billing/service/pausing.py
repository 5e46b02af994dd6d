"""Pauses a subscription, and lets it go on."""

import asyncio

from functions.billing.aggregates import RUN
from functions.billing.rules.order import Pause, Resume
from functions.billing.rules.pausing import check_pausable, check_resumable, withdraw
from functions.billing.rules.subscription import Subscription
from functions.billing.service.invoice_calls import drafts_of, items_of
from functions.billing.service.orders import carry_out
from functions.billing.service.subscriptions import follow, known_to
from shared.aggregates.command import Command
from shared.kit.callers import Caller


async def pause(caller: Caller) -> Subscription:
    """The subscription, paused: as it is where it was. Where that takes away what governs it waits
    for an approval first, and the same call again pauses it. Raises VersionConflict, also while an
    earlier resumption may still arrive; StripeRefused; Unknown where Stripe did not answer: the
    same call again asks what became of it."""
    known = await follow(caller)
    if known.is_paused:
        return await _without(caller, known, Resume)
    await _check_pausable(known)
    return await carry_out(caller, known, Pause(pauses=True))


async def _check_pausable(known: Subscription) -> None:
    if known.customer_id is None:
        check_pausable(known, (), ())
        return
    of = known.customer_id
    check_pausable(known, *await asyncio.gather(items_of(of), drafts_of(of)))


async def resume(caller: Caller) -> Subscription:
    """The subscription, which goes on: as it is where it was not paused. Raises as `pause`, also
    while an earlier pause may still arrive."""
    known = await follow(caller)
    check_resumable(known)
    if not known.is_paused:
        return await _without(caller, known, Pause)
    return await carry_out(caller, known, Resume(resumes=True))


async def _without(caller: Caller, known: Subscription, what: type[Pause | Resume]) -> Subscription:
    if known.change is None or not isinstance(known.change.order, what):
        return known

    async def use_case(work: Command) -> Subscription:
        before = await known_to(work)
        return await work.save_change(before, *withdraw(before, what, work.at))

    return await RUN.command(caller, use_case, Subscription)
