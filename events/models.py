"""What `models` publishes: where a tenant's model calls go, and what became of each.

`capsules` reads a route's document (`MODEL_ROUTES`) where it lies."""

from datetime import date
from typing import Literal

from pydantic import Field

from events.budgets import BudgetState
from events.plan_content import RoutePart
from events.receipts import ProgramReceipt
from events.registry import event
from shared.kit.canonical import content_hash
from shared.kit.instants import Instant
from shared.kit.models import Data, EventData

TOPIC = "models"
# The collection of routes, by their names. `models` alone writes it.
MODEL_ROUTES = "model_routes"

# `local` is a model that answers on the machine of `models` itself.
Provider = Literal["openai", "anthropic", "local"]
# From the least private to the most.
Privacy = Literal["open", "contracted", "own"]
Wire = Literal["chat.completions", "messages", "embeddings"]
CallStatus = Literal["reserved", "answered", "refused", "unknown", "cached"]


class Prices(Data):
    """What a million tokens cost, in micro-dollars, as the provider's `page` said on the day
    `as_of`. What is None was not said, and counts as the dearest."""

    tokens_in_usd_micros: int | None = None
    tokens_out_usd_micros: int | None = None
    tokens_cached_read_usd_micros: int | None = None
    tokens_cached_write_usd_micros: int | None = None
    as_of: date | None = None
    page: str | None = None


class ModelRouteState(EventData):
    """Where the calls of one model go. `name` is what programs call the model, `model` what the
    provider does. `base_url` is None where the stack's own model serves it, with the stack's key.
    Another is called with the tenant's own `credential` of that name, or without a key.
    `fallbacks` are asked in their order where the provider refuses work; none of them is less
    private. Of a hundred calls, `shares` has how many begin at which fallback instead. An answer is
    kept for `cache_seconds` for the same call again; one that is drawn by chance only where the
    route `caches_sampled` ones."""

    name: str
    provider: Provider
    base_url: str | None = None
    credential: str | None = None
    model: str
    prices: Prices = Prices()
    privacy: Privacy = "open"
    fallbacks: tuple[str, ...] = ()
    shares: dict[str, int] = Field(default_factory=dict)
    most_tokens_out: int
    cache_seconds: int | None = None
    caches_sampled: bool = False
    set_by: str
    set_at: Instant


# What of a route a question of a run goes by: it has no fallback, and its answer is not kept.
_OF_QUESTIONS = {
    *("name", "provider", "base_url", "credential", "model"),
    *("prices", "privacy", "most_tokens_out"),
}


def route_part(route: ModelRouteState) -> RoutePart:
    """What a plan says of the route, which a run compares with the route of that day."""
    return RoutePart(
        name=route.name,
        base_url=route.base_url,
        credential=route.credential,
        privacy=route.privacy,
        tokens_in_usd_micros=route.prices.tokens_in_usd_micros,
        tokens_out_usd_micros=route.prices.tokens_out_usd_micros,
        sha256=content_hash(route.model_dump(mode="json", include=_OF_QUESTIONS)),
    )


@event("assent.model_route.changed.v1")
class ModelRouteChanged(ModelRouteState):
    """Calls of that model go there from now on."""


class Tokens(Data):
    """The tokens of a call, each counted once: `tokens_in` without those that a cache gave or
    took."""

    tokens_in: int = 0
    tokens_out: int = 0
    tokens_cached_read: int = 0
    tokens_cached_write: int = 0


class ModelCallState(EventData):
    """One call of a model. Of what was said it has hashes only. `reserved_usd_micros` is the most
    that it could cost, `cost_usd_micros` what it did: by the provider's figures where it was
    `answered`, all that was reserved where what it used is `unknown`, nothing where the provider
    `refused` it. `key_id` is the API key that called, where it was one, and
    `answered_by` the route that did, where that was a fallback of the one that was called. It was
    made with the tenant's `credential` of that name, or with none of the tenant's. A `cached` one
    cost nothing: it has the answer that was kept of the call `cached_from`, and asked nobody.
    `redacted` values had placeholders in what its provider was told; null where it was told all.
    `prompt` is the version of a prompt that it used, as `name@version`."""

    call_id: str
    wire: Wire
    route: str
    provider: Provider
    model: str
    called_by: str
    key_id: str | None = None
    called_at: Instant
    status: CallStatus
    answered_by: str | None = None
    cached_from: str | None = None
    redacted: int | None = None
    prompt: str | None = None
    credential: str | None = None
    settled_at: Instant | None = None
    reserved_usd_micros: int
    cost_usd_micros: int = 0
    tokens: Tokens = Tokens()
    request_sha256: str
    answer_sha256: str | None = None


@event("assent.model_call.settled.v1")
class ModelCallSettled(ModelCallState):
    """What the call cost is charged to the tenant's month and, where a key called, to its day."""

    receipts: tuple[ProgramReceipt, ...] = ()


@event("assent.budget.charged.v1")
class BudgetCharged(BudgetState):
    """What models cost has brought the budget to a threshold of which nobody was told: `runs`, to
    which budgets belong, tells of it and asks a governor."""
