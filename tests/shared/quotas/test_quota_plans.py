"""Which plan is in force, and what it lets a tenant use."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.catalogue import catalogue
from shared.kit.control import Control, Subscribed
from shared.kit.months import month_ends, month_of
from shared.kit.plans import SubscriptionStatus
from shared.quotas.features import NEEDS, check_action
from shared.quotas.meters import check_quota, check_seats
from shared.quotas.plans import GRACE, entitlements_at, plan_of, seats_at
from shared.quotas.refusals import FeatureNotInPlan, QuotaExhausted

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def _control(plan: str, status: SubscriptionStatus = "active", **more: object) -> Control:
    said = {"plan": plan, "status": status, "past_due_since": NOON, **more}
    return Control(subscription=Subscribed.model_validate(said))


@pytest.mark.parametrize(
    ("status", "at", "plan"),
    [
        ("trialing", NOON, "team"),
        ("active", NOON, "team"),
        ("past_due", NOON, "team"),
        ("past_due", NOON + GRACE - SECOND, "team"),
        ("past_due", NOON + GRACE, "free"),
        ("paused", NOON, "free"),
        ("canceled", NOON, "free"),
    ],
)
def test_a_plan_holds_while_it_is_paid_for_and_fourteen_days_more(
    status: SubscriptionStatus, at: datetime, plan: str
) -> None:
    control = _control("team", status, seats=9, add_ons={"executions": 2})
    entitled = entitlements_at(control, at)
    assert plan_of(control, at) == entitled.plan == plan
    # Add-ons and seats end with the plan that they are for.
    assert entitled.limits["executions"] == (53_000 if plan == "team" else 100)
    assert seats_at(control, at) == (9 if plan == "team" else 5)


def test_who_never_paid_has_the_plan_of_their_tier() -> None:
    assert plan_of(Control(), NOON) == "free"
    assert plan_of(Control(tier="pro"), NOON) == "pro"


def test_a_contract_without_limits_limits_nothing() -> None:
    control = _control("enterprise")
    assert seats_at(control, NOON) is None
    entitled = entitlements_at(control, NOON)
    for meter in ("executions", "tokens", "api_calls", "storage"):
        check_quota(entitled, meter, 10**12, 1, NOON)


def test_the_last_of_a_quota_is_taken_and_one_more_is_told_the_way_up() -> None:
    free = entitlements_at(Control(), NOON)
    check_quota(free, "executions", 99, 1, NOON)
    with pytest.raises(QuotaExhausted, match="allows 100 runs a month, which are used") as refused:
        check_quota(free, "executions", 100, 1, NOON)
    assert refused.value.members() == {
        "meter": "executions",
        "limit": 100,
        "resets_at": "2026-12-01T00:00:00.000Z",
        "upgrade_to": "pro",
    }
    assert not refused.value.retriable
    with pytest.raises(QuotaExhausted, match="of which 10 are left; this may need 11"):
        check_quota(free, "tokens", 9_990, 11, NOON)


def test_what_is_paid_for_beyond_a_limit_is_not_stopped() -> None:
    pro = entitlements_at(_control("pro"), NOON)
    check_quota(pro, "executions", 5_000, 1, NOON)
    check_quota(pro, "tokens", 500_000, 1, NOON)
    # Calls are not sold beyond their limit.
    with pytest.raises(QuotaExhausted) as refused:
        check_quota(pro, "api_calls", 50_000, 1, NOON)
    assert refused.value.upgrade_to == "team"
    check_quota(None, "executions", 10**9, 1, NOON)


def test_a_month_is_one_of_utc() -> None:
    last = datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)
    assert (month_of(last), month_ends(last)) == ("2026-12", datetime(2027, 1, 1, tzinfo=UTC))
    assert month_ends(month_ends(NOON)) == datetime(2027, 1, 1, tzinfo=UTC)


def test_a_seat_more_is_bought_or_is_in_the_next_plan() -> None:
    free = entitlements_at(Control(), NOON)
    check_seats(free, 5, 4)
    with pytest.raises(QuotaExhausted) as refused:
        check_seats(free, 5, 5)
    assert (refused.value.resets_at, refused.value.upgrade_to) == (None, "team")
    team = entitlements_at(_control("team", seats=2), NOON)
    with pytest.raises(QuotaExhausted, match="buys more") as refused:
        check_seats(team, 2, 2)
    assert refused.value.upgrade_to is None
    check_seats(team, None, 10_000)


@pytest.mark.parametrize("action", list(NEEDS))
def test_each_feature_that_a_call_needs_is_in_some_plan_and_named_to_who_lacks_it(
    action: str,
) -> None:
    with pytest.raises(FeatureNotInPlan) as refused:
        check_action(entitlements_at(Control(), NOON), action)
    upgrade_to = refused.value.upgrade_to
    assert upgrade_to is not None
    assert NEEDS[action] in catalogue().plans[upgrade_to].features  # type: ignore[index]
    check_action(entitlements_at(_control(upgrade_to), NOON), action)
    check_action(None, action)


def test_an_add_on_gives_the_feature_that_the_plan_lacks() -> None:
    check_action(entitlements_at(_control("pro", add_ons={"identity": 1}), NOON), "sso.set")


@pytest.mark.parametrize(
    ("status", "said"),
    [
        ("past_due", "failed on 2026-11-27, and it holds no more: an admin mends the card"),
        ("paused", "the plan Team is paused"),
        ("canceled", "an admin buys it again by POST /v1/billing/checkout"),
    ],
)
def test_a_refusal_says_why_the_plan_that_was_bought_does_not_hold(
    status: SubscriptionStatus, said: str
) -> None:
    entitled = entitlements_at(_control("team", status), NOON + GRACE)
    with pytest.raises(QuotaExhausted, match=said) as quota:
        check_quota(entitled, "executions", 100, 1, NOON)
    assert quota.value.upgrade_to == "pro"
    with pytest.raises(FeatureNotInPlan, match=said):
        check_action(entitled, "workspaces.create")
    with pytest.raises(QuotaExhausted, match=said):
        check_seats(entitled, 5, 5)
    for other in (_control("team"), Control(), _control("free", status)):
        assert entitlements_at(other, NOON).lapsed == ""
