"""What calls of a model cost, in micro-dollars. What is unknown counts as the gravest."""

import math
from typing import NamedTuple, Self

from events.plan_content import RoutePart
from shared.models.messages import Usage

# The dearest that anybody asks for a million tokens; a price that is not configured counts as that.
GRAVEST_USD_IN, GRAVEST_USD_OUT = 150.0, 600.0
MOST_TOKENS = 4_096
# An answer of fewer tokens is worth nothing.
LEAST_TOKENS = 64
# What a server may add to each message and tool, in tokens.
_ADDED = 32


class ModelTerms(NamedTuple):
    """A model, and its prices for a million tokens, in dollars: as many micro-dollars for one."""

    name: str
    usd_in: float = GRAVEST_USD_IN
    usd_out: float = GRAVEST_USD_OUT

    @classmethod
    def of_route(cls, name: str, route: RoutePart) -> Self:
        """Those of the tenant's own model, as the plan has them."""
        usd_in, usd_out = route.tokens_in_usd_micros, route.tokens_out_usd_micros
        return cls(
            name,
            GRAVEST_USD_IN if usd_in is None else usd_in / 1_000_000,
            GRAVEST_USD_OUT if usd_out is None else usd_out / 1_000_000,
        )

    def cost(self, tokens_in: int, tokens_out: int) -> int:
        """What a call with so many tokens costs."""
        return math.ceil(tokens_in * self.usd_in + tokens_out * self.usd_out)

    def cost_of(self, usage: Usage | None, reserved: int) -> int:
        """What an answer cost, as its server says; all that was reserved where it does not."""
        if usage is None:
            return reserved
        return self.cost(usage.tokens_in, usage.tokens_out)

    def tokens_for(self, budget: int, tokens_in: int) -> int:
        """How long the answer to so many tokens may be within a budget; 0 for none of any worth."""
        if self.cost(tokens_in, LEAST_TOKENS) > budget:
            return 0
        if self.cost(tokens_in, MOST_TOKENS) <= budget:
            return MOST_TOKENS
        most = max(int((budget - tokens_in * self.usd_in) / self.usd_out), LEAST_TOKENS)
        # A fraction of a micro-dollar more is more.
        return most if self.cost(tokens_in, most) <= budget else most - 1


def most_tokens_in(characters: int, parts: int) -> int:
    """The most tokens that a conversation of so many bytes and parts can have: no token is shorter
    than a byte."""
    return characters + parts * _ADDED
