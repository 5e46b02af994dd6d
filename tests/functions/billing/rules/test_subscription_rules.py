"""What follows for a subscription from what Stripe shows and what people order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.subscriptions import SubscriptionChanged, SubscriptionPlanLost
from functions.billing.credit_views import CreditsView
from functions.billing.rules import checkout as pages
from functions.billing.rules import subscription as rules
from functions.billing.rules import usage_draft
from functions.billing.rules.checkout import CHECKOUT_LASTS
from functions.billing.rules.order import Order
from functions.billing.rules.subscription import (
    IN_FLIGHT,
    MOST_SEEN,
    Steps,
    StripeSubscription,
    Subscription,
    unsubscribed,
)
from functions.billing.rules.usage_due import USAGE_DUE, UsageInvoice
from functions.billing.views import SubscriptionView
from shared.kit.control import Control
from shared.kit.errors import ContentInvalid, VersionConflict
from shared.kit.plans import SubscriptionStatus
from shared.quotas.plans import GRACE
from tests.functions.billing.rules.test_invoice import shown

AT = datetime(2026, 11, 27, 12, tzinfo=UTC)
STATUSES: tuple[SubscriptionStatus, ...] = (
    *("trialing", "active", "past_due", "paused", "canceled"),
)
PRO = Order.model_validate({"plan": "pro", "interval": "month", "seats": 2})
TEAM = Order.model_validate({"plan": "team", "interval": "month", "seats": 2})
FREE = Order.model_validate({"plan": "free"})
NO_CREDITS = CreditsView(balance_cents=0, grants=(), spendings=())


def bought(**fields: Any) -> StripeSubscription:
    said = {
        "stripe_id": "sub_1",
        "customer_id": "cus_1",
        "account": "secret",
        "change_id": "",
        "plan": "pro",
        "interval": "month",
        "seats": 2,
        "add_ons": (),
        "status": "active",
        "period_start": AT,
        "period_end": AT + timedelta(days=30),
        "cancel_at_period_end": False,
        "trial_ends_at": None,
        "created_at": AT,
        **fields,
    }
    return StripeSubscription.model_validate(said)


def after(subscription: Subscription, steps: Steps) -> Subscription:
    return steps[-1].state if steps else subscription


def known(**fields: Any) -> Subscription:
    fresh = unsubscribed("ten_1").but(account="secret", customer_id="cus_1")
    return after(fresh, rules.adopt(fresh, bought(**fields), AT))


def test_the_same_reading_again_tells_nobody() -> None:
    fresh = unsubscribed("ten_1").but(account="secret", customer_id="cus_1")
    first = rules.adopt(fresh, bought(), AT)
    assert [each.event for each in first] == [SubscriptionChanged]
    again = rules.adopt(first[-1].state, bought(), AT)
    assert [each.event for each in again] == [None]
    assert again[-1].state.readings == 2


@given(st.lists(st.sampled_from(STATUSES), min_size=1))
def test_whatever_came_before_the_last_reading_decides(statuses: list[SubscriptionStatus]) -> None:
    now = unsubscribed("ten_1").but(account="secret", customer_id="cus_1")
    for status in statuses:
        now = after(now, rules.adopt(now, bought(status=status), AT))
    holds = statuses[-1] in ("trialing", "active", "past_due")
    assert now.status == statuses[-1]
    assert now.entitled_to == ("pro" if holds else "free")
    assert (now.past_due_since is not None) == (statuses[-1] == "past_due")


def test_it_is_past_due_since_the_first_time() -> None:
    now = known(status="past_due")
    later = after(now, rules.adopt(now, bought(status="past_due"), AT + timedelta(days=3)))
    assert later.past_due_since == AT


def _view(subscription: Subscription, control: Control, at: datetime) -> SubscriptionView:
    return SubscriptionView.of(subscription, control, at, (), NO_CREDITS)


def test_a_plan_that_is_not_paid_for_holds_for_fourteen_days_in_each_place() -> None:
    now = known(status="past_due", add_ons=({"add_on": "executions", "quantity": 1},))
    last = AT + GRACE - timedelta(seconds=1)
    shown = _view(now, rules.controlled(now), last).entitlements
    assert (shown.plan, shown.limits["executions"]) == ("pro", 6_500)
    assert rules.lost_features(now, FREE, last) != ()
    control = rules.controlled(now, Control(tier="pro"))
    over = _view(now, control, AT + GRACE)
    assert (over.plan, over.status) == ("pro", "past_due")
    assert (over.entitlements.plan, over.entitlements.limits["executions"]) == ("free", 100)
    assert rules.lost_features(now, FREE, AT + GRACE) == ()
    unpaid = bought(status="past_due", is_unpaid=True)
    step, lost = rules.adopt(now.but(entitled_to="pro"), unpaid, AT + GRACE)
    assert (step.state.entitled_to, step.event) == ("free", SubscriptionChanged)
    assert (lost.event, lost.fields) == (SubscriptionPlanLost, {"reason": "not_paid"})
    (again,) = rules.adopt(lost.state, unpaid, AT + GRACE)
    assert again.event is None


def test_who_never_bought_anything_is_shown_the_plan_that_holds() -> None:
    shown = _view(unsubscribed("ten_1"), Control(tier="team"), AT)
    assert (shown.plan, shown.entitlements.plan) == ("free", "team")


@pytest.mark.parametrize("field", ["customer_id", "account"])
def test_what_is_of_another_tenant_is_refused(field: str) -> None:
    with pytest.raises(ContentInvalid):
        rules.adopt(known(), bought(**{field: "another"}), AT)


def test_only_the_latest_notices_are_remembered() -> None:
    now = known()
    for number in range(MOST_SEEN + 5):
        now = after(now, rules.adopt(now, bought(), AT, f"evt_{number}"))
    assert len(now.seen) == MOST_SEEN
    assert now.seen[-1] == f"evt_{MOST_SEEN + 4}"


def test_a_change_that_may_still_arrive_is_waited_for() -> None:
    now = known()
    asked = after(now, rules.begin_change(now, TEAM, "chg_1", AT))
    assert rules.begin_change(asked, TEAM, "chg_2", AT) == ()
    with pytest.raises(VersionConflict, match="two minutes"):
        rules.begin_change(asked, PRO, "chg_2", AT + IN_FLIGHT / 2)
    repeated = after(asked, rules.begin_change(asked, TEAM, "chg_2", AT + IN_FLIGHT / 2))
    assert repeated.change is not None
    assert repeated.change.change_id == "chg_1"
    with pytest.raises(VersionConflict, match="two minutes"):
        rules.begin_change(repeated, PRO, "chg_2", AT + IN_FLIGHT)
    for order in (PRO, TEAM):
        later = after(asked, rules.begin_change(asked, order, "chg_2", AT + IN_FLIGHT))
        assert later.change is not None
        assert later.change.change_id == "chg_2"


def test_what_is_as_ordered_is_so_once_no_other_change_may_arrive() -> None:
    now = known()
    assert [rules.is_as_ordered(now, each) for each in (PRO, TEAM, FREE)] == [True, False, False]
    asked = after(now, rules.begin_change(now, TEAM, "chg_1", AT))
    assert not rules.is_as_ordered(asked, PRO)
    ending = now.but(cancel_at_period_end=True)
    assert [rules.is_as_ordered(ending, each) for each in (PRO, FREE)] == [False, True]
    over = asked.but(status="canceled")
    assert [rules.is_as_ordered(over, each) for each in (PRO, FREE)] == [False, True]


def test_a_change_is_over_once_stripe_shows_it() -> None:
    now = known()
    asked = after(now, rules.begin_change(now, TEAM, "chg_1", AT))
    other = after(asked, rules.adopt(asked, bought(change_id="chg_0"), AT))
    assert other.change is not None
    assert after(other, rules.adopt(other, bought(change_id="chg_1"), AT)).change is None


def test_nothing_is_changed_that_was_not_bought() -> None:
    with pytest.raises(VersionConflict, match="checkout"):
        rules.begin_change(unsubscribed("ten_1"), PRO, "chg_1", AT)
    with pytest.raises(VersionConflict, match="PUT"):
        pages.begin_checkout(known(), PRO, None, AT)


def test_a_page_is_opened_only_where_the_last_one_was_closed() -> None:
    fresh = unsubscribed("ten_1").but(account="secret", customer_id="cus_1")
    one = after(fresh, pages.begin_checkout(fresh, PRO, None, AT))
    assert one.checkout is not None
    assert pages.begin_checkout(one, PRO, None, AT + CHECKOUT_LASTS / 4) == ()
    with pytest.raises(VersionConflict):
        pages.begin_checkout(one, TEAM, None, AT)
    with pytest.raises(VersionConflict):
        pages.begin_checkout(one, TEAM, 7, AT)
    two = after(one, pages.begin_checkout(one, TEAM, 1, AT))
    assert two.checkout is not None
    assert (two.checkout.number, two.checkout.order) == (2, TEAM)
    # A page that expired by itself needs nobody.
    three = after(two, pages.begin_checkout(two, PRO, None, AT + CHECKOUT_LASTS))
    assert three.checkouts == 3


def test_a_trial_is_given_once() -> None:
    fresh = unsubscribed("ten_1").but(account="secret", customer_id="cus_1")
    first = after(fresh, pages.begin_checkout(fresh, PRO, None, AT))
    assert first.checkout is not None
    assert first.checkout.trial_days == 14
    over = known(status="canceled", trial_ends_at=AT)
    again = after(over, pages.begin_checkout(over, PRO, None, AT))
    assert again.checkout is not None
    assert again.checkout.trial_days == 0


def test_what_governs_is_counted_where_it_would_be_lost() -> None:
    assert [each.feature for each in rules.lost_features(known(), FREE, AT)] == [
        "two-person-approval",
        "own-policies",
    ]
    assert rules.lost_features(known(), TEAM, AT) == ()
    team = known(plan="team")
    lost = [each.feature for each in rules.lost_features(team, PRO, AT)]
    assert lost == ["single-sign-on", "audit-export"]
    assert "workspaces" not in lost
    kept = PRO.model_validate(
        {**PRO.model_dump(), "add_ons": [{"add_on": "identity", "quantity": 1}]}
    )
    assert [each.feature for each in rules.lost_features(team, kept, AT)] == ["audit-export"]
    assert rules.lost_features(known(status="canceled"), FREE, AT) == ()


def test_what_was_used_before_an_end_is_asked_for_once_its_month_is_over() -> None:
    alive = known()
    assert alive.usage_invoice is None
    ended = after(alive, rules.adopt(alive, bought(status="canceled"), AT))
    due = datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert usage_draft.usage_timer(ended) == (USAGE_DUE, due)
    assert [usage_draft.is_due(ended, due - timedelta(seconds=each)) for each in (1, 0)] == [
        False,
        True,
    ]
    # Later readings of the same end move nothing.
    later = after(ended, rules.adopt(ended, bought(status="canceled"), due))
    assert later.usage_invoice == ended.usage_invoice
    assert usage_draft.settle(later, due - timedelta(seconds=1)) == ()
    settled = after(later, usage_draft.settle(later, due))
    again = after(settled, rules.adopt(settled, bought(status="canceled"), due))
    assert (settled.usage_invoice, again.usage_invoice) == (None, None)


@pytest.mark.parametrize("status", ["trialing", "active", "past_due", "paused"])
def test_whoever_buys_again_is_asked_by_the_renewals(status: SubscriptionStatus) -> None:
    alive = known()
    ended = after(alive, rules.adopt(alive, bought(status="canceled"), AT))
    again = after(ended, rules.adopt(ended, bought(stripe_id="sub_2", status=status), AT))
    assert again.usage_invoice is None


def test_one_invoice_at_a_time_asks_and_one_that_is_final_is_followed_by_another() -> None:
    alive = known()
    ended = after(alive, rules.adopt(alive, bought(status="canceled"), AT))
    assert usage_draft.key_of(ended) == "usage-sub_1-1"
    made = after(ended, usage_draft.note_invoice(ended, 1, "in_1"))
    assert usage_draft.note_invoice(made, 2, "in_2") == ()
    assert usage_draft.replace_invoice(made, "in_0") == ()
    up = after(made, usage_draft.replace_invoice(made, "in_1"))
    assert usage_draft.key_of(up) == "usage-sub_1-2"
    assert usage_draft.note_invoice(up, 1, "in_1") == ()


def test_a_usage_invoice_is_found_again_by_what_its_metadata_say() -> None:
    ended = known().but(usage_invoice=UsageInvoice(due_at=AT))
    asked = usage_draft.invoice_for(ended, {}, {})
    drafts: list[dict[str, Any]] = [{"id": "in_1", "metadata": None}, {**asked, "id": "in_2"}]
    assert usage_draft.existing_invoice(ended, drafts) == "in_2"
    assert usage_draft.existing_invoice(ended, drafts[:1]) is None
    made = shown(id="in_2", metadata=asked["metadata"], auto_advance=asked["auto_advance"])
    assert made.is_being_written
    early = AT - timedelta(seconds=1)
    for awaits in (ended, after(ended, usage_draft.note_invoice(ended, 1, "in_2"))):
        assert usage_draft.is_current(awaits, made, AT)
        assert not usage_draft.is_current(awaits, made, early)
        assert not usage_draft.is_current(awaits.but(usage_invoice=None), made, AT)
    other = after(ended, usage_draft.note_invoice(ended, 1, "in_3"))
    assert not usage_draft.is_current(other, made, AT)
    said = usage_draft.release_params()
    released = shown(metadata=asked["metadata"] | said["metadata"], auto_advance=False)
    assert not released.is_being_written


def test_the_usage_invoice_is_paid_as_the_customer_pays_now_or_as_the_subscription_was() -> None:
    ended = known().but(usage_invoice=UsageInvoice(due_at=AT))
    nobody, somebody = ({"invoice_settings": {"default_payment_method": by}} for by in (None, "b"))
    card = {"collection_method": "charge_automatically", "default_payment_method": "pm_1"}
    assert usage_draft.invoice_for(ended, card, nobody)["default_payment_method"] == "pm_1"
    assert "default_payment_method" not in usage_draft.invoice_for(ended, card, somebody)
    by_hand = {**card, "collection_method": "send_invoice", "days_until_due": 14}
    asked = usage_draft.invoice_for(ended, by_hand, nobody)
    assert (asked["days_until_due"], asked["auto_advance"]) == (14, False)
    taxed = {**card, "automatic_tax": {"enabled": True}}
    assert usage_draft.invoice_for(ended, taxed, nobody)["automatic_tax"] == {"enabled": True}
