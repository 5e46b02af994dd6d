"""A change that loosens governance is made by the approval of exactly that change, each time that
Stripe is asked for it."""

import pytest

from functions.billing.rules import change_approval
from functions.billing.rules import subscription as rules
from functions.billing.rules.subscription import IN_FLIGHT, Subscription, lost_features
from shared.approvals.known import KnownApproval
from shared.kit.errors import VersionConflict
from tests.functions.billing.rules.test_subscription_rules import AT, FREE, TEAM, after, known


def waiting() -> Subscription:
    now = known()
    return after(
        now, change_approval.request_approval(now, FREE, lost_features(now, FREE, AT), "ada", AT)
    )


def under_way() -> Subscription:
    """A change that was approved, and whose answer of Stripe's was lost."""
    now = waiting()
    assented = change_approval.approval_of(now, FREE, AT)
    change_approval.check_assent(now, FREE, assented, AT)
    return after(now, rules.begin_change(now, FREE, "chg_1", AT, assented))


def test_a_change_under_way_goes_on_by_its_approval_alone() -> None:
    now = under_way()
    approved = change_approval.approval_of(now, FREE, AT)
    assert approved is not None
    assert approved == waiting().waiting
    change_approval.check_assent(now, FREE, approved, AT)
    assert rules.begin_change(now, FREE, "chg_2", AT, approved) == ()
    with pytest.raises(VersionConflict, match="meanwhile"):
        change_approval.check_assent(now, FREE, None, AT)
    vetoed = KnownApproval("vetoed", approved.content_hash, AT, None)
    with pytest.raises(VersionConflict, match="is vetoed"):
        change_approval.is_assented(approved, vetoed)


def test_a_change_whose_approval_was_taken_back_ends_once_it_cannot_arrive() -> None:
    now = under_way()
    approved = change_approval.approval_of(now, FREE, AT)
    assert approved is not None
    assert change_approval.drop_approval(now, approved.approval_id, AT + IN_FLIGHT / 2) == ()
    assert change_approval.drop_approval(now, "apr_other", AT + IN_FLIGHT) == ()
    over = after(now, change_approval.drop_approval(now, approved.approval_id, AT + IN_FLIGHT))
    assert over.change is None
    assert change_approval.approval_of(over, FREE, AT) is None


def test_an_approval_is_of_what_the_tenant_had_when_it_was_asked_for() -> None:
    assented = change_approval.approval_of(waiting(), FREE, AT)
    for other in (known(seats=4), known(plan="team"), known()):
        moved = other.but(waiting=assented)
        if other == known():
            change_approval.check_assent(moved, FREE, assented, AT)
            continue
        with pytest.raises(VersionConflict, match="meanwhile"):
            change_approval.check_assent(moved, FREE, assented, AT)


def test_a_change_under_way_that_loosens_by_now_goes_on_once_it_is_approved() -> None:
    begun = after(known(), rules.begin_change(known(), FREE, "chg_1", AT))
    with pytest.raises(VersionConflict, match="meanwhile"):
        change_approval.check_assent(begun, FREE, change_approval.approval_of(begun, FREE, AT), AT)
    asked = after(
        begun,
        change_approval.request_approval(begun, FREE, lost_features(begun, FREE, AT), "ada", AT),
    )
    approved = change_approval.approval_of(asked, FREE, AT)
    again = after(asked, rules.begin_change(asked, FREE, "chg_2", AT, approved))
    assert again.change is not None
    assert (again.change.change_id, again.change.approved) == ("chg_1", approved)
    change_approval.check_assent(known(), TEAM, None, AT)
