"""Money: whole units of the smallest coin. Pure."""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any


def rounded(value: Fraction | Decimal) -> int:
    """The nearest whole number; a half goes away from zero."""
    exact = Fraction(value)
    size = Decimal(abs(exact).numerator) / Decimal(exact.denominator)
    whole = int(size.quantize(Decimal(1), ROUND_HALF_UP))
    return whole if exact >= 0 else -whole


def share(amount: int, *, since: int, until: int, at: int) -> int:
    """What is left of an amount for a span of time, by the second, after `at`."""
    if until <= since:
        return 0
    return rounded(Fraction(amount * (until - max(at, since)), until - since))


def price_of(price: dict[str, Any], quantity: int) -> int:
    """What a quantity costs at a price, with tiers of either kind."""
    divided = price.get("transform_quantity")
    if divided:
        over = divided["round"] == "up" and quantity % divided["divide_by"] > 0
        quantity = quantity // divided["divide_by"] + over
    if price["billing_scheme"] == "per_unit":
        return rounded(Decimal(price["unit_amount_decimal"]) * quantity)
    tiers = price["_tiers"]
    if price["tiers_mode"] == "volume":
        tier = next(each for each in tiers if each["up_to"] is None or quantity <= each["up_to"])
        return rounded(_units(tier, quantity)) if quantity else 0
    total, below = Decimal(0), 0
    for tier in tiers:
        top = quantity if tier["up_to"] is None else min(quantity, tier["up_to"])
        if top > below:
            total += _units(tier, top - below)
            below = top
    return rounded(total)


def spread(total: int, weights: Sequence[int]) -> list[int]:
    """Splits a total in proportion to weights that are not negative, to the coin: the parts sum to
    the total, and what rounding leaves goes to those that lost most."""
    of_all = sum(weights)
    if of_all == 0:
        return [0] * len(weights)
    exact = [Fraction(total * each, of_all) for each in weights]
    parts = [each.numerator // each.denominator for each in exact]
    order = sorted(range(len(parts)), key=lambda place: parts[place] - exact[place])
    for place in order[: total - sum(parts)]:
        parts[place] += 1
    return parts


def _units(tier: dict[str, Any], quantity: int) -> Decimal:
    each = Decimal(tier["unit_amount_decimal"] or 0) * quantity
    return each + Decimal(tier["flat_amount_decimal"] or 0)
