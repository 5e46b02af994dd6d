"""What this function owns: people with where they are told, and deliveries."""

from functions.notifications.rules.delivery import PREFIX, Delivery, next_timer
from functions.notifications.rules.recipient import Recipient, unknown
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.kit.workspaces import WORKSPACE
from shared.storage.collections import Collection

SIGNING_KEY = "notifications-signing-key"

RECIPIENTS = Aggregate(
    noun="notification_recipient",
    model=Recipient,
    collection="notification_recipients",
    id_of=lambda recipient: recipient.principal_id,
    initial=unknown,
    indexed=("is_reached",),
    queried=("is_reached",),
)

DELIVERIES = Aggregate(
    noun="notification_delivery",
    model=Delivery,
    collection="notification_deliveries",
    prefix=PREFIX,
    id_of=lambda delivery: delivery.delivery_id,
    indexed=("principal", "created_at"),
    composites=(("principal", "-created_at"), (WORKSPACE, "principal", "-created_at")),
    next_timer=next_timer,
    in_workspaces=True,
)

# Mailboxes of all tenants, with how many codes each was mailed.
MAILBOXES = Collection("notified_mailboxes")

RUN = Runner("notifications", RECIPIENTS, DELIVERIES, collections=(MAILBOXES,))
