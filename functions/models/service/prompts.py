"""Fills in prompts: before the messages of a program's call, and to be looked at."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Annotated, Any, TypeVar

from pydantic import AfterValidator, Field, JsonValue

from events.model_messages import ModelMessage
from events.prompts import PromptContent, prompt_id
from events.specs import Name
from functions.models.aggregates import PROMPTS, RUN
from functions.models.rules.model_request import ModelRequest
from functions.models.rules.prompt import preview, rendered
from shared.kit.bounded import TookTooLong, bounded
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid, NotFound
from shared.kit.json_limits import JsonLimit
from shared.kit.models import Model

T = TypeVar("T")

FIELD = "prompt"
# What stands in a prompt, as canonical JSON.
MOST_BYTES = 256 * 1024
# How long a processor may compute the expressions of a prompt.
RENDERED_WITHIN_SECONDS = 2.0


Values = Annotated[
    dict[str, JsonValue],
    AfterValidator(JsonLimit(most_bytes=MOST_BYTES)),
    Field(default_factory=dict),
]


class NamedPrompt(Model):
    """Which version of which prompt a call uses, and what stands in it."""

    name: Name
    version: Annotated[int, Field(ge=1, le=999_999, strict=True)]
    variables: Values


async def prompted(caller: Caller, asked: ModelRequest) -> ModelRequest:
    """The request with the messages of its `prompt` before its own; unchanged where it names none.
    Its size counts these messages. Raises Invalid for a prompt that is not active or does not take
    the variables, Unavailable."""
    if asked.body.get(FIELD) is None:
        return asked
    named = NamedPrompt.model_validate(asked.body[FIELD])
    content = await _content(caller, named)
    messages = await _within_time(lambda: rendered(content, named.variables))
    body: dict[str, Any] = {name: each for name, each in asked.body.items() if name != FIELD}
    said = [each.model_dump(mode="json") for each in messages]
    body["messages"] = [*said, *asked.body["messages"]]
    raw = json.dumps(body, ensure_ascii=False).encode("utf-8", "surrogatepass")
    return replace(asked, body=body, raw=raw, prompt=prompt_id(named.name, named.version))


async def previewed(content: PromptContent, values: Mapping[str, Any]) -> tuple[ModelMessage, ...]:
    """What calls would say with this content and these values, which are stored nowhere. Raises
    Invalid as `preview` does, and for expressions that take too long."""
    return await _within_time(lambda: preview(content, values))


async def _within_time(work: Callable[[], T]) -> T:
    try:
        return await bounded(work, seconds=RENDERED_WITHIN_SECONDS)
    except TookTooLong as error:
        raise Invalid(FieldError(FIELD, f"its expressions: {error}")) from error


async def _content(caller: Caller, named: NamedPrompt) -> PromptContent:
    id = prompt_id(named.name, named.version)
    try:
        prompt, contents, _ = await RUN.read_whole(
            caller, PROMPTS, id, lambda each: [each.checksum]
        )
    except NotFound as error:
        told = f"there is no {id}: write it by POST /v1/prompts"
        raise Invalid(FieldError(FIELD, told)) from error
    if prompt.status == "draft":
        told = f"{id} is a draft: a governor activates it"
        raise Invalid(FieldError(FIELD, told))
    if prompt.status == "deprecated":
        raise Invalid(FieldError(FIELD, f"{id} is deprecated: name a version that is active"))
    said = contents.shown(prompt.checksum)
    if said is None:
        raise Invalid(FieldError(FIELD, f"{id} was erased: write it anew, as the next version"))
    return PromptContent.model_validate(said)
