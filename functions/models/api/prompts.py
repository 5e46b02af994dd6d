"""Prompts: templates of messages to models, in versions that never change."""

from functools import partial
from typing import Annotated

from fastapi import Path, Query
from pydantic import Field

from events.capsules import InputName
from events.model_messages import ModelMessage
from events.prompts import MOST_MESSAGES, PromptContent, prompt_id
from events.specs import Name
from functions.models.aggregates import PROMPTS, RUN
from functions.models.rules.prompt import Prompt, activate, deprecate, draft
from functions.models.service.prompt_lists import list_prompts
from functions.models.service.prompts import Values, previewed
from functions.models.views import PromptDetail, PromptPage, PromptPreview, PromptView
from shared.aggregates.command import Command
from shared.kit.callers import Caller
from shared.kit.models import Model
from shared.kit.written_shapes import Shape
from shared.models.message_body import MessageBody
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

WRITES = ("submit_conversation",)
WRITERS = Router(read=("models:read", "governance:read"), write=("models:write",))
GOVERNORS = Router(read=("models:read", "governance:read"), write=("governance:write",))

Version = Annotated[int, Field(ge=1, le=999_999, strict=True)]
InPath = Annotated[int, Path(ge=1, le=999_999)]
NameAsked = Annotated[str | None, Query(max_length=100)]


class PromptContentBody(Model):
    """What a version of a prompt says: its messages, and what each of its variables may be."""

    messages: Annotated[tuple[MessageBody, ...], Field(min_length=1, max_length=MOST_MESSAGES)]
    # One with `default` may be left out.
    variables: Annotated[dict[InputName, Shape], Field(max_length=50)] = Field(default_factory=dict)

    @property
    def content(self) -> PromptContent:
        """What its hash covers."""
        messages = tuple(
            ModelMessage(role=each.role, content=each.content) for each in self.messages
        )
        return PromptContent(messages=messages, variables=dict(self.variables))


class PromptBody(PromptContentBody):
    """A version of a prompt."""

    name: Name
    version: Version


class PreviewBody(PromptContentBody):
    """What a prompt says, and a value for each of its variables that has no default."""

    values: Values


@WRITERS.post("/v1/prompts", status_code=201)
@does("prompts.create", within=WRITES, deed="writing a prompt")
async def post_prompt(caller: Caller, key: Key, body: PromptBody) -> PromptDetail:
    """Writes a version of a prompt as a draft. A version never changes; the same content again is
    the same version."""

    async def use_case(work: Command) -> PromptDetail:
        known = await work.find(PROMPTS, prompt_id(body.name, body.version))
        said = body.content
        steps = draft(known, body.name, body.version, said, caller.principal, work.at)
        saved = await work.save(*steps)
        prompt: Prompt = (*saved, known)[0]
        return PromptDetail.of(prompt, messages=said.messages, variables=said.variables)

    return await RUN.command(caller, use_case, PromptDetail, key=key)


@WRITERS.post("/v1/prompts/preview")
@does("prompts.preview", within=WRITES, deed="looking at a prompt before it is written")
async def preview_prompt(caller: Caller, body: PreviewBody) -> PromptPreview:
    """Shows what a call would say with messages and values that are not stored. Refuses what
    writing the version would refuse."""
    return PromptPreview(messages=await previewed(body.content, body.values))


@WRITERS.get("/v1/prompts")
async def get_prompts(
    caller: Caller, name: NameAsked = None, limit: Limit = 25, cursor: Cursor = None
) -> PromptPage:
    """Lists versions of prompts without their messages, newest first, all of them or those of one
    prompt."""
    page = await list_prompts(caller, name or None, limit=limit, cursor=cursor)
    return page.shown(PromptPage, PromptView.of)


@WRITERS.get("/v1/prompts/{name}/versions/{number}")
@does("prompts.read")
async def get_prompt(caller: Caller, name: str, number: InPath) -> PromptDetail:
    """Shows a version of a prompt with its messages and variables."""
    prompt, contents, _ = await RUN.read_whole(
        caller, PROMPTS, prompt_id(name, number), lambda each: [each.checksum]
    )
    return PromptDetail.showing(prompt, contents)


@GOVERNORS.post("/v1/prompts/{name}/versions/{number}/activate")
@does("prompts.activate", within=("govern",), deed="activating a prompt")
async def activate_prompt(caller: Caller, key: Key, name: str, number: InPath) -> PromptView:
    """Lets capsules and calls use a version from now on."""
    rule = partial(activate, by=caller.principal, at=caller.received_at)
    id = prompt_id(name, number)
    return await RUN.change(caller, PROMPTS, id, rule, PromptView, key=key)


@GOVERNORS.post("/v1/prompts/{name}/versions/{number}/deprecate")
@does("prompts.deprecate", within=("govern",), deed="deprecating a prompt")
@beyond_quota
async def deprecate_prompt(caller: Caller, key: Key, name: str, number: InPath) -> PromptView:
    """Ends a version: no call uses it, and no capsule that names it compiles. Plans that were
    compiled with it hold its text, and run."""
    rule = partial(deprecate, by=caller.principal, at=caller.received_at)
    id = prompt_id(name, number)
    return await RUN.change(caller, PROMPTS, id, rule, PromptView, key=key)
