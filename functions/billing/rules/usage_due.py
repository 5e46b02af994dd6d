"""When the usage invoice is due: it asks for what a subscription used before it ended or was
paused, once its last month is over. Pure."""

from datetime import datetime, timedelta

from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.months import month_ends

USAGE_DUE = "assent.usage_invoice.due.v1"
# In which the audit log gets what happened at the very end of the month.
COUNTED_WITHIN = timedelta(hours=1)


class UsageInvoice(Data):
    """From `due_at` on the usage is asked for, by the invoice that Stripe makes once under this
    number: `stripe_id` once that is known. One that became final without all of it is followed by
    the next number's."""

    due_at: Instant
    number: int = 1
    stripe_id: str = ""


def usage_invoice_of(
    known: UsageInvoice | None, *, is_renewed: bool, just_ended: bool, at: datetime
) -> UsageInvoice | None:
    """The usage invoice once the subscription was read at `at`: none while its renewals ask. A
    month is charged once it is over, so that of one which `just_ended`, or was paused, is due
    then."""
    if is_renewed:
        return None
    return UsageInvoice(due_at=month_ends(at) + COUNTED_WITHIN) if just_ended else known
