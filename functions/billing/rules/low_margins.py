"""Notes a tenant's subscription and invoice in its revenue, and publishes a low margin. Pure."""

from datetime import datetime

from events.margins import MarginFell
from events.subscriptions import SubscriptionState
from functions.billing.rules.costs import UsageCounts
from functions.billing.rules.invoice import Invoice
from functions.billing.rules.kpis import is_low, margin_in
from functions.billing.rules.revenue import (
    Revenue,
    months_before,
    note_invoice,
    note_subscription,
    tenant_in,
)
from shared.kit.months import month_of
from shared.kit.transitions import Transition


def month_to_judge(at: datetime) -> str:
    """The latest month that is over."""
    [month] = months_before(month_of(at), 1)
    return month


def note_tenant(
    known: Revenue,
    subscription: SubscriptionState,
    invoice: Invoice | None,
    counted: UsageCounts,
    at: datetime,
) -> tuple[Transition[Revenue], ...]:
    """The tenant's revenue with this subscription and invoice; nothing where both are known
    already. An event where the tenant paid in the latest month that is over and its margin in it is
    low, once for each month; `counted` is the use of that month."""
    newer = note_subscription(known, subscription, at)
    if invoice is not None:
        newer = note_invoice(newer, invoice)
    month = month_to_judge(at)
    tenant, margin = tenant_in(newer, month), margin_in(newer, counted, month, at)
    if is_low(margin, tenant) and (newer.warned or "") < month:
        fields = {
            "month": month,
            "revenue_cents": margin.revenue_cents,
            "cost_usd_micros": margin.cost_usd_micros,
            "gross_basis_points": margin.gross,
        }
        return (Transition(newer.but(warned=month), MarginFell, fields),)
    return (Transition(newer),) if newer != known else ()
