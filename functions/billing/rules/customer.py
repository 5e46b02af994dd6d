"""Which tenant a customer at Stripe belongs to. Pure."""

from datetime import datetime

from shared.kit.errors import VersionConflict
from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.transitions import Transition


class Customer(Data):
    """A customer at Stripe, and the one tenant that it belongs to."""

    customer_id: str
    tenant_id: str
    claimed_at: Instant


def claim(
    known: Customer | None, customer_id: str, tenant_id: str, at: datetime
) -> tuple[Transition[Customer], ...]:
    """The customer, which belongs to the tenant from now on; no change where it did already. Raises
    VersionConflict for another tenant's customer."""
    if known is None:
        fresh = Customer(customer_id=customer_id, tenant_id=tenant_id, claimed_at=at)
        return (Transition(fresh),)
    if known.tenant_id != tenant_id:
        raise VersionConflict("the customer is another tenant's")
    return ()
