"""A change that loosens governance waits for an approval of exactly that change."""

from collections.abc import Sequence
from datetime import datetime

from events.subscriptions import SubscriptionApprovalNeeded
from functions.billing.rules.order import Order, Wish
from functions.billing.rules.subscription import (
    IN_FLIGHT,
    Loss,
    Steps,
    Subscription,
    losses,
)
from functions.billing.rules.subscription_parts import Waiting
from shared.approvals.known import KnownApproval
from shared.kit.contents import Content
from shared.kit.errors import ContentInvalid, VersionConflict
from shared.kit.ids import derive_id
from shared.kit.transitions import Transition

_DECIDED = "gives the features back; what was decided without them stays decided."
_UNDO = f"PUT /v1/subscription with the plan and the add-ons of before {_DECIDED}"
_RESUME = f"POST /v1/subscription/resume {_DECIDED}"


def asked_for(subscription: Subscription, order: Wish, at: datetime) -> Waiting | None:
    """The approval of exactly this change: of the one that Stripe was asked for already, or of the
    one that waits. None where none was asked for."""
    change = subscription.change
    for each in (change.approved if change is not None else None, subscription.waiting):
        if each is not None and each.order == order:
            content = _content(subscription, order, losses(subscription, order, at))
            if each.content_hash == content.hash:
                return each
    return None


def check_assent(
    subscription: Subscription, order: Wish, assented: Waiting | None, at: datetime
) -> None:
    """Raises VersionConflict where the change loosens governance and that approval, which was read,
    is not the one of exactly this change."""
    if not losses(subscription, order, at):
        return
    if assented is None or assented != asked_for(subscription, order, at):
        raise VersionConflict("the subscription changed meanwhile; send yours again")


def ask(
    subscription: Subscription, order: Wish, lost: Sequence[Loss], by: str, at: datetime
) -> Steps:
    """The subscription, whose change waits for a governor."""
    content = _content(subscription, order, lost)
    evidence = Content.of([{"feature": each.feature, "summary": each.summary} for each in lost])
    named = ", ".join(each.feature for each in lost)
    reasons = [f"the tenant would lose {named}, by which people govern"]
    undo, what = _RESUME, "Pause the subscription"
    if isinstance(order, Order):
        undo, what = _UNDO, f"Change the subscription to {order.plan}"
    assessment = Content.of({"risk_reasons": reasons, "rollback_plan": undo})
    event_id = derive_id("evt", at, subscription.tenant_id, content.hash)
    waiting = Waiting(
        approval_id=derive_id("apr", at, event_id), content_hash=content.hash, order=order
    )
    said = {
        "summary": f"{what}, without {named}",
        "content_hash": content.hash,
        "evidence_hash": evidence.hash,
        "assessment_hash": assessment.hash,
        "requested_by": by,
        "requested_at": at,
        "authors": (by,),
    }
    asked = subscription.but(waiting=waiting)
    contents = (content, evidence, assessment)
    return (Transition(asked, SubscriptionApprovalNeeded, said, event_id, contents),)


def is_assented(waiting: Waiting, known: KnownApproval | None) -> bool:
    """Whether the change may be made; False while nobody has decided. Raises VersionConflict where
    it was decided otherwise, ContentInvalid for an approval of other content."""
    if known is None or known.is_open:
        return False
    if known.decision_hash != waiting.content_hash:
        raise ContentInvalid("the approval is of another change")
    if known.assented_by is None:
        said = f"the change was not approved: {waiting.approval_id} is {known.status}"
        raise VersionConflict(f"{said}; send it again to ask anew")
    return True


def give_up(subscription: Subscription, approval_id: str, at: datetime) -> Steps:
    """The subscription, which waits no more for that approval, and does not make the change that it
    was of, once that cannot arrive any more."""
    waiting, change = subscription.waiting, subscription.change
    if waiting is not None and waiting.approval_id == approval_id:
        return (Transition(subscription.but(waiting=None)),)
    approved = change.approved if change is not None else None
    if change is None or approved is None or approved.approval_id != approval_id:
        return ()
    if at - change.asked_at < IN_FLIGHT:
        return ()
    return (Transition(subscription.but(change=None)),)


def _content(subscription: Subscription, order: Wish, lost: Sequence[Loss]) -> Content:
    instead_of = subscription.model_dump(
        mode="json", include={"plan", "interval", "seats", "add_ons", "status"}
    )
    said = {"order": order.model_dump(mode="json"), "instead_of": instead_of}
    return Content.of({**said, "loses": [each.feature for each in lost]})
