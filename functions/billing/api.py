"""The calls of billing: plans, subscription, invoices, credits, figures, and Stripe's webhook."""

import asyncio
from typing import Annotated

from fastapi import Header, Query, Request

from functions.billing.aggregates import RUN
from functions.billing.catalogue_views import CatalogueView, catalogue_view
from functions.billing.credit_views import CreditsView
from functions.billing.kpi_views import KpisView
from functions.billing.rules.credits import CreditBody
from functions.billing.rules.order import Order
from functions.billing.rules.referral import CheckoutBody
from functions.billing.rules.stripe_notices import SentNotice
from functions.billing.rules.subscription import Subscription
from functions.billing.rules.usage_due import USAGE_DUE
from functions.billing.service import (
    credit,
    invoices,
    orders,
    pause,
    preview,
    referral,
    revenue,
    stripe_notices,
    subscriptions,
    usage_invoice,
)
from functions.billing.settings import account
from functions.billing.views import (
    CheckoutView,
    InvoicePage,
    InvoiceView,
    LineProof,
    NoticeTaken,
    PortalView,
    PreviewView,
    ReferralView,
    SubscriptionView,
)
from shared.kit.callers import Caller
from shared.quotas.reading import read_quotas
from shared.runtime.acts import does
from shared.runtime.bodies import Accepts
from shared.runtime.boundary import received_at
from shared.runtime.idempotency import Key
from shared.runtime.open_routes import OpenRouter
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota
from shared.storage.firestore import TenantStore

__all__ = ["ROUTER", "RUN", "TIMERS"]

_ITSELF = ("manage_tenant",)
# A sign-in that manages the tenant sees to its plan too; a program may be given no more than that.
_TENANT = Router(
    prefix="/v1",
    tag="billing",
    read=("billing:read", "identity:read"),
    write=("billing:write", "identity:write"),
)
_PLATFORM = Router(
    prefix="/v1",
    tag="platform",
    read=("identity:read",),
    write=("identity:write",),
    tenantless=True,
)
_STRIPE = OpenRouter(prefix="/v1/billing", tag="billing")


@_TENANT.get("/plans-catalogue")
@beyond_quota
async def get_catalogue(caller: Caller) -> CatalogueView:
    """Shows what is sold: plans with their prices, features and limits, overage and add-ons."""
    return catalogue_view(is_sold=await account() is not None)


@_TENANT.get("/subscription")
@beyond_quota
async def get_subscription(caller: Caller) -> SubscriptionView:
    """Shows what the tenant pays for, what it may use, how much of that is used, and its
    credits."""
    return await _view_of(caller, await subscriptions.show(caller))


@_TENANT.put("/subscription")
@beyond_quota
@does(within=_ITSELF, deed="changing the subscription")
async def put_subscription(caller: Caller, body: Order) -> SubscriptionView:
    """Changes the plan, the interval, the seats and the add-ons of a subscription that was bought;
    Free ends it with its period. A change that would loosen governance waits for an approval; the
    same call makes it once that is given. Needs the role tenant_admin."""
    return await _view_of(caller, await orders.change(caller, body))


@_TENANT.post("/subscription/preview")
@beyond_quota
@does(within=_ITSELF, deed="previewing a change of the subscription")
async def preview_subscription(caller: Caller, body: CheckoutBody) -> PreviewView:
    """Shows what an order would cost, a first one also with another tenant's code as `referral`,
    and which features that govern it would lose; changes nothing. Needs the role tenant_admin."""
    return await preview.preview(caller, body)


@_TENANT.post("/subscription/pause")
@beyond_quota
@does(within=_ITSELF, deed="pausing the subscription")
async def pause_subscription(caller: Caller) -> SubscriptionView:
    """Pauses the subscription: no later period is charged, and Free holds at once. A pause that
    takes away features that govern waits for an approval; the same call pauses once that is given.
    Needs the role tenant_admin."""
    return await _view_of(caller, await pause.pause(caller))


@_TENANT.post("/subscription/resume")
@beyond_quota
@does(within=_ITSELF, deed="resuming the subscription")
async def resume_subscription(caller: Caller) -> SubscriptionView:
    """Resumes a paused subscription: in the period that was paid for, or in a new one that begins
    now and is charged. Needs the role tenant_admin."""
    return await _view_of(caller, await pause.resume(caller))


@_TENANT.post("/billing/checkout")
@beyond_quota
@does(within=_ITSELF, deed="buying a subscription")
async def check_out(caller: Caller, body: CheckoutBody) -> CheckoutView:
    """Opens a page at Stripe where the order is paid for; the same page for the same order. With
    another tenant's code as `referral` a first subscription costs less at first. Needs the role
    tenant_admin."""
    return await orders.check_out(caller, body)


