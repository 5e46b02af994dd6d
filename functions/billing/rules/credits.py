"""Credits that the platform's owner grants a tenant. They pay invoices, the first to expire first.
Pure; money is whole cents of US dollars."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints

from events.credits import CreditApplied, CreditGranted
from shared.kit.errors import FieldError, Invalid, VersionConflict
from shared.kit.ids import Id
from shared.kit.instants import Instant
from shared.kit.models import Data, Model
from shared.kit.transitions import Transition

PREFIX = "crd"
MOST_GRANTS = 100
# Twenty years of monthly invoices.
MOST_SPENDINGS = 240
MOST_CENTS = 10_000_000
LONGEST = timedelta(days=5 * 366)

SpendingStatus = Literal["reserved", "spent", "returned"]
GrantStatus = Literal["open", "used", "expired"]


class CreditBody(Model):
    """What the platform's owner grants a tenant. `reason` stands on the invoice."""

    tenant_id: Id
    amount_cents: Annotated[int, Field(ge=1, le=MOST_CENTS, strict=True)]
    reason: Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^\S[^\r\n]*$")]
    expires_at: Instant


class Grant(Data):
    """A credit; `left_cents` is the part that no invoice reserves or has spent."""

    credit_id: str
    amount_cents: int
    left_cents: int
    reason: str
    granted_at: Instant
    expires_at: Instant

    def status(self, at: datetime) -> GrantStatus:
        """Whether it can still pay at that moment."""
        if at >= self.expires_at:
            return "expired"
        return "open" if self.left_cents else "used"

    @property
    def description(self) -> str:
        """The text of the invoice's line."""
        return f"Credit until {self.expires_at:%Y-%m-%d}: {self.reason}"


class Part(Data):
    """What one credit pays of an invoice."""

    credit_id: str
    cents: int


class Spending(Data):
    """What credits pay of one invoice: reserved while it is a draft, spent once it is final with
    their lines, returned where it does not use them. `attempt` counts the reservations for the
    invoice: each writes its lines under keys of its own, because Stripe repeats its answer to a
    known key. After a draft returned its credits, a late line may reach it until
    `watched_until`."""

    invoice_id: str
    stripe_id: str
    at: Instant
    parts: tuple[Part, ...]
    status: SpendingStatus = "reserved"
    attempt: int = 1
    watched_until: Instant | None = None

    @property
    def is_settled(self) -> bool:
        """Whether no later line on the draft can change it."""
        return self.status != "reserved" and self.watched_until is None

    @property
    def cents(self) -> int:
        return sum(each.cents for each in self.parts)

    @property
    def held(self) -> dict[str, int]:
        """The cents of each credit that it reserves or has spent."""
        parts = () if self.status == "returned" else self.parts
        return {each.credit_id: each.cents for each in parts}


class Credits(Data):
    """A tenant's credits, the oldest grant first, and what they paid."""

    tenant_id: str
    grants: tuple[Grant, ...] = ()
    spendings: tuple[Spending, ...] = ()

    def balance(self, at: datetime) -> int:
        """The cents that are left of credits which have not expired at that moment."""
        return sum(each.left_cents for each in self.grants if at < each.expires_at)

    def spending_on(self, stripe_id: str) -> Spending | None:
        """What they pay of that invoice at Stripe."""
        return next((each for each in self.spendings if each.stripe_id == stripe_id), None)

    def grant_of(self, credit_id: str) -> Grant | None:
        return next((each for each in self.grants if each.credit_id == credit_id), None)

    def moved(self, cents: Mapping[str, int]) -> Self:
        """The credits with that many cents more, or fewer, left of each. Raises KeyError for a
        credit that is not among them: cents must not get lost."""
        grants = {each.credit_id: each for each in self.grants}
        for credit_id, more in cents.items():
            known = grants[credit_id]
            grants[credit_id] = known.but(left_cents=known.left_cents + more)
        return self.but(grants=tuple(grants.values()))

    def with_spending(self, known: Spending, newer: Spending) -> Self:
        """The credits with the spending `known` replaced."""
        return self.but(spendings=tuple(newer if e is known else e for e in self.spendings))


