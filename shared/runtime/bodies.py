"""Request bodies: the media types that a call takes, and the validated model."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from fastapi import Request
from pydantic import BaseModel, TypeAdapter, ValidationError

from shared.kit.errors import Invalid, UnsupportedMediaType
from shared.kit.parsing import parse_json, parse_yaml, refused
from shared.kit.plain_text import refuse_odd_text
from shared.runtime.problems import field_errors

JSON = "application/json"
YAML = "application/yaml"


@dataclass(frozen=True)
class Accepts:
    """Annotates a body's type (`Annotated[Spec, Accepts((JSON, YAML))]`) with the media types and
    the bytes that a call takes. Without it a call takes JSON up to the boundary's limit, and only
    plain text in it. `any_text` is for a call that passes the parts of its body on to a function
    which refuses text that is not plain."""

    media_types: tuple[str, ...] = (JSON,)
    most_bytes: int | None = None
    any_text: bool = False


class BodyReader:
    """Reads the bodies of one call as `model`, with the validators that `annotation` adds."""

    def __init__(self, model: type[BaseModel], annotation: Any, accepts: Accepts) -> None:
        self.model = model
        self.accepts = accepts
        self._annotation = annotation

    async def __call__(self, request: Request) -> BaseModel:
        """The body. Without a content type it is read as the first of the media types that the
        call takes. Raises UnsupportedMediaType, and Invalid naming each field, or the first whose
        text or key is not plain."""
        content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        media_type = content_type or self.accepts.media_types[0]
        if media_type not in self.accepts.media_types:
            wanted = " or ".join(self.accepts.media_types)
            raise UnsupportedMediaType(f"send {wanted}, not {media_type}")
        raw = await request.body()
        most = self.accepts.most_bytes
        if most is not None and len(raw) > most:
            raise refused(f"is {len(raw)} bytes; at most {most} are taken")
        value = parse_yaml(raw) if media_type == YAML else parse_json(raw or b"null")
        if not self.accepts.any_text:
            refuse_odd_text(value)
        try:
            read: BaseModel = self._adapter.validate_python(value)
        except ValidationError as error:
            raise Invalid(*field_errors(error)) from error
        return read

    @cached_property
    def _adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self._annotation)
