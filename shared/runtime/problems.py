"""The one table from errors to RFC 9457 problem details."""

import json
from collections.abc import Callable, Iterable
from typing import Any, Literal

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Match

from shared.kit.errors import (
    AssentError,
    BodyTooSlow,
    Invalid,
    MalformedRequest,
    MethodNotAllowed,
    NotFound,
    PayloadTooLarge,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    UnsupportedMediaType,
)
from shared.kit.refusal_documents import (
    anthropic_document,
    jsonrpc_document,
    oauth_document,
    openai_document,
    problem_document,
    scim_document,
)
from shared.kit.wording import worded_errors
from shared.runtime import logs
from shared.runtime.tracing import current_trace_id

MEDIA_TYPE = "application/problem+json"
# Whoever calls below this path reads refusals in SCIM's shape.
SCIM_PATH, SCIM_MEDIA_TYPE = "/scim/v2/", "application/scim+json"
# Whoever calls these reads refusals in OAuth's (RFC 6749, RFC 8628).
OAUTH_PATHS = ("/v1/auth/token", "/v1/auth/device")
# Whoever calls models reads refusals as those of the provider whose wire they speak.
OPENAI_PATHS = ("/v1/chat/completions", "/v1/embeddings", "/v1/models")
ANTHROPIC_PATHS = ("/v1/messages",)
# Whoever calls this reads refusals as JSON-RPC has them.
MCP_PATH = "/mcp"
Wire = Literal["openai", "anthropic", "jsonrpc"]
_DOCUMENTS: dict[Wire, Callable[[AssentError], dict[str, Any]]] = {
    "openai": openai_document,
    "anthropic": anthropic_document,
    "jsonrpc": jsonrpc_document,
}
_BY_STATUS: dict[int, type[AssentError]] = {
    401: Unauthenticated,
    404: NotFound,
    405: MethodNotAllowed,
    413: PayloadTooLarge,
    415: UnsupportedMediaType,
    503: Unavailable,
}
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_LOCATIONS = ("body", "path", "query", "header", "cookie")


def as_assent_error(error: BaseException) -> AssentError:
    """The error with a stable code for `error`. An unexpected error becomes `internal`, without
    details; so does a model's ValidationError, because bodies are validated where they are read
    (`BodyReader`), and stored data is our own."""
    if isinstance(error, AssentError):
        return error
    if isinstance(error, HTTPException):
        unknown = MalformedRequest if error.status_code < 500 else AssentError
        return _BY_STATUS.get(error.status_code, unknown)()
    if isinstance(error, ClientDisconnect):
        return MalformedRequest("the connection ended before the body did")
    return AssentError()


async def answer_problem(request: Request, error: Exception) -> Response:
    """The answer of an exception handler; the request's log line contains its code."""
    refusal = as_assent_error(error)
    if isinstance(refusal, MethodNotAllowed):
        refusal = MethodNotAllowed(_allowed(request))
    logs.note(code=refusal.code)
    return problem_response(refusal, current_trace_id(), request.url.path)


def problem_response(error: BaseException, correlation_id: str, path: str = "") -> Response:
    """The answer to a request for `path` that ended in `error`."""
    refusal = as_assent_error(error)
    if path in OAUTH_PATHS and refusal.http_status in (400, 415, 422):
        body = json.dumps(oauth_document(refusal)).encode()
        return Response(body, 400, media_type="application/json")
    status, document, media_type = _document(refusal, correlation_id, path)
    headers = dict(refusal.headers)
    if isinstance(refusal, Unauthenticated):
        headers.setdefault("WWW-Authenticate", "Bearer")
    if isinstance(refusal, TooManyRequests):
        headers["Retry-After"] = str(refusal.retry_after)
    if isinstance(refusal, BodyTooSlow):
        # The rest of the body would be read as the next request.
        headers["Connection"] = "close"
    if isinstance(refusal, MethodNotAllowed) and refusal.allowed:
        headers["Allow"] = ", ".join(refusal.allowed)
    # Python's JSON writes a lone surrogate as an escape; UTF-8 would refuse it.
    body = json.dumps(document).encode()
    return Response(body, status, headers, media_type=media_type)


def _document(
    refusal: AssentError, correlation_id: str, path: str
) -> tuple[int, dict[str, Any], str]:
    """The status, what the answer says, and its media type."""
    if path.startswith(SCIM_PATH):
        document = scim_document(refusal)
        return int(document["status"]), document, SCIM_MEDIA_TYPE
    wire = wire_of(path)
    if wire is None:
        return refusal.http_status, problem_document(refusal, correlation_id), MEDIA_TYPE
    # What is wrong in a body is 400 for these clients.
    status = 400 if refusal.http_status == 422 else refusal.http_status
    return status, _DOCUMENTS[wire](refusal), "application/json"


def wire_of(path: str) -> Wire | None:
    """Which wire programs speak that call the path; None for a path of ours."""
    if path == MCP_PATH:
        return "jsonrpc"
    if path in OPENAI_PATHS or path.startswith(f"{OPENAI_PATHS[-1]}/"):
        return "openai"
    return "anthropic" if path in ANTHROPIC_PATHS else None


def _allowed(request: Request) -> tuple[str, ...]:
    """The methods of the request's path. A framework names those of one route only."""
    routes, scope = request.app.routes, request.scope
    takes = [
        method
        for method in _METHODS
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in routes)
    ]
    return (*takes[:1], "HEAD", *takes[1:]) if takes[:1] == ["GET"] else tuple(takes)


def invalid_request(problems: Iterable[Any]) -> Invalid:
    """What FastAPI refused of a request, by paths without the part of the request they begin
    with."""
    return Invalid(*worded_errors(_located(problem) for problem in problems))


def _located(problem: Any) -> Any:
    first, *rest = problem["loc"]
    return {**problem, "loc": rest if first in _LOCATIONS else problem["loc"]}
