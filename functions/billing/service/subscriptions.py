"""Reads a tenant's subscription from Stripe, and keeps it."""

from functions.billing.aggregates import RUN, SUBSCRIPTIONS
from functions.billing.rules.referral import read_discount
from functions.billing.rules.stripe_objects import latest, read_subscription
from functions.billing.rules.subscription import (
    StripeSubscription,
    Subscription,
    adopt,
    controlled,
    unsubscribed,
)
from functions.billing.service.stripe_calls import subscriptions_of
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.kit.control import Control
from shared.runtime.entitlements import in_force


async def known_to(work: Command) -> Subscription:
    """The subscription of the caller's tenant. One read. Raises Unavailable."""
    return await work.get_or_initial(SUBSCRIPTIONS, work.caller.tenant_id)


async def show(caller: Caller) -> Subscription:
    """The subscription as it is known. One read. Raises Unavailable."""
    return await RUN.find(caller, SUBSCRIPTIONS, caller.tenant_id) or unsubscribed(caller.tenant_id)


def control_with(caller: Caller, known: Subscription) -> Control:
    """The control document of the caller's tenant as it is in force with that subscription, which
    `identity` may not have written into it yet."""
    return in_force(controlled(known, caller.control))


async def refresh_subscription(
    caller: Caller, notice_id: str = "", of_customer: str | None = None
) -> Subscription:
    """Reads the subscription from Stripe and keeps it. Unchanged where the notice was handled
    before, and where the subscription belongs to another customer than `of_customer`. Reads Stripe
    between reading our state and committing it: where another request commits meanwhile, it reads
    again. Raises Unknown, Unavailable, ContentInvalid."""

    async def use_case(work: Command) -> Subscription:
        known = await known_to(work)
        is_another = of_customer is not None and known.customer_id != of_customer
        if is_another or (notice_id and notice_id in known.seen):
            return known
        at_stripe = await _at_stripe(known)
        return await work.save_change(known, *adopt(known, at_stripe, work.at, notice_id))

    return await RUN.command(caller, use_case, Subscription)


async def _at_stripe(known: Subscription) -> StripeSubscription | None:
    if known.customer_id is None:
        return None
    newest = latest(await subscriptions_of(known.customer_id))
    if newest is None:
        return None
    discount = read_discount(newest.get("discounts") or ())
    return read_subscription(newest).but(discount=discount)
