"""What this function owns: each tenant's subscription, its invoices, and whose a customer is."""

from functions.billing.rules.customer import Customer
from functions.billing.rules.subscription import Subscription, unsubscribed
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner

SUBSCRIPTIONS = Aggregate(
    noun="subscription",
    model=Subscription,
    collection="subscriptions",
    id_of=lambda subscription: subscription.tenant_id,
    initial=unsubscribed,
)

# In the platform's own tenant: whose each of Stripe's customers is.
CUSTOMERS = Aggregate(
    noun="billing_customer",
    model=Customer,
    collection="billing_customers",
    id_of=lambda customer: customer.customer_id,
)

RUN = Runner("billing", SUBSCRIPTIONS, CUSTOMERS)
