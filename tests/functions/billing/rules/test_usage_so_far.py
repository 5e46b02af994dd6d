"""What the usage of a month under way is estimated to cost is what its invoice would say."""

from datetime import UTC, datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from functions.billing.rules.charges import COUNTED_BY, charges_of
from functions.billing.rules.order import Order
from functions.billing.rules.subscription import Subscription, unsubscribed
from functions.billing.rules.terms import Month, Terms, limits_of
from functions.billing.rules.usage_so_far import limits_by, usage_so_far
from shared.catalogue import entitlements
from shared.usage.proofs import UsageLine

AT = datetime(2026, 11, 20, 12, tzinfo=UTC)
PRO, TEAM = (limits_of(entitlements(each)) for each in ("pro", "team"))
COUNTED = [each for some in COUNTED_BY.values() for each in some]


def order(plan: str = "pro", **more: Any) -> Order:
    paid = {} if plan == "free" else {"interval": "month", "seats": 1}
    return Order.model_validate({"plan": plan, **paid, **more})


def having(*terms: Terms) -> Subscription:
    return unsubscribed("acme").but(terms=terms)


@given(st.dictionaries(st.sampled_from(COUNTED), st.integers(0, 10**14)))
def test_an_estimate_is_what_the_closed_lines_of_the_month_would_cost(
    counted: dict[str, int],
) -> None:
    assert PRO is not None
    lines = [
        UsageLine("2026-11", 1, name, many, 1, 1, "", AT, None) for name, many in counted.items()
    ]
    charges = charges_of(Month("2026-11", PRO), lines)
    found = usage_so_far(PRO, counted, AT, is_whole=True)
    assert found.cents == sum(each.cents for each in charges)
    by_meter = {each.meter: each.cents for each in found.meters if each.cents}
    assert by_meter == {each.meter: each.cents for each in charges}


def test_a_month_has_the_highest_limits_of_what_it_had_and_of_what_is_ordered() -> None:
    pro = having(Terms(period="2026-09", most=PRO, last=PRO))
    assert limits_by(pro, order("pro"), AT) == PRO
    assert limits_by(pro, order("team"), AT) == TEAM
    assert limits_by(pro, order("free"), AT) == PRO
    team = having(Terms(period="2026-11", most=TEAM, last=PRO))
    assert limits_by(team, order("pro"), AT) == TEAM
    wanted = order("pro", add_ons=[{"add_on": "tokens", "quantity": 2}])
    more = limits_of(entitlements("pro", {"tokens": 2}))
    assert limits_by(pro, wanted, AT) == more != PRO


def test_nothing_is_estimated_where_nothing_is_paid_for() -> None:
    assert limits_by(having(), order("pro"), AT) is None
    ended = having(Terms(period="2026-09", most=PRO, last=None))
    assert limits_by(ended, order("free"), AT) is None
    # Who comes back pays for the month in which they do.
    assert limits_by(ended, order("pro"), AT) == PRO


def test_of_files_the_average_of_the_whole_month_is_compared() -> None:
    assert PRO is not None
    kept = {"storage_byte_hours": 12 * (1 << 30) * 360}
    [files] = [
        e for e in usage_so_far(PRO, kept, AT, is_whole=False).meters if e.meter == "storage"
    ]
    assert (files.used, files.cents) == (6 << 30, 0)
