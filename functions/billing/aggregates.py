"""What this function owns: each tenant's subscription, its credits, invoices and closed months of
usage, whose a customer is, who refers others, and what tenants bring in."""

from events.usage_months import UsageMonthState
from functions.billing.rules.credits import Credits, no_credits
from functions.billing.rules.customer import Customer
from functions.billing.rules.invoice import PREFIX, Invoice
from functions.billing.rules.referral import Referral
from functions.billing.rules.revenue import Revenue
from functions.billing.rules.subscription import Subscription, unsubscribed
from functions.billing.rules.usage_draft import usage_timer
from functions.billing.rules.usage_months import id_of
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.usage.closings import NOUN

APPROVALS_KEYS = "approvals-public-keys"

SUBSCRIPTIONS = Aggregate(
    noun="subscription",
    model=Subscription,
    collection="subscriptions",
    id_of=lambda subscription: subscription.tenant_id,
    initial=unsubscribed,
    next_timer=usage_timer,
    swept=lambda _: True,
)

# In the platform's own tenant: whose each of Stripe's customers is.
CUSTOMERS = Aggregate(
    noun="billing_customer",
    model=Customer,
    collection="billing_customers",
    id_of=lambda customer: customer.customer_id,
)

# In the platform's own tenant: whose each code is that tenants refer others by.
REFERRALS = Aggregate(
    noun="referral",
    model=Referral,
    collection="referrals",
    id_of=lambda referral: referral.code,
)

CREDITS = Aggregate(
    noun="credits",
    model=Credits,
    collection="credits",
    id_of=lambda granted: granted.tenant_id,
    initial=no_credits,
)

INVOICES = Aggregate(
    noun="invoice",
    model=Invoice,
    collection="invoices",
    prefix=PREFIX,
    indexed=("created_at",),
    queried=("-created_at",),
)

USAGE_MONTHS = Aggregate(
    noun=NOUN,
    model=UsageMonthState,
    collection="usage_months",
    id_of=id_of,
)

# In the platform's own tenant: what each tenant that bought something brings in.
REVENUES = Aggregate(
    noun="revenue",
    model=Revenue,
    collection="revenues",
    id_of=lambda revenue: revenue.tenant_id,
)

RUN = Runner(
    "billing",
    SUBSCRIPTIONS,
    CUSTOMERS,
    REFERRALS,
    CREDITS,
    INVOICES,
    USAGE_MONTHS,
    REVENUES,
)
