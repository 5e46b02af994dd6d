"""What a subscription that ended, or was paused, still owes of usage: asked for once its last month
is over, on an invoice of its own. Pure."""

from datetime import datetime, timedelta

from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.months import month_ends

USAGE_DUE = "assent.usage_invoice.due.v1"
# In which the audit log gets what happened at the very end of the month.
SETTLES_AFTER = timedelta(hours=1)


class Settling(Data):
    """From `due_at` on the usage is asked for, by the invoice that Stripe makes once under this
    number: `stripe_id` once that is known. One that became final without all of it is followed by
    the next number's."""

    due_at: Instant
    number: int = 1
    stripe_id: str = ""


def settling_of(
    known: Settling | None, *, is_renewed: bool, just_ended: bool, at: datetime
) -> Settling | None:
    """What is owed once the subscription was read at `at`: nothing apart while its renewals ask for
    it. A month is charged once it is over, so what `just_ended`, or was paused, is due then."""
    if is_renewed:
        return None
    return Settling(due_at=month_ends(at) + SETTLES_AFTER) if just_ended else known
