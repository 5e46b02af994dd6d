"""What the API shows of plans, subscriptions and payments."""

from datetime import datetime
from typing import Literal, Self

from events.invoices import InvoiceStatus
from events.subscriptions import AddOnTaken
from functions.billing.catalogue_views import FeatureView, ReferralOfferView
from functions.billing.credit_views import CreditsView
from functions.billing.rules.charges import UsageCharge
from functions.billing.rules.invoice import Invoice, Line
from functions.billing.rules.next_invoice import PreviewLine
from functions.billing.rules.subscription import Subscription
from functions.billing.rules.usage_so_far import UsageSoFar
from shared.catalogue import catalogue
from shared.kit.control import Control
from shared.kit.instants import Instant
from shared.kit.models import Data, Page, part_of
from shared.kit.plans import Feature, Interval, Meter, Plan, SubscriptionStatus
from shared.quotas.plans import entitlements_at
from shared.quotas.reading import QuotaUse
from shared.usage.proofs import UsageRootProof


class ReferralView(ReferralOfferView):
    """The code that a tenant refers others by: they send it as `referral` of their first order."""

    code: str

    @classmethod
    def of(cls, code: str) -> Self:
        """The code, with the discount that it gives."""
        return part_of(cls, catalogue().referral, code=code)


class DiscountView(Data):
    """The discount of a referral, on the plan until `ends_at`."""

    percent: float
    ends_at: Instant


class PeriodView(Data):
    """From `start` until before `end`."""

    start: Instant
    end: Instant


class EntitlementsView(Data):
    """What the tenant has now: the features and limits of `plan` with the add-ons."""

    plan: Plan
    features: tuple[Feature, ...]
    limits: dict[Meter, int]
    most_seats: int | None
    overage: bool


class SubscriptionView(Data):
    """What the tenant pays for, and what it may use; how much is used of each quota of the plan in
    force, which is Free once a payment has failed for fourteen days; and the credits that pay the
    next invoices. Free has no interval and no period. A change that would loosen governance waits
    for the approval `waits_for`."""

    plan: Plan
    seats: int
    interval: Interval | None
    add_ons: tuple[AddOnTaken, ...]
    status: SubscriptionStatus
    current_period: PeriodView | None
    cancel_at_period_end: bool
    trial_ends_at: Instant | None
    past_due_since: Instant | None
    waits_for: str | None
    discount: DiscountView | None
    entitlements: EntitlementsView
    quotas: tuple[QuotaUse, ...]
    credits: CreditsView

    @classmethod
    def of(
        cls,
        subscription: Subscription,
        control: Control,
        at: datetime,
        quotas: tuple[QuotaUse, ...],
        credits: CreditsView,
    ) -> Self:
        """The subscription as it is shown at that moment, in a tenant of which that control
        document is in force."""
        start, end = subscription.period_start, subscription.period_end
        period = PeriodView(start=start, end=end) if start is not None and end is not None else None
        held = entitlements_at(control, at)
        waiting, off, discount = subscription.waiting, subscription.discount, None
        if off is not None and at < off.ends_at:
            discount = DiscountView(percent=off.basis_points / 100, ends_at=off.ends_at)
        return part_of(
            cls,
            subscription,
            current_period=period,
            entitlements=part_of(EntitlementsView, held, limits=dict(held.limits)),
            waits_for=waiting.approval_id if waiting is not None else None,
            discount=discount,
            quotas=quotas,
            credits=credits,
        )


class PreviewView(Data):
    """What the order would cost, before it is placed. `next_invoice_cents` is what the next invoice
    asks for, usage aside: its lines, credits among them, less `discount_cents`, with `tax_cents`
    and `balance_cents`. The latter is what the balance at Stripe pays, below zero, or adds; what is
    given back beyond the rest, or too little to be charged, stays on the balance. `usage_so_far`
    estimates what the usage of the month under way costs; null where it can cost nothing.
    `interval_cents` is each interval from then on, without usage, taxes, credits and discounts.
    `loosens` are the governing features that would be lost."""

    next_invoice_cents: int
    next_invoice_at: Instant | None
    lines: tuple[PreviewLine, ...]
    discount_cents: int
    tax_cents: int
    balance_cents: int
    usage_so_far: UsageSoFar | None
    interval_cents: int
    trial_days: int
    loosens: tuple[FeatureView, ...]


class CheckoutView(Data):
    """The page at Stripe where the order is paid for, until it expires."""

    url: str
    expires_at: Instant


class PortalView(Data):
    """The page at Stripe for the tenant's means of payment."""

    url: str


class LineView(Data):
    """A line of an invoice; credits are below zero. `usage` is the charge of a line of usage; where
    `agrees` is false, our meter counted something else."""

    line_id: str
    description: str
    cents: int
    quantity: int | None
    period: PeriodView
    usage: UsageCharge | None
    agrees: bool


class LineProof(Data):
    """The proof of a line of usage, which `assent-verify` verifies. `usage` proves each line that
    our meter closed for the charge, also in earlier sections of the month."""

    format: Literal["assent-invoice-line-proof/1"] = "assent-invoice-line-proof/1"
    tenant_id: str
    invoice_id: str
    line_id: str
    currency: str
    charge: UsageCharge
    usage: tuple[UsageRootProof, ...]


class InvoiceView(Data):
    """An invoice, in cents of `currency`. `url` is its page at Stripe, where it is paid; a draft
    has none, and no number."""

    invoice_id: str
    number: str | None
    status: InvoiceStatus
    currency: str
    total_cents: int
    due_cents: int
    paid_cents: int
    attempts: int
    next_attempt_at: Instant | None
    created_at: Instant
    period: PeriodView
    url: str | None
    lines: tuple[LineView, ...]

    @classmethod
    def of(cls, invoice: Invoice) -> Self:
        """The invoice as it is shown."""
        lines = tuple(part_of(LineView, each, period=_period(each)) for each in invoice.lines)
        return part_of(cls, invoice, period=_period(invoice), lines=lines)


class InvoicePage(Page[InvoiceView]):
    """Some invoices, newest first."""


class NoticeTaken(Data):
    """The notice of Stripe was handled, or concerns no tenant."""

    received: bool = True


def _period(invoice: Invoice | Line) -> PeriodView:
    return PeriodView(start=invoice.period_start, end=invoice.period_end)
