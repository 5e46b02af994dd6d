"""Money is whole micro-dollars."""

from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException

MICROS_PER_USD = 1_000_000
_EXACT = Context(prec=60, rounding=ROUND_HALF_EVEN)


def usd_micros(usd: Decimal | int | float | str) -> int:
    """Dollars as whole micro-dollars, half to even. A float counts as the decimal it prints as.
    Raises ValueError for what is no amount: text, NaN, infinity, more than 10**50 dollars."""
    try:
        exact = _EXACT.multiply(Decimal(str(usd)), Decimal(MICROS_PER_USD))
        return int(_EXACT.quantize(exact, Decimal(1)))
    except (DecimalException, ValueError) as error:
        raise ValueError(f"{str(usd)[:40]!r} is no amount of dollars") from error


def in_usd(amount: float) -> str:
    """An amount of dollars as people read it: $1,234.5."""
    return f"${amount:,.12g}"
