"""What the operator is told of a tenant once something was heard of it."""

from datetime import datetime

from events.margins import MarginFell
from events.subscriptions import SubscriptionState
from functions.billing.rules.costs import Counted
from functions.billing.rules.invoice import Invoice
from functions.billing.rules.kpis import is_low, margin_in
from functions.billing.rules.revenue import (
    Revenue,
    months_before,
    note_invoice,
    note_subscription,
    standing_in,
)
from shared.kit.months import month_of
from shared.kit.transitions import Transition


def month_to_judge(at: datetime) -> str:
    """The latest month that is over."""
    [month] = months_before(month_of(at), 1)
    return month


def heard_of(
    known: Revenue,
    subscription: SubscriptionState,
    invoice: Invoice | None,
    counted: Counted,
    at: datetime,
) -> tuple[Transition[Revenue], ...]:
    """What is known of the tenant from now on, and an event where it paid in the latest month that
    is over, whose use was `counted`, and its margin there is low: once for each month. Nothing
    where the same was heard before."""
    newer = note_subscription(known, subscription, at)
    if invoice is not None:
        newer = note_invoice(newer, invoice)
    month = month_to_judge(at)
    standing, margin = standing_in(newer, month), margin_in(newer, counted, month, at)
    if is_low(margin, standing) and (newer.warned or "") < month:
        told = {
            "month": month,
            "revenue_cents": margin.revenue_cents,
            "cost_usd_micros": margin.cost_usd_micros,
            "gross_basis_points": margin.gross,
        }
        return (Transition(newer.but(warned=month), MarginFell, told),)
    return (Transition(newer),) if newer != known else ()
