"""Spends or returns the credits of an invoice once it is final, voided, deleted or held. Pure;
money is whole cents of US dollars."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from events.credits import CreditApplied, CreditReturned
from events.invoices import InvoiceStatus
from functions.billing.rules.credits import Credits, Part, Spending, Steps
from shared.kit.transitions import Transition

# `held` is a draft that Stripe does not make final, whose lines of credits were taken off just now;
# `gone` is an invoice that somebody deleted.
StripeStatus = InvoiceStatus | Literal["held", "gone"]
# How long after a draft returned its credits a line that was on its way may still arrive: whoever
# writes it has a minute.
LATEST_LINE = timedelta(hours=1)


def settle(
    credits: Credits,
    stripe_id: str,
    status: StripeStatus,
    written: Mapping[str, int],
    at: datetime,
) -> Steps:
    """The credits once an invoice is no draft any more, or is held. Spends the cents that its lines
    took off, `written` by credit id, also of a line that arrived late, as far as the credit has any
    left. Returns the rest; returns all where the invoice was voided, deleted or is held. Credits on
    an uncollectible invoice stay spent, because it may still be paid."""
    known = credits.spending_on(stripe_id)
    if known is None or status == "draft" or (known.status == "returned" and known.is_settled):
        return ()
    if status in ("void", "gone", "held"):
        kept: tuple[Part, ...] = ()
    elif known.status == "spent":
        return ()
    else:
        kept = _taken(credits, known, written)
    settled = known.but(
        status="spent" if kept else "returned",
        parts=kept or known.parts,
        watched_until=_watched(known, at) if status == "held" else None,
    )
    return () if settled == known else _settled(credits, known, settled, at)


def beyond(steps: Steps, stripe_id: str, written: Mapping[str, int]) -> int:
    """The cents that lines of a settled invoice took off and no credit had any more."""
    settled = steps[-1].state.spending_on(stripe_id) if steps else None
    return 0 if settled is None else sum(written.values()) - sum(settled.held.values())


def _settled(credits: Credits, known: Spending, settled: Spending, at: datetime) -> Steps:
    before, after = known.held, settled.held
    # A credit that is not kept any more has expired: nothing of it is returned.
    back = {
        credit_id: before.get(credit_id, 0) - after.get(credit_id, 0)
        for credit_id in {**before, **after}
        if credits.grant_of(credit_id) is not None
    }
    newer, total = credits.with_spending(known, settled).moved(back), sum(back.values())
    if not total:
        return (Transition(newer),)
    event = CreditReturned if total > 0 else CreditApplied
    fields = {"invoice_id": known.invoice_id, "cents": abs(total)}
    return (Transition(newer, event, {**fields, "balance_cents": newer.balance(at)}),)


def _taken(credits: Credits, spending: Spending, written: Mapping[str, int]) -> tuple[Part, ...]:
    """What lines took of each credit: at most what was reserved of it and what is left."""
    reserved, parts = spending.held, []
    for credit_id in {**reserved, **written}:
        grant = credits.grant_of(credit_id)
        there = reserved.get(credit_id, 0) + (grant.left_cents if grant is not None else 0)
        cents = min(written.get(credit_id, 0), there)
        if cents > 0:
            parts.append(Part(credit_id=credit_id, cents=cents))
    return tuple(parts)


def _watched(spending: Spending, at: datetime) -> datetime | None:
    """Until when a line may still reach the draft."""
    until = spending.watched_until
    if spending.status != "returned":
        return at + LATEST_LINE
    return until if until is not None and at < until else None
