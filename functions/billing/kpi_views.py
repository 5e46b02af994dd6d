"""What the platform's admins see of revenue and margins."""

from collections.abc import Sequence
from datetime import datetime
from typing import Self

from functions.billing.rules import kpis
from functions.billing.rules.costs import UsageCounts, shared_usd_micros, unit_costs
from functions.billing.rules.kpis import Bridge, Margin
from functions.billing.rules.revenue import (
    ChurnReason,
    Revenue,
    bounds_of,
    months_before,
    tenant_in,
)
from shared.kit.models import Data
from shared.kit.plans import Plan

MOST_ROWS = 100
_MONTHS = 12


class BridgeView(Data):
    """How a month led from `start_cents` of recurring revenue to `end_cents`: plus new, expansion
    and reactivation, less contraction and churn."""

    month: str
    start_cents: int
    new_cents: int
    expansion_cents: int
    contraction_cents: int
    churn_cents: int
    reactivation_cents: int
    end_cents: int


class ChurnView(Data):
    """How many tenants left for a reason, and the recurring revenue that left with them."""

    reason: ChurnReason
    tenants: int
    cents: int


class MarginView(Data):
    """The earned revenue, the cost of counted use, and the share that is left; null where nothing
    was earned."""

    tenants: int
    revenue_cents: int
    cost_usd_micros: int
    gross_basis_points: int | None

    @classmethod
    def of(cls, margin: Margin) -> Self:
        return cls(**margin._asdict(), gross_basis_points=margin.gross)


class PlanMarginView(MarginView):
    """The margin of all tenants of a plan."""

    plan: Plan


class TenantMarginView(MarginView):
    """The margin of one tenant, with its counted use. `api_calls` are those of programs, null where
    none were counted. `is_low`: the tenant pays, and less than 40 % is left."""

    tenant_id: str
    plan: Plan
    mrr_cents: int
    executions: int
    api_calls: int | None
    stored_bytes: int
    models_usd_micros: int
    is_low: bool


class UnitCostsView(Data):
    """Billionths of a dollar for one of each, as measured and priced on those days."""

    measured_on: str
    priced_on: str
    execution: int
    api_call: int
    gib_month: int


class KpisView(Data):
    """The figures of a month, or of its part that is over, of all tenants that ever bought
    something. Ratios are in basis points, hundredths of a percent, and null where there is nothing
    to divide by. `months` are the twelve that end with this one. `margin` is that of all tenants.
    `shared_usd_micros`, the cost of a month that no use changes, is in no tenant's margin and
    subtracted in `gross_after_shared_basis_points` alone. `tenants` has the lowest margins first;
    `left_out` more are not in it. `ltv_to_cac_basis_points` and `payback_months` need
    `cac_cents`."""

    month: str
    is_over: bool
    mrr_cents: int
    arr_cents: int
    arpa_cents: int | None
    nrr_basis_points: int | None
    churn_basis_points: int | None
    ltv_cents: int | None
    ltv_to_cac_basis_points: int | None
    payback_months: int | None
    paying_at_start: int
    paying: int
    upgrades: int
    downgrades: int
    churned: tuple[ChurnView, ...]
    months: tuple[BridgeView, ...]
    margin: MarginView
    shared_usd_micros: int
    gross_after_shared_basis_points: int | None
    plans: tuple[PlanMarginView, ...]
    tenants: tuple[TenantMarginView, ...]
    left_out: int
    unit_costs: UnitCostsView

    @classmethod
    def of(
        cls,
        known: Sequence[Revenue],
        counted: Sequence[UsageCounts],
        *,
        month: str,
        at: datetime,
        tenant: str | None,
        cac_cents: int | None,
    ) -> Self:
        """The figures of the month at that moment. Where `tenant` is named, `tenants` has its
        margin alone."""
        movements = kpis.movements_of(known, month)
        rows = [_row(each, use, month, at) for each, use in zip(known, counted, strict=True)]
        total = kpis.added(row.margin for row in rows)
        by_plan = kpis.by_plan((row.view.plan, row.margin) for row in rows)
        shared = shared_usd_micros() * _passed(month, at) // kpis.WHOLE
        ltv = kpis.lifetime_cents(movements, total.gross)
        cac = cac_cents or 0
        chosen = sorted(
            (row.view for row in rows if tenant is None or row.view.tenant_id == tenant),
            key=lambda each: (not each.is_low, _order(each), each.tenant_id),
        )
        return cls(
            month=month,
            is_over=bounds_of(month)[1] <= at,
            mrr_cents=movements.bridge.end_cents,
            arr_cents=12 * movements.bridge.end_cents,
            arpa_cents=kpis.per_account_cents(movements),
            nrr_basis_points=kpis.retention(movements.bridge),
            churn_basis_points=kpis.churn_of(movements),
            ltv_cents=ltv,
            ltv_to_cac_basis_points=kpis.ratio(ltv, cac) if ltv is not None else None,
            payback_months=kpis.payback_months(movements, total.gross, cac) if cac else None,
            paying_at_start=movements.tenants_at_start,
            paying=movements.tenants,
            upgrades=movements.upgrades,
            downgrades=movements.downgrades,
            churned=tuple(ChurnView(**each._asdict()) for each in movements.churned),
            months=tuple(
                _bridge(each, kpis.movements_of(known, each).bridge)
                for each in (*months_before(month, _MONTHS - 1), month)
            ),
            margin=MarginView.of(total),
            shared_usd_micros=shared,
            gross_after_shared_basis_points=kpis.margin_of(
                total.revenue_cents, total.cost_usd_micros + shared
            ),
            plans=tuple(
                PlanMarginView(**MarginView.of(each).model_dump(), plan=plan)
                for plan, each in sorted(by_plan.items())
            ),
            tenants=tuple(chosen[:MOST_ROWS]),
            left_out=max(0, len(chosen) - MOST_ROWS),
            unit_costs=UnitCostsView(**unit_costs().model_dump(exclude={"idle_month"})),
        )


class _Row(Data):
    margin: Margin
    view: TenantMarginView


def _row(known: Revenue, counted: UsageCounts, month: str, at: datetime) -> _Row:
    margin = kpis.margin_in(known, counted, month, at)
    tenant = tenant_in(known, month)
    view = TenantMarginView(
        **MarginView.of(margin).model_dump(),
        **counted._asdict(),
        tenant_id=known.tenant_id,
        plan=tenant.plan if tenant.cents else tenant.plan_at_start,
        mrr_cents=tenant.cents,
        is_low=kpis.is_low(margin, tenant),
    )
    return _Row(margin=margin, view=view)


def _order(view: TenantMarginView) -> int:
    return kpis.WHOLE + 1 if view.gross_basis_points is None else view.gross_basis_points


def _bridge(month: str, bridge: Bridge) -> BridgeView:
    return BridgeView(month=month, **bridge._asdict())


def _passed(month: str, at: datetime) -> int:
    """The share of the month that is over, in hundredths of a percent."""
    start, end = bounds_of(month)
    return min(kpis.WHOLE, (at - start) * kpis.WHOLE // (end - start))
