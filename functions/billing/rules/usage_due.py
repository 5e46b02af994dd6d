"""When the usage invoice of a subscription that ended or was paused is due: once its last month is
over. Pure."""

from datetime import datetime, timedelta

from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.months import month_ends

USAGE_DUE = "assent.usage_invoice.due.v1"
# Within this time the audit log has what happened at the end of the month.
COUNTED_WITHIN = timedelta(hours=1)


class UsageInvoice(Data):
    """The usage invoice that is made at `due_at`, once under its number; `stripe_id` is empty until
    it is known. Where the invoice became final without all of the usage, one with the next number
    follows."""

    due_at: Instant
    number: int = 1
    stripe_id: str = ""


def usage_invoice_of(
    known: UsageInvoice | None, *, is_renewed: bool, just_ended: bool, at: datetime
) -> UsageInvoice | None:
    """The usage invoice of a subscription that was read at `at`: none while it is renewed, the
    known one afterwards. Where it `just_ended`, or was paused, the invoice is due once the month is
    over."""
    if is_renewed:
        return None
    return UsageInvoice(due_at=month_ends(at) + COUNTED_WITHIN) if just_ended else known
