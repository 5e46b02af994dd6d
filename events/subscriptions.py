"""What `billing` publishes of subscriptions: what a tenant pays for, and what it may use for it."""

from typing import Literal

from events.approvals import Kind
from events.effects import Effect, Risk
from events.questions import Question
from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData
from shared.kit.plans import AddOn, Interval, Plan

TOPIC = "billing"

SubscriptionStatus = Literal["trialing", "active", "past_due", "paused", "canceled"]


class AddOnTaken(Data):
    """So many of one add-on."""

    add_on: AddOn
    quantity: int


class SubscriptionState(EventData):
    """The subscription of the tenant after the event. `plan`, `seats`, `interval` and `add_ons` are
    what was bought; `entitled_to` is the plan whose features and limits hold: the one that was
    bought while it is trialing, active or past due, otherwise Free, without any add-on. A tenant
    that never bought anything is active on Free, without an interval and a period. At `period_end`
    it is renewed or, where `cancel_at_period_end`, canceled. It is past due since
    `past_due_since`."""

    tenant_id: str
    plan: Plan = "free"
    entitled_to: Plan = "free"
    interval: Interval | None = None
    seats: int
    add_ons: tuple[AddOnTaken, ...] = ()
    status: SubscriptionStatus = "active"
    period_start: Instant | None = None
    period_end: Instant | None = None
    cancel_at_period_end: bool = False
    trial_ends_at: Instant | None = None
    past_due_since: Instant | None = None


@event("assent.subscription.approval_needed.v1")
class SubscriptionApprovalNeeded(Question):
    """A change of the subscription would loosen governance: a governor is asked. `content_hash`
    names `{order, instead_of, loses}`, `evidence_hash` a list with what is lost, `assessment_hash`
    an `events.dossiers.Assessment`."""

    tenant_id: str
    kind: Kind = "constitutional"
    effect: Effect = "grant"
    risk: Risk = "high"


@event("assent.subscription.changed.v1")
class SubscriptionChanged(SubscriptionState):
    """Something of the subscription is different: its plan, its seats, its add-ons, its status, its
    period, or that it ends."""
