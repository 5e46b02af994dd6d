"""What an order is judged by before Stripe hears of it."""

from functions.billing.rules.order import Order, check_order, check_people
from shared.kit.callers import Caller
from shared.quotas.reading import read_people
from shared.storage.firestore import TenantStore


async def check(caller: Caller, order: Order) -> None:
    """Raises Invalid for what nobody sells, and for other seats than the plan has or fewer than the
    tenant's people need; Unavailable."""
    check_order(order)
    if order.seats is not None:
        check_people(order, await read_people(TenantStore(caller.tenant_id)))
