"""What the API takes and shows of model routes, and of models as OpenAI's wire shows them."""

from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, Field, JsonValue, StrictBool, StringConstraints

from events.model_messages import ModelMessage
from events.models import Prices, Privacy, Provider
from events.prompts import PromptContent, PromptStatus
from events.specs import Name
from functions.models.rules.prompt import Prompt
from functions.models.rules.route import ModelRoute
from shared.kit.contents import Contents
from shared.kit.instants import Instant
from shared.kit.models import Data, Model, Page, part_of

# A model's name as programs write it, such as `gpt-5-mini` or `claude-sonnet-4.5`.
RouteName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$")]
_Price = Annotated[int, Field(ge=0, le=10_000_000_000, strict=True)]
LONGEST_CACHE_SECONDS = 7 * 86_400
_Share = Annotated[int, Field(ge=1, le=100, strict=True)]
_Url = Annotated[str, StringConstraints(min_length=8, max_length=500)]


class PricesBody(Model):
    """What a million tokens cost, in micro-dollars, and where and when the provider says so. A
    price that is missing counts as the dearest on the market; one for tokens of a cache as that
    without one, and for writing to it as twice that."""

    tokens_in_usd_micros: _Price | None = None
    tokens_out_usd_micros: _Price | None = None
    tokens_cached_read_usd_micros: _Price | None = None
    tokens_cached_write_usd_micros: _Price | None = None
    as_of: date
    page: Annotated[str, StringConstraints(pattern=r"^https://[!-~]{1,490}$")]


class RouteBody(Model):
    """Where the calls of a model go. Without `base_url` the stack's own model serves it, with the
    stack's key; another address is called with the tenant's own `credential` of that name, which is
    for its host and used by models, or without a key. `shares` says how many of a hundred calls
    begin at which fallback of the same privacy, and all others begin here. `most_tokens_out` bounds
    each answer, and is asked for where a program does not say how long one may be. With
    `cache_seconds` a whole answer is kept that long, and the same caller's same call gets it again;
    a call that does not say `temperature: 0` is drawn by chance, and kept only with
    `caches_sampled`. With the provider `local` a model on the machine of this function answers,
    where the stack has it: it costs nothing, its privacy is `own`, and it writes 512 tokens at
    most."""

    provider: Provider
    base_url: _Url | None = None
    credential: Name | None = None
    model: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    prices: PricesBody | None = None
    privacy: Privacy = "open"
    fallbacks: Annotated[tuple[RouteName, ...], Field(max_length=4)] = ()
    shares: Annotated[dict[RouteName, _Share], Field(max_length=4)] = Field(default_factory=dict)
    most_tokens_out: Annotated[int, Field(ge=1, le=1_000_000, strict=True)] = 4_096
    cache_seconds: Annotated[int, Field(ge=1, le=LONGEST_CACHE_SECONDS, strict=True)] | None = None
    caches_sampled: StrictBool = False


class ModelRouteView(Data):
    """A route."""

    name: str
    provider: Provider
    base_url: str | None
    credential: str | None
    model: str
    prices: Prices
    privacy: Privacy
    fallbacks: tuple[str, ...]
    shares: dict[str, int]
    most_tokens_out: int
    cache_seconds: int | None
    caches_sampled: bool
    set_by: str
    set_at: Instant

    @classmethod
    def of(cls, route: ModelRoute) -> Self:
        """The route as it is shown."""
        return part_of(cls, route)


class ModelRoutePage(Page[ModelRouteView]):
    """Some routes, those set last first."""


class PromptView(Data):
    """A version of a prompt without its messages."""

    name: str
    version: int
    status: PromptStatus
    checksum: str
    written_by: str
    written_at: Instant
    activated_by: str | None
    activated_at: Instant | None
    deprecated_by: str | None
    deprecated_at: Instant | None

    @classmethod
    def of(cls, prompt: Prompt, **fields: Any) -> Self:
        """The version."""
        return part_of(cls, prompt, **fields)


class PromptDetail(PromptView):
    """A version with its messages and the JSON Schema of each variable; null once it was erased."""

    messages: tuple[ModelMessage, ...] | None
    variables: dict[str, dict[str, JsonValue]] | None

    @classmethod
    def showing(cls, prompt: Prompt, contents: Contents) -> Self:
        """The version with its content."""
        shown = contents.shown(prompt.checksum)
        said = PromptContent.model_validate(shown) if shown else None
        messages, variables = (said.messages, said.variables) if said else (None, None)
        return cls.of(prompt, messages=messages, variables=variables)


class PromptPreview(Data):
    """What a call would say: the messages of a prompt, with values in the place of expressions."""

    messages: tuple[ModelMessage, ...]


class PromptPage(Page[PromptView]):
    """Some versions of prompts, newest first."""


class OpenAiModel(BaseModel):
    """A model on OpenAI's wire. `created` is when its route was set, in seconds."""

    id: str
    object: Literal["model"] = "model"
    created: int
    owned_by: str

    @classmethod
    def of(cls, route: ModelRoute) -> Self:
        """The route as programs see it."""
        at = int(route.set_at.timestamp())
        return cls(id=route.name, created=at, owned_by=route.provider)


class OpenAiModels(BaseModel):
    """The tenant's models, on OpenAI's wire."""

    object: Literal["list"] = "list"
    data: tuple[OpenAiModel, ...]
