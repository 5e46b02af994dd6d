"""A version of a prompt from its draft to its end, and what it says with values."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from events.model_messages import ModelMessage
from events.prompts import (
    OWN_NAMES,
    PromptActivated,
    PromptContent,
    PromptDeprecated,
    PromptDrafted,
    PromptState,
    prompt_id,
)
from shared.kit.canonical import as_text
from shared.kit.contents import Content
from shared.kit.errors import FieldError, Invalid, VersionConflict
from shared.kit.expressions import ExpressionFailed, ExpressionInvalid, Path, in_words
from shared.kit.schemas import unjudgeable
from shared.kit.shapes import wrong
from shared.kit.templates import expressions_in, filled
from shared.kit.transitions import Transition

VARIABLES, VALUES = "variables", "values"
# What a preview shows at most, in characters: a value that is named again and again makes much of
# little.
MOST_PREVIEWED = 256 * 1024


class Prompt(PromptState):
    """A version as it is stored: all of it is published."""

    @property
    def id(self) -> str:
        """Its name and version, as capsules and calls write them."""
        return prompt_id(self.name, self.version)


Steps = tuple[Transition[Prompt], ...]


def content_of(said: PromptContent) -> Content:
    """The content whose hash is the version's checksum."""
    return Content.of(said.model_dump(mode="json"))


def draft(
    known: Prompt | None, name: str, version: int, said: PromptContent, by: str, at: datetime
) -> Steps:
    """A new version as a draft; nothing where it is there with the same content. Raises
    VersionConflict for another content, as a version never changes; Invalid for an expression that
    is none or reads what the prompt does not declare, and for a variable that nothing fits."""
    if problems := [*_problems(said)]:
        raise Invalid(*problems)
    content = content_of(said)
    if known is not None:
        if known.checksum == content.hash:
            return ()
        raise VersionConflict(
            f"{known.id} says something else, and a version never changes: write the next version"
        )
    prompt = Prompt(
        name=name,
        version=version,
        status="draft",
        checksum=content.hash,
        written_by=by,
        written_at=at,
    )
    return (Transition(prompt, PromptDrafted, contents=(content,)),)


def activate(prompt: Prompt, by: str, at: datetime) -> Steps:
    """The version, which calls and capsules use from now on; nothing where they do already. Raises
    VersionConflict for one that is deprecated."""
    if prompt.status == "active":
        return ()
    if prompt.status == "deprecated":
        raise VersionConflict("it is deprecated: write and activate the next version")
    return (
        Transition(prompt.but(status="active", activated_by=by, activated_at=at), PromptActivated),
    )


def deprecate(prompt: Prompt, by: str, at: datetime) -> Steps:
    """The version, used no more; nothing where it is deprecated already."""
    if prompt.status == "deprecated":
        return ()
    ended = prompt.but(status="deprecated", deprecated_by=by, deprecated_at=at)
    return (Transition(ended, PromptDeprecated),)


def rendered(said: PromptContent, given: Mapping[str, Any]) -> list[ModelMessage]:
    """The messages of the prompt with these variables, and its defaults for the others. What a
    variable holds is never read as an expression. Raises Invalid for variables that it does not
    take, and where an expression has no value."""
    return [*_filled(said, given, f"prompt.{VARIABLES}", "prompt")]


def preview(said: PromptContent, values: Mapping[str, Any]) -> tuple[ModelMessage, ...]:
    """What calls would say with this content and these values of its variables. Raises Invalid for
    a content that `draft` refuses, for values that it does not take, and for messages of more than
    256 KiB characters together."""
    if problems := [*_problems(said)]:
        raise Invalid(*problems)
    shown, length = [], 0
    for each in _filled(said, values, VALUES, VALUES):
        length += len(each.content)
        if length > MOST_PREVIEWED:
            told = f"make the messages longer than {MOST_PREVIEWED} characters: write shorter ones"
            raise Invalid(FieldError(VALUES, told))
        shown.append(each)
    return tuple(shown)


def _filled(
    said: PromptContent, given: Mapping[str, Any], at: str, beside: str
) -> Iterator[ModelMessage]:
    variables = said.with_defaults(given)
    if (told := wrong(said.schema_of, variables, VARIABLES)) is not None:
        raise Invalid(FieldError(at, told))
    data = {VARIABLES: variables}
    try:
        for each in said.messages:
            yield ModelMessage(role=each.role, content=as_text(filled(each.content, data)))
    except (ExpressionFailed, ExpressionInvalid) as error:
        raise Invalid(FieldError(beside, f"{error}, with these variables")) from error


def _problems(said: PromptContent) -> Iterator[FieldError]:
    for name, schema in said.variables.items():
        at = f"{VARIABLES}.{name}"
        if name in OWN_NAMES:
            named = ", ".join(OWN_NAMES)
            yield FieldError(at, f"is no name of a variable: {named} are what a call says itself")
        shape = {key: each for key, each in schema.items() if key != "default"}
        told = unjudgeable(shape)
        if told is None and "default" in schema:
            told = wrong(shape, schema["default"], "default")
        if told is not None:
            yield FieldError(at, told)
    for number, each in enumerate(said.messages):
        yield from _of_message(f"messages.{number}.content", each, said)


def _of_message(at: str, message: ModelMessage, said: PromptContent) -> Iterator[FieldError]:
    try:
        for _, expression in expressions_in(message.content):
            for place in expression.reads:
                if (told := _why_not_read(place, said)) is not None:
                    yield FieldError(at, told)
    except ExpressionInvalid as error:
        yield FieldError(at, str(error))


def _why_not_read(place: Path, said: PromptContent) -> str | None:
    if place[0] != VARIABLES:
        return f"reads {in_words(place)[:100]}: a prompt reads `{VARIABLES}.<name>` only"
    if len(place) > 1 and place[1] not in said.variables:
        known = ", ".join(said.variables) or "none"
        return f"reads {in_words(place)[:100]}, which is not declared: the variables are {known}"
    return None
