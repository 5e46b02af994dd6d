"""What `billing` publishes of subscriptions: what a tenant pays for, and what it may use for it."""

from typing import Literal

from events.effects import ApprovalKind, Effect, Risk
from events.questions import Question
from events.registry import event
from shared.kit.control import Subscribed
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData
from shared.kit.plans import AddOn, Interval, Plan, SubscriptionStatus

TOPIC = "billing"


# It was not paid for, its collection is paused, or it ended.
PlanLossReason = Literal["not_paid", "paused", "ended"]


class AddOnTaken(Data):
    """So many of one add-on."""

    add_on: AddOn
    quantity: int


class SubscriptionState(EventData):
    """The subscription of the tenant after the event. `plan`, `seats`, `interval` and `add_ons` are
    what was bought; `entitled_to` is the plan whose features and limits hold at the event: the
    one that was bought while it is trialing or active, and for the first 14 days of being past due;
    otherwise Free, without any add-on. A tenant that never bought anything is active on Free,
    without an interval and a period. At `period_end` it is renewed or, where
    `cancel_at_period_end`, canceled. It is past due since `past_due_since`."""

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

    def subscribed(self, sequence: int = 0) -> Subscribed:
        """The same, as the control document has it."""
        return Subscribed(
            plan=self.plan,
            seats=max(self.seats, 1),
            status=self.status,
            add_ons={each.add_on: each.quantity for each in self.add_ons},
            past_due_since=self.past_due_since,
            sequence=sequence,
        )


@event("assent.subscription.approval_needed.v1")
class SubscriptionApprovalNeeded(Question):
    """A change of the subscription would loosen governance: a governor is asked. `content_hash`
    names `{order, instead_of, loses}`, where a pause is the order `{pauses: true}`, `evidence_hash`
    a list with what is lost, `assessment_hash` an `events.dossiers.Assessment`."""

    tenant_id: str
    kind: ApprovalKind = "constitutional"
    effect: Effect = "grant"
    risk: Risk = "high"


@event("assent.subscription.changed.v1")
class SubscriptionChanged(SubscriptionState):
    """Something of the subscription is different: its plan, its seats, its add-ons, its status, its
    period, or that it ends."""


@event("assent.subscription.plan_lost.v1")
class SubscriptionPlanLost(EventData):
    """The `plan` that was bought does not hold any more, and Free does. Published once, until it
    holds again; what runs goes on to its end."""

    tenant_id: str
    plan: Plan
    reason: PlanLossReason


@event("assent.subscription.referred.v1")
class SubscriptionReferred(EventData):
    """The tenant bought its first subscription by another tenant's referral: `basis_points`,
    hundredths of a percent, are taken off the plan until `ends_at`. Published once."""

    tenant_id: str
    basis_points: int
    ends_at: Instant
