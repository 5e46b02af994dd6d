"""A change that loosens governance waits for an approval of exactly that change."""

from collections.abc import Sequence
from datetime import datetime

from events.subscriptions import SubscriptionApprovalNeeded
from functions.billing.rules.order import ChangeRequest, Order
from functions.billing.rules.subscription import (
    IN_FLIGHT,
    LostFeature,
    Steps,
    Subscription,
    lost_features,
)
from functions.billing.rules.subscription_parts import ChangeApproval
from shared.approvals.known import KnownApproval
from shared.kit.contents import Content
from shared.kit.errors import ContentInvalid, VersionConflict
from shared.kit.ids import derive_id
from shared.kit.transitions import Transition

_DECIDED = "gives the features back; what was decided without them stays decided."
_UNDO = f"PUT /v1/subscription with the plan and the add-ons of before {_DECIDED}"
_RESUME = f"POST /v1/subscription/resume {_DECIDED}"


def approval_of(
    subscription: Subscription, order: ChangeRequest, at: datetime
) -> ChangeApproval | None:
    """The approval that was requested of exactly this change, whether Stripe was asked for the
    change already or the change still waits. None where none was requested."""
    change = subscription.change
    for each in (change.approved if change is not None else None, subscription.waiting):
        if each is not None and each.order == order:
            content = _content(subscription, order, lost_features(subscription, order, at))
            if each.content_hash == content.hash:
                return each
    return None


def check_assent(
    subscription: Subscription, order: ChangeRequest, assented: ChangeApproval | None, at: datetime
) -> None:
    """Raises VersionConflict where the change loosens governance and `assented`, the approval that
    was read, is not the one of exactly this change."""
    if not lost_features(subscription, order, at):
        return
    if assented is None or assented != approval_of(subscription, order, at):
        raise VersionConflict("the subscription changed meanwhile; send yours again")


def request_approval(
    subscription: Subscription,
    order: ChangeRequest,
    lost: Sequence[LostFeature],
    by: str,
    at: datetime,
) -> Steps:
    """The subscription, whose change waits for a governor from now on, and the request for the
    approval."""
    content = _content(subscription, order, lost)
    evidence = Content.of([{"feature": each.feature, "summary": each.summary} for each in lost])
    names = ", ".join(each.feature for each in lost)
    reasons = [f"the tenant would lose {names}, by which people govern"]
    undo, what = _RESUME, "Pause the subscription"
    if isinstance(order, Order):
        undo, what = _UNDO, f"Change the subscription to {order.plan}"
    assessment = Content.of({"risk_reasons": reasons, "rollback_plan": undo})
    event_id = derive_id("evt", at, subscription.tenant_id, content.hash)
    waiting = ChangeApproval(
        approval_id=derive_id("apr", at, event_id), content_hash=content.hash, order=order
    )
    fields = {
        "summary": f"{what}, without {names}",
        "content_hash": content.hash,
        "evidence_hash": evidence.hash,
        "assessment_hash": assessment.hash,
        "requested_by": by,
        "requested_at": at,
        "authors": (by,),
    }
    newer = subscription.but(waiting=waiting)
    contents = (content, evidence, assessment)
    return (Transition(newer, SubscriptionApprovalNeeded, fields, event_id, contents),)


def is_assented(waiting: ChangeApproval, known: KnownApproval | None) -> bool:
    """Whether the change may be made; False while nobody has decided. Raises VersionConflict where
    the approval was refused or ended without assent, ContentInvalid for an approval of other
    content."""
    if known is None or known.is_open:
        return False
    if known.decision_hash != waiting.content_hash:
        raise ContentInvalid("the approval is of another change")
    if known.assented_by is None:
        outcome = f"the change was not approved: {waiting.approval_id} is {known.status}"
        raise VersionConflict(f"{outcome}; send it again to ask anew")
    return True


def drop_approval(subscription: Subscription, approval_id: str, at: datetime) -> Steps:
    """The subscription without that approval: it waits for it no more, and forgets the change that
    was made by it once that change cannot arrive at Stripe any more."""
    waiting, change = subscription.waiting, subscription.change
    if waiting is not None and waiting.approval_id == approval_id:
        return (Transition(subscription.but(waiting=None)),)
    approved = change.approved if change is not None else None
    if change is None or approved is None or approved.approval_id != approval_id:
        return ()
    if at - change.asked_at < IN_FLIGHT:
        return ()
    return (Transition(subscription.but(change=None)),)


def _content(
    subscription: Subscription, order: ChangeRequest, lost: Sequence[LostFeature]
) -> Content:
    instead_of = subscription.model_dump(
        mode="json", include={"plan", "interval", "seats", "add_ons", "status"}
    )
    change = {"order": order.model_dump(mode="json"), "instead_of": instead_of}
    return Content.of({**change, "loses": [each.feature for each in lost]})