@_TENANT.post("/billing/portal")
@beyond_quota
@does(within=_ITSELF, deed="seeing to the means of payment")
async def open_portal(caller: Caller) -> PortalView:
    """Opens a page at Stripe for means of payment and receipts. Needs the role tenant_admin."""
    return await orders.open_portal(caller)


@_TENANT.post("/billing/referral")
@beyond_quota
@does(within=_ITSELF, deed="referring other tenants")
async def get_referral_code(caller: Caller) -> ReferralView:
    """Gives the tenant's referral code, always the same, which other tenants send when they first
    buy. Only a tenant that pays has one. Needs the role tenant_admin."""
    return await referral.refer(caller)


@_TENANT.get("/invoices")
@does(within=_ITSELF, deed="seeing invoices")
@beyond_quota
async def list_invoices(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> InvoicePage:
    """Lists the tenant's invoices, newest first. Needs the role tenant_admin."""
    return await invoices.list_invoices(caller, limit, cursor)


@_TENANT.get("/invoices/{invoice_id}")
@does(within=_ITSELF, deed="seeing an invoice")
@beyond_quota
async def get_invoice(caller: Caller, invoice_id: str) -> InvoiceView:
    """Shows an invoice with its lines. Needs the role tenant_admin."""
    return await invoices.show_invoice(caller, invoice_id)


@_TENANT.get("/invoices/{invoice_id}/lines/{line_id}/proof")
@does("invoices.lines.proof.list", within=_ITSELF, deed="seeing an invoice")
@does("invoices.lines.proof.open", within=("read_audit_reports",), deed="opening what was counted")
@beyond_quota
async def get_invoice_line_proof(
    caller: Caller,
    invoice_id: str,
    line_id: str,
    event: Annotated[str | None, Query(max_length=100)] = None,
) -> LineProof:
    """Proves a line of usage, and that it counts the receipt or event of that id: what
    `assent-verify` verifies without the network. With the scope audit:read the event comes with
    its entry in the audit log. Needs the role tenant_admin."""
    return await invoices.prove_line(caller, invoice_id, line_id, event)


@_STRIPE.post("/stripe/webhook")
async def take_notice(
    request: Request,
    body: Annotated[SentNotice, Accepts(is_judged_apart=True, is_judged_later=True)],
    stripe_signature: Annotated[str, Header(max_length=2000)] = "",
) -> NoticeTaken:
    """Takes a notice that Stripe signed, in any order and any number of times, and reads its object
    anew from Stripe."""
    at = received_at(request.scope)
    return await stripe_notices.take_notice(body, await request.body(), stripe_signature, at)


@_PLATFORM.get("/kpis")
@does(within=("manage_tenants",), deed="seeing the platform's revenue")
async def show_kpis(
    caller: Caller,
    month: Annotated[str | None, Query(max_length=7)] = None,
    tenant_id: Annotated[str | None, Query(max_length=128)] = None,
    cac_cents: Annotated[int | None, Query(ge=1, le=10**9)] = None,
) -> KpisView:
    """Shows recurring revenue, its movements, churn and margins of a month, as 2026-11. `tenant_id`
    leaves only that tenant's margin; `cac_cents`, the cost of winning a tenant, adds the ratios
    that need it. Needs the role platform_admin."""
    return await revenue.show_kpis(caller, month, tenant_id, cac_cents)


@_PLATFORM.post("/credits", status_code=201)
@does(within=("manage_tenants",), deed="granting a credit")
async def grant_credit(caller: Caller, key: Key, body: CreditBody) -> CreditsView:
    """Grants a tenant a credit, which pays its renewals until it expires, before any other means of
    payment; shows all of its credits. Needs the role platform_admin."""
    return await credit.grant_credit(caller, key, body)


async def _view_of(caller: Caller, known: Subscription) -> SubscriptionView:
    control = subscriptions.control_with(caller, known)
    # By the subscription that is shown, so that plan and quotas agree.
    quotas, granted = await asyncio.gather(
        read_quotas(TenantStore(caller.tenant_id), control, caller.received_at),
        credit.show_credits(caller),
    )
    return SubscriptionView.of(known, control, caller.received_at, quotas, granted)


ROUTER = Router.joining(_TENANT, _STRIPE, _PLATFORM)
# This function has no reactions: the sweeps of its public side fire the timers.
TIMERS = {USAGE_DUE: usage_invoice.on_usage_due}
