"""Who may come by a code, and what is taken off for it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from functions.billing.rules.referral import (
    Referral,
    check_referral,
    coupon_for,
    discounts_left,
    read_discount,
)
from functions.billing.rules.subscription import Subscription, unsubscribed
from shared.kit.errors import Invalid, VersionConflict

AT = datetime(2026, 3, 1, tzinfo=UTC)
CODE = Referral(code="0" * 16, tenant_id="ten_2", made_by="user:ada", made_at=AT)
FRESH = unsubscribed("ten_1")
PAYING = unsubscribed("ten_2").but(stripe_id="sub_2", status="active")
OURS = {"id": "di_1", "end": 1_772_323_200, "source": {"coupon": "assent-referral-2000-3"}}
THEIRS = {"id": "di_2", "end": None, "source": {"coupon": "friends"}}


def test_a_first_subscription_by_a_code_of_a_tenant_that_pays() -> None:
    check_referral(FRESH, {"user:bea"}, CODE, PAYING, {"user:ada"})
    with pytest.raises(VersionConflict, match="first subscription"):
        check_referral(FRESH.but(stripe_id="sub_1"), {"user:bea"}, CODE, PAYING, {"user:ada"})


@pytest.mark.parametrize(
    ("code", "referrer", "owner", "said"),
    [
        (None, None, "user:bea", "not a valid code"),
        (CODE, PAYING.but(status="trialing"), "user:bea", "not a valid code"),
        (CODE, PAYING.but(status="past_due"), "user:bea", "not a valid code"),
        (CODE, PAYING.but(stripe_id=None), "user:bea", "not a valid code"),
        (CODE.but(tenant_id="ten_1"), PAYING, "user:bea", "the tenant's own"),
        (CODE, PAYING, "user:ada", "the same owner"),
    ],
)
def test_any_other_code_is_refused(
    code: Referral | None, referrer: Subscription | None, owner: str, said: str
) -> None:
    with pytest.raises(Invalid) as refused:
        check_referral(FRESH, {owner}, code, referrer, {"user:ada"})
    assert said in str(refused.value)


def test_a_year_has_as_much_off_as_its_months() -> None:
    month, year = coupon_for("month"), coupon_for("year")
    assert month.coupon_id == f"assent-referral-{month.basis_points}-{month.months}"
    assert year.basis_points == month.basis_points * month.months // 12


def test_only_a_referrals_discount_is_read_and_only_it_is_taken_off() -> None:
    found = read_discount([THEIRS, OURS])
    assert found is not None
    assert (found.basis_points, found.ends_at) == (2_000, AT)
    odd: list[Any] = [{}, "di_3", {**OURS, "end": None}, THEIRS]
    assert read_discount(odd) is None
    assert discounts_left([OURS, THEIRS]) == [{"discount": "di_2"}]
    assert discounts_left([OURS]) == ""
