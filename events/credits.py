"""What `billing` publishes of credits that the platform's owner grants tenants."""

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import EventData

TOPIC = "billing"


class CreditMovement(EventData):
    """What became of a tenant's credits, in cents of US dollars. `balance_cents` is what is left
    after it of all that had not expired by then."""

    tenant_id: str
    cents: int
    balance_cents: int


@event("assent.credit.granted.v1")
class CreditGranted(CreditMovement):
    """A platform admin granted the credit; what is left of it at `expires_at` pays nothing."""

    credit_id: str
    expires_at: Instant


@event("assent.credit.applied.v1")
class CreditApplied(CreditMovement):
    """Credits pay so much of an invoice, the first to expire first; or so much more than was
    thought, because a line came late."""

    invoice_id: str


@event("assent.credit.returned.v1")
class CreditReturned(CreditMovement):
    """So much pays nothing of the invoice after all, because that was voided or deleted, final
    before the credits were on it, or a draft that stays one: the tenant has it again, until it
    expires."""

    invoice_id: str
