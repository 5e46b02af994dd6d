"""Money is whole micro-dollars."""

from decimal import ROUND_HALF_EVEN, Decimal

MICROS_PER_USD = 1_000_000


def usd_micros(usd: Decimal | int | float | str) -> int:
    """Dollars as whole micro-dollars, half to even. A float counts as the decimal it prints as."""
    exact = Decimal(str(usd)) * MICROS_PER_USD
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_EVEN))
