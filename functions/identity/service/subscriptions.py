"""Follows what a tenant pays for."""

from events.subscriptions import SubscriptionChanged
from functions.identity.aggregates import CONTROLS, RUN, TENANTS
from functions.identity.rules.subscription import follow_subscription
from shared.aggregates import UnitOfWork
from shared.kit.control import ID, Control
from shared.messaging.envelope import Envelope


async def follow(event: Envelope) -> None:
    """The tenant has the plan that it pays for: its control document and its record say so in one
    commit, also after redeliveries and in any order. Raises Unavailable."""
    said = event.payload(SubscriptionChanged)

    async def use_case(work: UnitOfWork) -> None:
        await work.prefetch((CONTROLS, ID), (TENANTS, event.tenantid))
        control = await work.find(CONTROLS, ID) or Control()
        tenant = await work.find(TENANTS, event.tenantid)
        await work.save(*follow_subscription(control, tenant, said, event.sequence))

    await RUN.reaction(event, use_case)
