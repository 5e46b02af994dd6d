"""A change that loosens governance is made with an approval of exactly that change."""

from datetime import UTC, datetime

import pytest

from events.subscriptions import SubscriptionApprovalNeeded
from functions.billing.rules import loosening
from functions.billing.rules.order import Order
from functions.billing.rules.subscription import Loss, Subscription, Waiting, unsubscribed
from shared.approvals.known import KnownApproval
from shared.kit.errors import ContentInvalid, VersionConflict
from shared.kit.transitions import payload

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
TEAM = unsubscribed("ten_1").but(stripe_id="sub_1", plan="team", interval="month", seats=2)
PRO = Order.model_validate({"plan": "pro", "interval": "month", "seats": 2})
LOST = (Loss("single-sign-on", "people sign in at their own provider"),)


def _asked() -> tuple[Subscription, Waiting]:
    (step,) = loosening.ask(TEAM, PRO, LOST, "gala", AT)
    assert step.event is SubscriptionApprovalNeeded
    assert step.state.waiting is not None
    said = payload(step).model_dump()
    # The question names by its hash what is stored beside it.
    assert said["content_hash"] == step.contents[0].hash == step.state.waiting.content_hash
    assert said["authors"] == ("gala",)
    return step.state, step.state.waiting


def test_the_same_change_is_asked_for_once() -> None:
    asked, waiting = _asked()
    assert loosening.is_waiting(asked, PRO, LOST)
    assert _asked()[1] == waiting
    assert not loosening.is_waiting(TEAM, PRO, LOST)


def test_another_order_another_loss_or_another_subscription_is_another_change() -> None:
    asked, _ = _asked()
    assert not loosening.is_waiting(asked, PRO.but(seats=3), LOST)
    assert not loosening.is_waiting(asked, PRO, (*LOST, Loss("audit-export", "exports")))
    assert not loosening.is_waiting(asked.but(seats=9), PRO, LOST)


def test_only_an_assent_to_this_change_lets_it_be_made() -> None:
    _, waiting = _asked()
    approved = KnownApproval("approved", waiting.content_hash, AT, "ada")
    assert loosening.is_assented(waiting, approved)
    assert not loosening.is_assented(waiting, None)
    pending = approved._replace(status="pending", decided_at=None, assented_by=None)
    assert not loosening.is_assented(waiting, pending)
    with pytest.raises(ContentInvalid, match="of another change"):
        loosening.is_assented(waiting, approved._replace(decision_hash="0" * 64))
    with pytest.raises(VersionConflict, match="is rejected; send it again"):
        loosening.is_assented(waiting, approved._replace(status="rejected", assented_by=None))
    # Vetoed afterwards: nobody assents to it any more.
    with pytest.raises(VersionConflict, match="is vetoed"):
        loosening.is_assented(waiting, approved._replace(status="vetoed", assented_by=None))


def test_what_was_refused_is_given_up_and_nothing_newer() -> None:
    asked, waiting = _asked()
    assert loosening.give_up(asked, "apr_other") == ()
    (step,) = loosening.give_up(asked, waiting.approval_id)
    assert step.state.waiting is None
    assert loosening.give_up(TEAM, waiting.approval_id) == ()
