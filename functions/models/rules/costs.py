"""What calls cost, in micro-dollars. What was not said counts as the gravest."""

from typing import NamedTuple

from events.models import Prices, Tokens

# The dearest that anybody asks for a million tokens.
GRAVEST_IN, GRAVEST_OUT = 150_000_000, 600_000_000
# A cache that is written to may cost twice what reading without one does.
CACHE_WRITE_TIMES = 2
_MILLION = 1_000_000


class Bound(NamedTuple):
    """The most tokens that a call may use. No token is shorter than a byte, so the size of what is
    said bounds what it costs."""

    tokens_in: int
    tokens_out: int


class _Rates(NamedTuple):
    tokens_in: int
    tokens_out: int
    cached_read: int
    cached_write: int


def cost_of(prices: Prices, tokens: Tokens) -> int:
    """What these tokens cost, rounded up."""
    rates = _rates(prices)
    sum = (
        tokens.tokens_in * rates.tokens_in
        + tokens.tokens_out * rates.tokens_out
        + tokens.tokens_cached_read * rates.cached_read
        + tokens.tokens_cached_write * rates.cached_write
    )
    return -(-sum // _MILLION)


def most_of(prices: Prices, bound: Bound) -> int:
    """The most that a call within the bound costs, however its tokens are counted."""
    rates = _rates(prices)
    dearest = max(rates.tokens_in, rates.cached_read, rates.cached_write)
    return -(-(bound.tokens_in * dearest + bound.tokens_out * rates.tokens_out) // _MILLION)


def _rates(prices: Prices) -> _Rates:
    said_in = prices.tokens_in_usd_micros
    given = GRAVEST_IN if said_in is None else said_in
    read, written = prices.tokens_cached_read_usd_micros, prices.tokens_cached_write_usd_micros
    out = prices.tokens_out_usd_micros
    return _Rates(
        given,
        GRAVEST_OUT if out is None else out,
        given if read is None else read,
        given * CACHE_WRITE_TIMES if written is None else written,
    )
