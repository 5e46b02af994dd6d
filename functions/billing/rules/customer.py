"""Whose a customer of Stripe's is."""

from datetime import datetime

from shared.kit.errors import VersionConflict
from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.transitions import Transition


class Customer(Data):
    """A customer of Stripe's, with the one tenant that it is of."""

    customer_id: str
    tenant_id: str
    claimed_at: Instant


def claim(
    known: Customer | None, customer_id: str, tenant_id: str, at: datetime
) -> tuple[Transition[Customer], ...]:
    """The customer, which is the tenant's from now on; no change where it was. Raises
    VersionConflict for another tenant's."""
    if known is None:
        fresh = Customer(customer_id=customer_id, tenant_id=tenant_id, claimed_at=at)
        return (Transition(fresh),)
    if known.tenant_id != tenant_id:
        raise VersionConflict("the customer is another tenant's")
    return ()
