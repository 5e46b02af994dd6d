"""Makes a tenant's customer at Stripe, and finds the tenant that a customer belongs to."""

import secrets
from datetime import datetime

from functions.billing.aggregates import CUSTOMERS, RUN
from functions.billing.rules.customer import Customer, claim
from functions.billing.rules.subscription import Subscription, know_customer, open_account
from functions.billing.service.platform import on_platform
from functions.billing.service.stripe_calls import create_customer
from functions.billing.service.subscriptions import known_to, show
from shared.aggregates.command import Command
from shared.kit.callers import Caller

_REFERENCE_BYTES = 24


async def customer_of(caller: Caller) -> Subscription:
    """The tenant's subscription with its customer at Stripe; makes the customer where there is
    none. Each step can be repeated after a crash. Raises Unknown, StripeRefused, Unavailable."""
    known = await show(caller)
    if known.customer_id is not None:
        return known

    async def open(work: Command) -> Subscription:
        before = await known_to(work)
        fresh = secrets.token_urlsafe(_REFERENCE_BYTES)
        return await work.save_change(before, *open_account(before, fresh))

    opened = await RUN.command(caller, open, Subscription)
    customer_id = await create_customer(opened.account)
    await _claim(caller, customer_id)

    async def know(work: Command) -> Subscription:
        before = await known_to(work)
        return await work.save_change(before, *know_customer(before, customer_id))

    return await RUN.command(caller, know, Subscription)


async def tenant_of(customer_id: str, at: datetime) -> str | None:
    """The tenant that claimed the customer; None where no tenant did. The tenant's subscription may
    name another customer. One read. Raises Unavailable."""
    found = await RUN.find(on_platform(at), CUSTOMERS, customer_id)
    return found.tenant_id if found is not None else None


async def _claim(caller: Caller, customer_id: str) -> None:

    async def use_case(work: Command) -> Customer:
        known = await work.find(CUSTOMERS, customer_id)
        steps = claim(known, customer_id, caller.tenant_id, work.at)
        await work.save(*steps)
        return Customer(customer_id=customer_id, tenant_id=caller.tenant_id, claimed_at=work.at)

    await RUN.command(on_platform(caller.received_at), use_case, Customer)
