"""Calls of models on the wires of OpenAI and Anthropic: their conventions hold, and fields that
Assent does not know are passed on."""

from typing import Annotated, Any, Self

from fastapi import Request
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    model_validator,
)
from starlette.responses import Response

from events.models import Wire
from functions.models.aggregates import ROUTES, RUN
from functions.models.rules.model_request import ModelRequest
from functions.models.rules.refusals import ModelUnknown
from functions.models.service.call import call
from functions.models.service.prompts import NamedPrompt
from functions.models.views import OpenAiModel, OpenAiModels
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.kit.parsing import refuse_part
from shared.runtime.acts import does
from shared.runtime.bodies import Accepts
from shared.runtime.routes import Router

# Every member may, and a key, which has no role; a tenant's policies may forbid it.
_SCOPES: dict[str, Any] = {"read": ("models:read",), "write": ("models:write",)}
ROUTER = Router(**_SCOPES, within=("own_affairs",))
MESSAGES = Router(**_SCOPES, within=("own_affairs",), key_header="x-api-key")

_PASSED_ON = ("anthropic-version", "anthropic-beta")
MOST_MODELS = 100
_Name = Annotated[str, StringConstraints(min_length=1, max_length=200)]


def _judged(value: Any) -> Any:
    refuse_part(value)
    return value


# What is said to a model may have any characters.
TAKEN = (Accepts(is_judged_apart=True), BeforeValidator(_judged))


class _Body(BaseModel):
    """What all these calls have; the provider judges the rest."""

    model_config = ConfigDict(extra="allow", frozen=True)

    model: _Name


class ChatBody(_Body):
    """A call on OpenAI's wire of chat completions. The messages of a `prompt` of the tenant stand
    before its own."""

    messages: list[Any]
    stream: StrictBool | None = None
    prompt: NamedPrompt | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.messages and self.prompt is None:
            raise ValueError("messages: give one at least, or a `prompt`")
        return self


class MessagesBody(_Body):
    """A call on Anthropic's wire of messages."""

    messages: Annotated[list[Any], Field(min_length=1)]
    stream: StrictBool | None = None


class EmbeddingsBody(_Body):
    """A call on OpenAI's wire of embeddings."""

    input: Any


@ROUTER.post("/v1/chat/completions", response_model=dict[str, Any])
@does("models.complete", within=("own_affairs",))
async def post_chat_completions(
    request: Request, caller: Caller, body: Annotated[ChatBody, *TAKEN]
) -> Response:
    """Asks a model on OpenAI's wire, within the tenant's budget; with `stream` the answer comes as
    server-sent events."""
    return await _called(request, caller, "chat.completions", body)


@ROUTER.post("/v1/embeddings", response_model=dict[str, Any])
@does("models.embed", within=("own_affairs",))
async def post_embeddings(
    request: Request, caller: Caller, body: Annotated[EmbeddingsBody, *TAKEN]
) -> Response:
    """Makes vectors of texts on OpenAI's wire, within the tenant's budget."""
    return await _called(request, caller, "embeddings", body)


@MESSAGES.post("/v1/messages", response_model=dict[str, Any])
@does("models.message", within=("own_affairs",))
async def post_messages(
    request: Request, caller: Caller, body: Annotated[MessagesBody, *TAKEN]
) -> Response:
    """Asks a model on Anthropic's wire, within the tenant's budget; the API key may come as
    `x-api-key`."""
    return await _called(request, caller, "messages", body)


@ROUTER.get("/v1/models")
@does("models.list", within=("own_affairs",))
async def get_models(caller: Caller) -> OpenAiModels:
    """Lists the models that the tenant has routes for, on OpenAI's wire."""
    page = await RUN.page(caller, ROUTES, order_by=("set_at",), limit=MOST_MODELS, cursor=None)
    return OpenAiModels(data=tuple(map(OpenAiModel.of, page.items)))


@ROUTER.get("/v1/models/{model}")
@does("models.read", within=("own_affairs",))
async def get_model(caller: Caller, model: str) -> OpenAiModel:
    """Shows a model that the tenant has a route for, on OpenAI's wire."""
    try:
        return OpenAiModel.of(await RUN.read(caller, ROUTES, model))
    except NotFound as error:
        raise ModelUnknown(f"there is no model {model[:60]!r}") from error


async def _called(request: Request, caller: Caller, wire: Wire, body: _Body) -> Response:
    said = body.model_dump(exclude_unset=True)
    headers = {name: request.headers[name] for name in _PASSED_ON if name in request.headers}
    if wire == "messages":
        headers.setdefault("anthropic-version", "2023-06-01")
    # The bytes as they were sent bound what may be used; what JSON escapes is longer than that.
    raw = await request.body()
    return await call(caller, ModelRequest(wire, said, raw), headers)
