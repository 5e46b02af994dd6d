"""What the API shows of plans, subscriptions and payments."""

from datetime import datetime
from typing import Literal, Self

from events.invoices import InvoiceStatus
from events.subscriptions import AddOnTaken
from functions.billing.rules.charges import UsageCharge
from functions.billing.rules.invoice import Invoice, Line
from functions.billing.rules.subscription import Subscription, controlled
from shared.catalogue import catalogue
from shared.catalogue.models import Catalogue
from shared.kit.control import Control
from shared.kit.instants import Instant
from shared.kit.models import Data, Page, part_of
from shared.kit.plans import AddOn, Feature, Interval, Meter, Plan, SubscriptionStatus
from shared.kit.tier_limits import LIMITS
from shared.quotas.plans import entitlements_at
from shared.quotas.reading import QuotaUse
from shared.usage.proofs import UsageRootProof


class PriceView(Data):
    """Cents of US dollars for one interval: `flat` whatever the seats are, and `per_seat`."""

    flat: int
    per_seat: int


class OfferView(Data):
    """A plan. A meter that `limits` does not name has no limit; they hold for a month, and
    `storage` is bytes kept at once. A plan `by_contract` is bought from the operator, not by
    a call."""

    plan: Plan
    name: str
    month: PriceView | None
    year: PriceView | None
    most_seats: int | None
    trial_days: int
    overage: bool
    by_contract: bool
    features: tuple[Feature, ...]
    limits: dict[Meter, int]
    requests_per_minute: int
    requests_per_hour: int


class OverageView(Data):
    """`cents` for each `per` units beyond the limit of a plan that has overage."""

    meter: Meter
    cents: int
    per: int
    unit: str


class AddOnView(Data):
    """What plans have more of for `month_cents`."""

    add_on: AddOn
    name: str
    month_cents: int
    plans: tuple[Plan, ...]
    adds: dict[Meter, int]
    features: tuple[Feature, ...]


class FeatureView(Data):
    """A feature that is not in every plan. One that `governs` is lost only by an approval."""

    feature: Feature
    summary: str
    governs: bool


class CatalogueView(Data):
    """Everything that is sold; the plans from the smallest to the largest. `is_sold` is false where
    the operator sells nothing: nobody can buy then, and every tenant has what it has."""

    is_sold: bool
    currency: str
    plans: tuple[OfferView, ...]
    overage: tuple[OverageView, ...]
    add_ons: tuple[AddOnView, ...]
    features: tuple[FeatureView, ...]


class PeriodView(Data):
    """From `start` until before `end`."""

    start: Instant
    end: Instant


class EntitlementsView(Data):
    """What holds now: the features and limits of `plan` with the add-ons."""

    plan: Plan
    features: tuple[Feature, ...]
    limits: dict[Meter, int]
    most_seats: int | None
    overage: bool


class SubscriptionView(Data):
    """What the tenant pays for, and what it may use for it. Free has no interval and no period. A
    change that would loosen governance waits for the approval `waits_for`."""

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
    entitlements: EntitlementsView

    @classmethod
    def of(cls, subscription: Subscription, control: Control, at: datetime) -> Self:
        """The subscription as it is shown at that moment, in a tenant with that control document,
        which may not have heard of it yet."""
        start, end = subscription.period_start, subscription.period_end
        period = PeriodView(start=start, end=end) if start is not None and end is not None else None
        held = entitlements_at(controlled(subscription, control), at)
        shown = part_of(EntitlementsView, held, limits=dict(held.limits))
        waiting = subscription.waiting
        waits_for = waiting.approval_id if waiting is not None else None
        said = {"current_period": period, "entitlements": shown, "waits_for": waits_for}
        return part_of(cls, subscription, **said)


class SubscriptionDetail(SubscriptionView):
    """The same, with how much is used of each quota of the plan in force, which is Free once a
    payment has failed for fourteen days."""

    quotas: tuple[QuotaUse, ...]

    @classmethod
    def with_quotas(cls, shown: SubscriptionView, quotas: tuple[QuotaUse, ...]) -> Self:
        """The subscription as it is shown beside what is used."""
        return part_of(cls, shown, quotas=quotas)


class PreviewLine(Data):
    """A line of the next invoice; credits are below zero."""

    description: str
    cents: int


class PreviewView(Data):
    """What the order would cost, before it is placed: the next invoice with its lines, and what
    each interval costs from then on without usage, taxes, credits and discounts. `loosens` are the
    governing features that would be lost."""

    next_invoice_cents: int
    next_invoice_at: Instant | None
    lines: tuple[PreviewLine, ...]
    interval_cents: int
    trial_days: int
    loosens: tuple[FeatureView, ...]


class CheckoutView(Data):
    """The page at Stripe where the order is paid for, until it expires."""

    url: str
    expires_at: Instant


class PortalView(Data):
    """The page at Stripe where the tenant sees to its means of payment."""

    url: str


class LineView(Data):
    """A line of an invoice; credits are below zero. `usage` is what a line of usage charges for;
    where `agrees` is false, our meter counted something else."""

    line_id: str
    description: str
    cents: int
    quantity: int | None
    period: PeriodView
    usage: UsageCharge | None
    agrees: bool


class LineProof(Data):
    """What proves a line of usage: `assent-verify` takes it. `usage` proves each line that our
    meter closed for the charge, those of earlier sections of the month among them."""

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
    """A notice of Stripe's was handled, or is about nothing here."""

    received: bool = True


def _period(invoice: Invoice | Line) -> PeriodView:
    return PeriodView(start=invoice.period_start, end=invoice.period_end)


def catalogue_view(*, is_sold: bool) -> CatalogueView:
    """The catalogue as it is shown."""
    sold = catalogue()
    return CatalogueView(
        is_sold=is_sold,
        currency=sold.currency,
        plans=tuple(_plan(sold, plan) for plan in sold.plans),
        overage=tuple(
            part_of(OverageView, each, meter=meter) for meter, each in sold.overage.items()
        ),
        add_ons=tuple(
            part_of(AddOnView, each, add_on=name, month_cents=each.month, adds=dict(each.adds))
            for name, each in sold.add_ons.items()
        ),
        features=tuple(feature_view(name) for name in sold.features),
    )


def feature_view(name: Feature) -> FeatureView:
    """A feature as it is shown."""
    return part_of(FeatureView, catalogue().features[name], feature=name)


def _plan(sold: Catalogue, plan: Plan) -> OfferView:
    each = sold.plans[plan]
    requests = LIMITS[each.tier]
    return part_of(
        OfferView,
        each,
        plan=plan,
        month=part_of(PriceView, each.month) if each.month is not None else None,
        year=part_of(PriceView, each.year) if each.year is not None else None,
        limits=dict(each.limits),
        requests_per_minute=requests.per_minute,
        requests_per_hour=requests.per_hour,
    )
