"""The figures of a platform's month, from what is known of its tenants. Money is whole cents;
ratios are hundredths of a percent, and None where there is nothing to divide by."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from functions.billing.rules.costs import MICROS_PER_CENT, UsageCounts, cost_usd_micros
from functions.billing.rules.revenue import (
    ChurnReason,
    MovementKind,
    Revenue,
    TenantMonth,
    bounds_of,
    earned_cents,
    movement_in,
    tenant_in,
)
from shared.catalogue import is_larger
from shared.kit.plans import Plan

WHOLE = 10_000
# Below this share an event tells the operator of the tenant.
LEAST_MARGIN = 4_000


class Bridge(NamedTuple):
    """How a month led from the recurring revenue at its start to that at its end: the start, plus
    new, expansion and reactivation, less contraction and churn, is the end."""

    start_cents: int
    new_cents: int
    expansion_cents: int
    contraction_cents: int
    churn_cents: int
    reactivation_cents: int
    end_cents: int


class Churned(NamedTuple):
    """How many tenants left for that reason, and the recurring revenue that left with them."""

    reason: ChurnReason
    tenants: int
    cents: int


class Movements(NamedTuple):
    """A month of all tenants: the bridge, how many paid at its start and its end, how many went to
    a larger or a smaller plan while paying, and which left."""

    bridge: Bridge
    tenants_at_start: int
    tenants: int
    upgrades: int
    downgrades: int
    churned: tuple[Churned, ...]


class Margin(NamedTuple):
    """What was earned, what counted use cost, and the share that is left; None where nothing was
    earned."""

    tenants: int
    revenue_cents: int
    cost_usd_micros: int

    @property
    def gross(self) -> int | None:
        return margin_of(self.revenue_cents, self.cost_usd_micros)


def movements_of(known: Iterable[Revenue], month: str) -> Movements:
    """The month's movements, of all tenants."""
    cents, ended = Counter[MovementKind](), dict[ChurnReason, tuple[int, int]]()
    start = end = at_start = paying = upgrades = downgrades = 0
    for each in known:
        tenant = tenant_in(each, month)
        start, end = start + tenant.start_cents, end + tenant.cents
        at_start, paying = at_start + bool(tenant.start_cents), paying + bool(tenant.cents)
        upgrades, downgrades = upgrades + _is_up(tenant), downgrades + _is_down(tenant)
        if (kind := movement_in(each, month)) is not None:
            cents[kind] += abs(tenant.moved_cents)
        if kind == "churn" and tenant.reason is not None:
            tenants, lost = ended.get(tenant.reason, (0, 0))
            ended[tenant.reason] = tenants + 1, lost + tenant.start_cents
    bridge = Bridge(
        start,
        *(cents["new"], cents["expansion"], cents["contraction"]),
        *(cents["churn"], cents["reactivation"]),
        end,
    )
    churned = tuple(Churned(reason, *ended[reason]) for reason in sorted(ended))
    return Movements(bridge, at_start, paying, upgrades, downgrades, churned)


def retention(bridge: Bridge) -> int | None:
    """Net revenue retention: the recurring revenue at the end of the tenants that paid at the
    start, as a share of that at the start. None where none paid.

    Source: selvo.co/tools/mrr-calculator, read on 2026-11-27."""
    kept = bridge.start_cents + bridge.expansion_cents
    return ratio(kept - bridge.contraction_cents - bridge.churn_cents, bridge.start_cents)


def churn_of(movements: Movements) -> int | None:
    """The share of the tenants that paid at the start and do not at the end; None where none
    paid."""
    return ratio(sum(each.tenants for each in movements.churned), movements.tenants_at_start)


def per_account_cents(movements: Movements) -> int | None:
    """ARPA: recurring revenue for each tenant that pays; None where none does."""
    return movements.bridge.end_cents // movements.tenants if movements.tenants else None


def lifetime_cents(movements: Movements, margin: int | None) -> int | None:
    """LTV: ARPA times gross margin, divided by the month's churn of tenants. None where no tenant
    left, since the month then does not say how long tenants stay, and where there is no margin.

    Source: tools.gera.services/mrr-calculator, read on 2026-11-27."""
    account = per_account_cents(movements)
    left = sum(each.tenants for each in movements.churned)
    if account is None or margin is None or not left:
        return None
    return account * margin * movements.tenants_at_start // (WHOLE * left)


def payback_months(movements: Movements, margin: int | None, cac_cents: int) -> int | None:
    """After how many months a tenant's margin has paid for winning it, rounded up; None where it
    never does."""
    account = per_account_cents(movements)
    if account is None or margin is None or account * margin <= 0:
        return None
    return -(-cac_cents * WHOLE // (account * margin))


def ratio(part: int, whole: int) -> int | None:
    """Hundredths of a percent, rounded down; None where `whole` is 0."""
    return part * WHOLE // whole if whole else None


def margin_of(revenue_cents: int, cost_usd_micros: int) -> int | None:
    """The gross margin, rounded down; None where nothing was earned."""
    if revenue_cents <= 0:
        return None
    earned = revenue_cents * MICROS_PER_CENT
    return (earned - cost_usd_micros) * WHOLE // earned


def margin_in(known: Revenue, counted: UsageCounts, month: str, at: datetime) -> Margin:
    """A tenant's margin in the month, as far as the month is over at that moment: the part of its
    payments that was earned, and the cost of its counted use."""
    start, end = bounds_of(month)
    earned = earned_cents(known.paid, start, min(end, max(start, at)))
    return Margin(1, earned, cost_usd_micros(counted))


def is_low(margin: Margin, tenant: TenantMonth) -> bool:
    """Whether the tenant pays and its margin is below LEAST_MARGIN, or nothing was earned and its
    use cost something."""
    if not (tenant.start_cents or tenant.cents):
        return False
    gross = margin.gross
    return margin.cost_usd_micros > 0 if gross is None else gross < LEAST_MARGIN


def by_plan(margins: Iterable[tuple[Plan, Margin]]) -> Mapping[Plan, Margin]:
    """The sums by plan; a plan without a margin is left out."""
    sums: dict[Plan, Margin] = {}
    for plan, each in margins:
        sums[plan] = added([sums[plan], each]) if plan in sums else each
    return sums


def added(margins: Iterable[Margin]) -> Margin:
    """The sum of the margins."""
    every = list(margins)
    return Margin(
        sum(each.tenants for each in every),
        sum(each.revenue_cents for each in every),
        sum(each.cost_usd_micros for each in every),
    )


def _is_up(tenant: TenantMonth) -> bool:
    return _stays(tenant) and is_larger(tenant.plan, tenant.plan_at_start)


def _is_down(tenant: TenantMonth) -> bool:
    return _stays(tenant) and is_larger(tenant.plan_at_start, tenant.plan)


def _stays(tenant: TenantMonth) -> bool:
    return bool(tenant.start_cents and tenant.cents)
