"""Money in whole micro-dollars."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.money import in_usd, usd_micros


@pytest.mark.parametrize(
    ("usd", "micros"),
    [
        (5, 5_000_000),
        (0.5, 500_000),
        (0.1, 100_000),
        (0.29, 290_000),
        ("0.0000005", 0),
        ("0.0000015", 2),
        ("-0.0000015", -2),
        (Decimal("99.999999"), 99_999_999),
        (1e40, 10**46),
    ],
)
def test_dollars_become_whole_micros_half_to_even(usd: Decimal | float | str, micros: int) -> None:
    assert usd_micros(usd) == micros


@given(st.integers(-(10**18), 10**18))
def test_micros_written_as_dollars_come_back_exactly(micros: int) -> None:
    assert usd_micros(Decimal(micros) / 1_000_000) == micros


@pytest.mark.parametrize("usd", ["NaN", float("inf"), "-Infinity", "five", "", "1e99", 1e300])
def test_what_is_no_amount_is_a_value_error(usd: float | str) -> None:
    with pytest.raises(ValueError, match="no amount of dollars"):
        usd_micros(usd)


@pytest.mark.parametrize(
    ("amount", "told"), [(50.0, "$50"), (0.5, "$0.5"), (1_234_567.89, "$1,234,567.89")]
)
def test_people_read_every_digit_of_an_amount(amount: float, told: str) -> None:
    assert in_usd(amount) == told
