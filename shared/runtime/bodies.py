"""Request bodies: the media types that a call takes, and the validated model."""

import asyncio
import re
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fastapi import Request
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.kit.errors import BodyTooSlow, Invalid, MalformedRequest, UnsupportedMediaType
from shared.kit.parsing import decoded, parse_form, parse_json, parse_json_apart, refused
from shared.kit.places import Places
from shared.kit.plain_text import refuse_odd_text
from shared.kit.plain_yaml import parse_yaml
from shared.kit.wording import field_errors, one_of

JSON = "application/json"
YAML = "application/yaml"
FORM = "application/x-www-form-urlencoded"
# The longest body takes less where a phone sends 100 KB a second.
WITHIN_SECONDS = 10.0

_CHARSET = re.compile(r"\bcharset\s*=\s*\"?([^\s\";]*)")


@dataclass(frozen=True)
class Accepts:
    """Annotates a body's type (`Annotated[Spec, Accepts((JSON, YAML))]`) with the media types and
    the bytes that a call takes. Without it a call takes JSON up to the boundary's limit, and only
    plain text in it. A call whose body `is_judged_apart` judges the parts of its JSON itself
    (`refuse_part`), and passes them on to a function which refuses text that is not plain. Where
    it `is_judged_later`, the model gets the refusal in place of a body that cannot be read, for the
    call to raise once it knows who sent it. Where `names_places`, each refusal of a field says its
    line and column."""

    media_types: tuple[str, ...] = (JSON,)
    most_bytes: int | None = None
    is_judged_apart: bool = False
    is_judged_later: bool = False
    names_places: bool = False


class BodyReader:
    """Reads the bodies of one call as `model`, with the validators that `annotation` adds."""

    def __init__(self, model: type[BaseModel], annotation: Any, accepts: Accepts) -> None:
        self.model = model
        self.accepts = accepts
        self._annotation = annotation

    async def __call__(self, request: Request) -> BaseModel:
        """The body. Without a content type it is read as the first of the media types that the
        call takes. Raises UnsupportedMediaType, MalformedRequest, and Invalid naming each field,
        or the first whose text or key is not plain."""
        media_type = _media_type(request, self.accepts.media_types)
        raw = await request.body()
        most = self.accepts.most_bytes
        if most is not None and len(raw) > most:
            raise refused(f"is {len(raw)} bytes; at most {most} are taken")
        value = self._parsed(raw, media_type)
        try:
            return self._read(value)
        except Invalid as refusal:
            if not self.accepts.names_places:
                raise
            raise Invalid(*map(Places.of(decoded(raw)).told, refusal.errors)) from refusal

    def _read(self, value: Any) -> BaseModel:
        if not self.accepts.is_judged_apart:
            refuse_odd_text(value)
        try:
            read: BaseModel = self._adapter.validate_python(value)
        except ValidationError as error:
            raise Invalid(*field_errors(error)) from error
        return read

    def _parsed(self, raw: bytes, media_type: str) -> Any:
        if media_type == YAML:
            return parse_yaml(raw)
        if media_type == FORM:
            return parse_form(raw)
        parse = parse_json_apart if self.accepts.is_judged_apart else parse_json
        try:
            return parse(raw or b"null")
        except (MalformedRequest, Invalid) as refusal:
            if not self.accepts.is_judged_later:
                raise
            return refusal

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self._annotation)


async def body_in_time(request: Request) -> bytes:
    """The whole body. Raises BodyTooSlow where it takes longer than ten seconds to arrive."""
    try:
        async with asyncio.timeout(WITHIN_SECONDS):
            return await request.body()
    except TimeoutError as error:
        detail = f"the body did not arrive within {WITHIN_SECONDS:g} s: send it again"
        raise BodyTooSlow(detail) from error


async def refuse_body(request: Request) -> None:
    """Lets an empty body pass, and `{}` and `null`, which say nothing either. Raises
    UnsupportedMediaType and Invalid for any other, because the call would ignore what it says."""
    raw = await request.body()
    if raw:
        _media_type(request, (JSON,))
        if parse_json(raw) not in ({}, None):
            raise refused("must be empty, because this call takes none")


def _media_type(request: Request, taken: tuple[str, ...]) -> str:
    content_type, _, parameters = request.headers.get("content-type", "").lower().partition(";")
    media_type = content_type.strip() or taken[0]
    if media_type not in taken:
        raise UnsupportedMediaType(f"send {one_of(taken)}, not {media_type[:100]}")
    charset = _CHARSET.search(parameters)
    if charset is not None and charset[1] != "utf-8":
        raise UnsupportedMediaType(f"send UTF-8, not {charset[1][:100]}")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if encoding != "identity":
        raise UnsupportedMediaType(f"send the body as it is, without {encoding[:100]}")
    return media_type
