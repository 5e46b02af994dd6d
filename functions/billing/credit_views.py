"""What the API shows of a tenant's credits."""

from datetime import datetime
from typing import Self

from functions.billing.rules.credits import Credits, Grant, GrantStatus, Spending, SpendingStatus
from shared.kit.instants import Instant
from shared.kit.models import Data, part_of


class CreditView(Data):
    """A credit in cents; while it is `open`, `left_cents` pay the next invoices."""

    credit_id: str
    amount_cents: int
    left_cents: int
    reason: str
    status: GrantStatus
    granted_at: Instant
    expires_at: Instant

    @classmethod
    def of(cls, grant: Grant, at: datetime) -> Self:
        """The credit as it is shown at that moment."""
        return part_of(cls, grant, status=grant.status(at))


class CreditSpendingView(Data):
    """What credits pay of an invoice: `reserved` while it is a draft, `spent` once it is final,
    `returned` where it does not use them."""

    invoice_id: str
    cents: int
    status: SpendingStatus
    at: Instant

    @classmethod
    def of(cls, spending: Spending) -> Self:
        """The spending as it is shown."""
        return part_of(cls, spending, cents=spending.cents)


class CreditsView(Data):
    """The granted credits, the newest first, and the invoices that they paid. The credits that
    expire first pay first; `balance_cents` is what is left of those that are open."""

    balance_cents: int
    grants: tuple[CreditView, ...]
    spendings: tuple[CreditSpendingView, ...]

    @classmethod
    def of(cls, credits: Credits, at: datetime) -> Self:
        """The credits as they are shown at that moment."""
        return cls(
            balance_cents=credits.balance(at),
            grants=tuple(CreditView.of(each, at) for each in reversed(credits.grants)),
            spendings=tuple(map(CreditSpendingView.of, reversed(credits.spendings))),
        )
