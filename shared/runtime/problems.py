"""The one table from errors to RFC 9457 problem details."""

import json
from collections.abc import Iterable
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from shared.kit.errors import (
    AssentError,
    FieldError,
    Invalid,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"
_BY_STATUS: dict[int, type[AssentError]] = {
    401: Unauthenticated,
    404: NotFound,
    405: MethodNotAllowed,
    413: PayloadTooLarge,
    503: Unavailable,
}
_LOCATIONS = ("body", "path", "query", "header")


def as_assent_error(error: BaseException) -> AssentError:
    """The error with a stable code that `error` is. What nobody foresaw becomes `internal`, and
    says nothing of itself."""
    if isinstance(error, AssentError):
        return error
    if isinstance(error, RequestValidationError):
        return Invalid(*_field_errors(error.errors()))
    if isinstance(error, ValidationError):
        return Invalid(*_field_errors(error.errors()))
    if isinstance(error, HTTPException):
        return _BY_STATUS.get(error.status_code, AssentError)()
    return AssentError()


def problem_response(error: BaseException, correlation_id: str) -> Response:
    """The answer to a request that ended in `error`."""
    refusal = as_assent_error(error)
    problem: dict[str, Any] = {
        "type": f"https://assent.dev/problems/{refusal.code}",
        "title": refusal.title,
        "status": refusal.http_status,
        "detail": refusal.detail,
        "code": refusal.code,
        "correlation_id": correlation_id,
        "errors": [{"field": each.field, "message": each.message} for each in refusal.errors],
    }
    headers = {}
    if isinstance(refusal, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(refusal, TooManyRequests):
        headers["Retry-After"] = str(refusal.retry_after)
    if isinstance(error, HTTPException) and error.headers:
        headers.update({k: v for k, v in error.headers.items() if k.lower() == "allow"})
    # Python's JSON writes a lone surrogate as an escape; UTF-8 would refuse it.
    body = json.dumps(problem).encode()
    return Response(body, refusal.http_status, headers, media_type=MEDIA_TYPE)


def field_errors(error: ValidationError) -> list[FieldError]:
    """Each thing a model refused, by its dotted path."""
    return _field_errors(error.errors())


def _field_errors(problems: Iterable[Any]) -> list[FieldError]:
    return [
        FieldError(_dotted(problem["loc"]), problem["msg"].removeprefix("Value error, "))
        for problem in problems
    ]


def _dotted(location: tuple[int | str, ...]) -> str:
    parts = location[1:] if location and location[0] in _LOCATIONS else location
    return ".".join(str(part) for part in parts) or "body"
