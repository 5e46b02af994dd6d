"""What is used becomes what is paid, once and completely."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.cost.billing import Usage, bill
from shared.kit.pricing import load_prices

PRICES = load_prices()
KINDS = sorted(PRICES.operations.keys() | PRICES.resources.keys())
FUNCTIONS = ["agents", "approvals", "mobile-api", "platform"]
quantities = st.floats(0, 1e12, allow_nan=False)
usages = st.lists(
    st.builds(Usage, st.sampled_from(KINDS), quantities, st.sampled_from(FUNCTIONS)), max_size=30
)


@given(usages)
def test_services_and_functions_add_up_to_the_same_total(used: list[Usage]) -> None:
    month = bill(used, PRICES)
    assert sum(month.by("service").values()) == pytest.approx(month.usd)
    assert sum(month.by("function").values()) == pytest.approx(month.usd)
    assert sum(month.by("kind").values()) == pytest.approx(month.usd)


@given(usages, usages)
def test_more_use_never_costs_less(used: list[Usage], more: list[Usage]) -> None:
    assert bill([*used, *more], PRICES).usd >= bill(used, PRICES).usd - 1e-6


@given(usages)
def test_what_is_free_never_pays_anybody(used: list[Usage]) -> None:
    month = bill(used, PRICES)
    assert all(charge.usd >= 0 for charge in month.charges)
    assert month.usd <= bill(used, PRICES, free_tier=False).usd + 1e-6


@given(usages)
def test_the_order_in_which_things_are_used_does_not_matter(used: list[Usage]) -> None:
    assert bill(used, PRICES).usd == pytest.approx(bill(used[::-1], PRICES).usd)


@given(st.sampled_from(KINDS), quantities, st.integers(2, 20))
def test_what_is_free_is_given_once_however_many_functions_use_it(
    kind: str, quantity: float, functions: int
) -> None:
    whole = bill([Usage(kind, quantity, "one")], PRICES)
    split = [Usage(kind, quantity / functions, f"f{number}") for number in range(functions)]
    assert bill(split, PRICES).usd == pytest.approx(whole.usd)


@pytest.mark.parametrize("kind", sorted(PRICES.free))
def test_up_to_the_allowance_nothing_is_paid_and_the_unit_beyond_is(kind: str) -> None:
    free = PRICES.free_of(kind)
    assert bill([Usage(kind, free)], PRICES).usd == 0
    beyond = bill([Usage(kind, free + 1_000)], PRICES, on=date.max).usd
    assert beyond == pytest.approx(PRICES.of(kind).cost_usd(1_000))


def test_functions_bear_what_is_paid_as_they_used_it() -> None:
    paid = bill([Usage("log-gib", 75, "agents"), Usage("log-gib", 25, "audit")], PRICES)
    assert paid.by("function") == pytest.approx({"agents": 18.75, "audit": 6.25})


@given(quantities, quantities)
def test_a_price_with_steps_never_falls(less: float, more: float) -> None:
    egress = PRICES.of("egress-gib")
    low, high = sorted((less, more))
    assert egress.cost_usd(low) <= egress.cost_usd(high) + 1e-6


def test_an_announced_price_is_paid_from_its_day_on() -> None:
    used = [Usage("alert-metric-references", 10)]
    assert bill(used, PRICES).usd == 0
    assert bill(used, PRICES, on=date(2027, 9, 1)).usd == pytest.approx(3.5)


def test_what_has_no_price_is_not_forgotten() -> None:
    with pytest.raises(KeyError, match="dreams"):
        bill([Usage("dreams", 1)], PRICES)
