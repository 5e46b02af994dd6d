"""Every operation has a price, and none is forgotten."""

from pathlib import Path
from typing import get_args

import pytest
from pydantic import ValidationError

from shared.kit.operations import Kind
from shared.kit.pricing import PRICES_FILE, load_prices


def test_every_kind_that_is_counted_has_a_price() -> None:
    assert set(get_args(Kind)) <= set(load_prices().operations)


def test_the_cost_is_the_sum_over_kinds() -> None:
    cost = load_prices().cost_usd({"firestore-reads": 100_000, "cloud-tasks": 1_000_000})
    assert cost == pytest.approx(0.03 + 0.40)


def test_nothing_costs_nothing() -> None:
    assert load_prices().cost_usd({}) == 0


def test_an_operation_without_a_price_is_refused() -> None:
    with pytest.raises(KeyError, match="firestore-dreams"):
        load_prices().cost_usd({"firestore-dreams": 1})


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("usd = 0.03", "usd = -0.03"),
        ("per = 100_000", "per = 0"),
        ('page = "https://cloud.google.com/firestore/pricing"', 'page = "the website"'),
        ('currency = "USD"', 'currency = "USD"\nsurprise = 1'),
    ],
)
def test_a_malformed_price_list_is_refused(good: str, bad: str, tmp_path: Path) -> None:
    file = tmp_path / "pricing.toml"
    file.write_text(PRICES_FILE.read_text().replace(good, bad))
    with pytest.raises(ValidationError):
        load_prices(file)


def test_what_is_free_is_free_of_something_that_is_priced(tmp_path: Path) -> None:
    file = tmp_path / "pricing.toml"
    file.write_text(PRICES_FILE.read_text().replace("[free.log-gib]", "[free.dreams]"))
    with pytest.raises(ValidationError, match="dreams"):
        load_prices(file)


def test_a_daily_allowance_is_given_every_day_of_the_month() -> None:
    assert load_prices().free_of("firestore-reads") == pytest.approx(50_000 * 730 / 24)


def test_beyond_a_step_only_what_is_beyond_costs_less() -> None:
    egress = load_prices().of("egress-gib")
    assert egress.cost_usd(1_124) == pytest.approx(1_024 * 0.12 + 100 * 0.11)


def test_an_instance_costs_what_its_processor_and_its_memory_cost() -> None:
    prices = load_prices()
    whole = prices.of("instance-milliseconds").cost_usd(1_000)
    assert whole == pytest.approx(prices.of("vcpu-seconds").usd + prices.of("gib-seconds").usd / 2)