Steps = tuple[Transition[Credits], ...]


def no_credits(tenant_id: str) -> Credits:
    """The credits of a tenant that has none."""
    return Credits(tenant_id=tenant_id)


def check_expiry(body: CreditBody, at: datetime) -> None:
    """Raises Invalid for a credit that has expired, and for one that outlives five years."""
    if body.expires_at <= at:
        raise Invalid(FieldError("expires_at", "has passed: name an instant that is still to come"))
    if body.expires_at > at + LONGEST:
        raise Invalid(FieldError("expires_at", "is over five years ahead: name an earlier one"))


def grant(credits: Credits, body: CreditBody, credit_id: str, at: datetime) -> Steps:
    """The credits with one more, and its event. Where there are a hundred it replaces the oldest
    that has expired; raises VersionConflict where none has."""
    fresh = Grant(
        credit_id=credit_id,
        amount_cents=body.amount_cents,
        left_cents=body.amount_cents,
        reason=body.reason,
        granted_at=at,
        expires_at=body.expires_at,
    )
    kept = credits.grants
    if len(kept) >= MOST_GRANTS:
        dropped = next((each for each in kept if _is_over(credits, each, at)), None)
        if dropped is None:
            full = f"the tenant has {MOST_GRANTS} credits that have not expired: wait for the first"
            raise VersionConflict(full)
        kept = tuple(each for each in kept if each is not dropped)
    newer = credits.but(grants=(*kept, fresh))
    fields = {
        "credit_id": credit_id,
        "cents": body.amount_cents,
        "expires_at": body.expires_at,
        "balance_cents": newer.balance(at),
    }
    return (Transition(newer, CreditGranted, fields),)


def payable(credits: Credits, due: int, drawn_at: datetime) -> tuple[Part, ...]:
    """What credits pay of an invoice over `due` cents that was drawn up at `drawn_at`: those that
    had not expired by then, the first to expire first."""
    parts, left = [], due
    for each in sorted(credits.grants, key=lambda each: (each.expires_at, each.granted_at)):
        if drawn_at < each.expires_at and (cents := min(each.left_cents, left)) > 0:
            parts.append(Part(credit_id=each.credit_id, cents=cents))
            left -= cents
    return tuple(parts)


def reserve(
    credits: Credits, invoice_id: str, stripe_id: str, due: int, drawn_at: datetime, at: datetime
) -> Steps:
    """The credits with a reservation for the draft, and its event: of those that had not expired
    when the draft was drawn up, however late its notice comes, the first to expire first. Reserves
    once for each draft, and again after a return."""
    before = credits.spending_on(stripe_id)
    if before is not None and before.status != "returned":
        return ()
    parts = payable(credits, due, drawn_at)
    if not parts:
        return ()
    spending = Spending(
        invoice_id=invoice_id,
        stripe_id=stripe_id,
        at=at,
        parts=parts,
        attempt=before.attempt + 1 if before is not None else 1,
    )
    newer = credits.moved({each.credit_id: -each.cents for each in parts})
    others = tuple(each for each in newer.spendings if each is not before)
    newer = newer.but(spendings=_latest((*others, spending)))
    fields = {"invoice_id": invoice_id, "cents": spending.cents}
    return (Transition(newer, CreditApplied, {**fields, "balance_cents": newer.balance(at)}),)


def _latest(spendings: tuple[Spending, ...]) -> tuple[Spending, ...]:
    """The latest spendings, and those that are not settled, however old."""
    settled = [each for each in spendings if each.is_settled]
    over = settled[: max(0, len(spendings) - MOST_SPENDINGS)]
    return tuple(each for each in spendings if each not in over)


def _is_over(credits: Credits, grant: Grant, at: datetime) -> bool:
    reserved = {
        part.credit_id
        for each in credits.spendings
        if each.status == "reserved"
        for part in each.parts
    }
    return grant.status(at) == "expired" and grant.credit_id not in reserved
