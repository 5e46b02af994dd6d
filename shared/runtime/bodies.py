"""Request bodies that are checked when their turn comes: after credentials, scope and existence."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from shared.kit.errors import FieldError, Invalid, UnsupportedMediaType
from shared.runtime.problems import WHOLE_BODY, field_errors

MODEL_ATTRIBUTE = "assent_body_model"
MEDIA_TYPES_ATTRIBUTE = "assent_body_media_types"
JSON = "application/json"
NOT_JSON = "Invalid JSON: "

T = TypeVar("T", bound=BaseModel)


@dataclass(frozen=True)
class UncheckedBody(Generic[T]):
    """What was sent, not yet judged."""

    raw: bytes
    media_type: str
    model: type[T]

    def check(self) -> T:
        """The body as its model. Raises Invalid naming each field, UnsupportedMediaType."""
        if self.media_type not in ("", JSON):
            raise UnsupportedMediaType(f"send {JSON}, not {self.media_type}")
        try:
            return self.model.model_validate_json(self.raw or b"null")
        except ValidationError as error:
            raise Invalid(*_named(error)) from error


def body_of(
    model: type[T], *, media_types: tuple[str, ...] = (JSON,)
) -> Callable[[Request], Awaitable[UncheckedBody[T]]]:
    """A dependency that gives the request's body, unchecked. The API description shows `model`
    under each of `media_types`."""

    async def unchecked(request: Request) -> UncheckedBody[T]:
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        return UncheckedBody(await request.body(), media_type, model)

    setattr(unchecked, MODEL_ATTRIBUTE, model)
    setattr(unchecked, MEDIA_TYPES_ATTRIBUTE, media_types)
    return unchecked


def _named(error: ValidationError) -> list[FieldError]:
    found = field_errors(error)
    field, message = found[0].field, found[0].message
    if field == WHOLE_BODY and message.startswith(NOT_JSON):
        return [FieldError(field, f"is not JSON: {message.removeprefix(NOT_JSON)}")]
    return found
