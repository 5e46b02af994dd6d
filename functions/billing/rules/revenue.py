"""A tenant's revenue: the monthly price of its plan, how that moved, and its payments. Money is
whole cents."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from events.subscriptions import SubscriptionState
from functions.billing.rules.invoice import Invoice
from shared.catalogue import catalogue
from shared.kit.instants import Instant
from shared.kit.models import Data
from shared.kit.months import month_begins, month_ends, month_of
from shared.kit.plans import Plan, SubscriptionStatus

# Ten years of changes, and of a monthly invoice with its proration.
MOST_MONTHS = 120
MOST_PAID = 250
_A_YEAR = 12
_COUNTED: frozenset[SubscriptionStatus] = frozenset({"active", "past_due"})

ChurnReason = Literal["ended_by_tenant", "not_paid", "paused", "ended_by_operator"]
MovementKind = Literal["new", "expansion", "contraction", "churn", "reactivation"]


class MonthOfPlan(Data):
    """A month in which the tenant's recurring revenue or its plan changed: from `start_cents` of
    `plan_at_start` when the month began to `cents` of `plan` since the last change. `reason` says
    why the revenue ended, where it did."""

    month: str
    start_cents: int
    plan_at_start: Plan
    cents: int
    plan: Plan
    reason: ChurnReason | None = None


class Paid(Data):
    """The cents that an invoice was paid for the time from `start` until before `end`."""

    invoice_id: str
    cents: int
    start: Instant
    end: Instant


class Revenue(Data):
    """What is known of a tenant: the months with a change, oldest first, how its subscription stood
    last, and what it paid, by the time that it paid for. `warned` is the latest month whose low
    margin the operator was told of, `disagreed` the lines of invoices, with their cents, that
    differed from our meter."""

    tenant_id: str
    months: tuple[MonthOfPlan, ...] = ()
    status: SubscriptionStatus = "active"
    will_end: bool = False
    paid: tuple[Paid, ...] = ()
    warned: str | None = None
    disagreed: tuple[str, ...] = ()


class TenantMonth(NamedTuple):
    """A tenant in a month: its recurring revenue and its plan at the month's start and at its
    end."""

    start_cents: int
    cents: int
    plan_at_start: Plan
    plan: Plan
    reason: ChurnReason | None

    @property
    def moved_cents(self) -> int:
        return self.cents - self.start_cents


def unknown_revenue(tenant_id: str) -> Revenue:
    """The revenue of a tenant that is not known yet."""
    return Revenue(tenant_id=tenant_id)


def recurring_cents(subscription: SubscriptionState) -> int:
    """The monthly recurring revenue of a subscription: the price of its plan, seats and add-ons a
    month by the catalogue, a year's price divided by twelve; without usage, taxes, credits and
    discounts. A trial and a pause count as zero, a subscription that is past due counts. A plan by
    contract counts with its lowest price in the catalogue.

    Source: Lago and ProfitWell build it from plans' prices, not from invoices, and ProfitWell
    counts a subscription that is on hold as zero (getlago.com/docs/guide/analytics/revenue/mrr.md,
    paddle.com/help/profitwell-metrics, read on 2026-11-27)."""
    if subscription.status not in _COUNTED or subscription.interval is None:
        return 0
    sold = catalogue().plans[subscription.plan]
    year = sold.year.cents(subscription.seats) // _A_YEAR if sold.year is not None else None
    month = sold.month.cents(subscription.seats) if sold.month is not None else 0
    plan = year if subscription.interval == "year" and year is not None else month
    more = (catalogue().add_ons[each.add_on].month * each.quantity for each in subscription.add_ons)
    return plan + sum(more)


def bounds_of(month: str) -> tuple[datetime, datetime]:
    """When the month begins, and when the next one does. Raises Invalid for what names none."""
    first = month_begins(month, "month")
    return first, month_ends(first)


def months_before(month: str, number: int) -> list[str]:
    """The `number` months before that one, oldest first."""
    months, first = [], bounds_of(month)[0]
    for _ in range(number):
        first = (first - timedelta(days=1)).replace(day=1)
        months.append(f"{first:%Y-%m}")
    return months[::-1]


def note_subscription(known: Revenue, subscription: SubscriptionState, at: datetime) -> Revenue:
    """The revenue with the subscription as it is at that moment, in whose month a change counts;
    the same subscription again changes nothing. A change that is noted late counts in the latest
    month that is known."""
    cents = recurring_cents(subscription)
    plan: Plan = subscription.plan if cents else "free"
    last = known.months[-1] if known.months else None
    before: tuple[int, Plan] = (last.cents, last.plan) if last is not None else (0, "free")
    month = max(month_of(at), last.month if last is not None else "")
    ends = subscription.cancel_at_period_end
    stands = known.but(status=subscription.status, will_end=ends)
    if (cents, plan) == before:
        return stands
    changed = MonthOfPlan(
        month=month,
        start_cents=before[0],
        plan_at_start=before[1],
        cents=cents,
        plan=plan,
        reason=_reason(known, subscription) if not cents else None,
    )
    kept = known.months
    if last is not None and last.month == month:
        changed = changed.but(start_cents=last.start_cents, plan_at_start=last.plan_at_start)
        kept = kept[:-1]
    return stands.but(months=(*kept, changed)[-MOST_MONTHS:])


def note_invoice(known: Revenue, invoice: Invoice) -> Revenue:
    """What is known once the invoice is heard of: what was paid for which time, once, however often
    and in whichever order invoices are heard of. Of more amounts than are kept, those stay whose
    time ends last: what had no room among them has none when it is heard of again."""
    if invoice.status != "paid" or any(
        each.invoice_id == invoice.invoice_id for each in known.paid
    ):
        return known
    spans: dict[tuple[datetime, datetime], int] = {}
    for line in invoice.lines:
        span = line.period_start, max(line.period_start, line.period_end)
        spans[span] = spans.get(span, 0) + line.cents
    paid = [
        Paid(invoice_id=invoice.invoice_id, cents=cents, start=start, end=end)
        for (start, end), cents in sorted(spans.items())
    ]
    kept = sorted((*known.paid, *paid), key=lambda each: (each.end, each.start, each.invoice_id))
    return known.but(paid=tuple(kept[-MOST_PAID:]))


def tenant_in(known: Revenue, month: str) -> TenantMonth:
    """The tenant in that month; as it is now where the month is not over."""
    latest = None
    for each in known.months:
        if each.month > month:
            break
        latest = each
    if latest is None:
        return TenantMonth(0, 0, "free", "free", None)
    if latest.month == month:
        return TenantMonth(
            latest.start_cents, latest.cents, latest.plan_at_start, latest.plan, latest.reason
        )
    return TenantMonth(latest.cents, latest.cents, latest.plan, latest.plan, None)


def movement_in(known: Revenue, month: str) -> MovementKind | None:
    """How the tenant's recurring revenue at the month's end differs from that at its start: a plan
    that begins and ends within the month is no movement. A tenant that paid in an earlier month,
    and nothing at the start of this one, is reactivated.

    Source: ProfitWell counts neither new nor churn for who does both in one calendar month
    (paddle.com/help/profitwell-metrics/measure/compare/profitwell-vs-recurly, read on
    2026-11-27)."""
    tenant = tenant_in(known, month)
    if not tenant.moved_cents:
        return None
    if not tenant.start_cents:
        came_back = any(each.month < month and each.cents for each in known.months)
        return "reactivation" if came_back else "new"
    if not tenant.cents:
        return "churn"
    return "expansion" if tenant.moved_cents > 0 else "contraction"


def earned_cents(paid: Sequence[Paid], since: datetime, until: datetime) -> int:
    """The part of the payments that was earned from `since` until before `until`: each payment is
    earned evenly over the time that it is for, in whole cents that add up to it."""
    return sum(_earned(each, until) - _earned(each, since) for each in paid)


def _earned(paid: Paid, by: datetime) -> int:
    if by >= paid.end and by > paid.start:
        return paid.cents
    if by <= paid.start:
        return 0
    micro = timedelta(microseconds=1)
    return paid.cents * ((by - paid.start) // micro) // ((paid.end - paid.start) // micro)


def _reason(known: Revenue, subscription: SubscriptionState) -> ChurnReason:
    if known.will_end or subscription.cancel_at_period_end:
        return "ended_by_tenant"
    if subscription.status == "paused":
        return "not_paid" if known.status == "past_due" else "paused"
    return "not_paid" if known.status in ("past_due", "paused") else "ended_by_operator"
