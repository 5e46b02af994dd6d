"""What becomes of credits once an invoice is final, voided, gone, or a draft that stays one. Pure;
money is whole cents of US dollars."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from events.credits import CreditApplied, CreditReturned
from events.invoices import InvoiceStatus
from functions.billing.rules.credits import Credits, Part, Spending, Steps
from shared.kit.transitions import Transition

# What an invoice is at Stripe: `held` is a draft that does not become final and off which the lines
# of credits were taken just now, `gone` one that somebody deleted.
Standing = InvoiceStatus | Literal["held", "gone"]
# A line that was under way when its draft gave all back is at Stripe by then: whoever writes it has
# a minute.
LATEST_LINE = timedelta(hours=1)


def settle(
    credits: Credits,
    stripe_id: str,
    standing: Standing,
    written: Mapping[str, int],
    at: datetime,
) -> Steps:
    """The credits once an invoice is no draft any more, or one that does not become final. What its
    lines took, `written` by credit, is spent, also where a line came late, as far as anything is
    left; the rest is returned, and all of it where the invoice was voided, deleted or is held. What
    was given up as uncollectible may still be paid, and so stays spent."""
    known = credits.spending_on(stripe_id)
    if known is None or standing == "draft" or (known.status == "returned" and known.is_settled):
        return ()
    if standing in ("void", "gone", "held"):
        kept: tuple[Part, ...] = ()
    elif known.status == "spent":
        return ()
    else:
        kept = _taken(credits, known, written)
    settled = known.but(
        status="spent" if kept else "returned",
        parts=kept or known.parts,
        watched_until=_watched(known, at) if standing == "held" else None,
    )
    return () if settled == known else _settled(credits, known, settled, at)


def beyond(steps: Steps, stripe_id: str, written: Mapping[str, int]) -> int:
    """The cents that lines of an invoice took and no credit had any more, once it is settled."""
    settled = steps[-1].state.spending_on(stripe_id) if steps else None
    return 0 if settled is None else sum(written.values()) - sum(settled.held.values())


def _settled(credits: Credits, known: Spending, settled: Spending, at: datetime) -> Steps:
    before, after = known.held, settled.held
    # One that is shown no more has expired: of that, nothing comes back.
    back = {
        credit_id: before.get(credit_id, 0) - after.get(credit_id, 0)
        for credit_id in {**before, **after}
        if credits.grant_of(credit_id) is not None
    }
    newer, total = credits.with_spending(known, settled).moved(back), sum(back.values())
    if not total:
        return (Transition(newer),)
    said = {"invoice_id": known.invoice_id, "cents": abs(total), "balance_cents": newer.balance(at)}
    return (Transition(newer, CreditReturned if total > 0 else CreditApplied, said),)


def _taken(credits: Credits, spending: Spending, written: Mapping[str, int]) -> tuple[Part, ...]:
    """What lines took of each credit: no more than was reserved of it and is left."""
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
