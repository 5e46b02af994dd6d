"""A refusal as each kind of client reads it: problem+json, SCIM's, OAuth's, JSON-RPC's, and those
of models."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from shared.kit.errors import (
    AssentError,
    FieldError,
    MalformedRequest,
    TooManyRequests,
    Unavailable,
)

SCIM_ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
_OPENAI_TYPES = {
    401: "authentication_error",
    402: "insufficient_quota",
    403: "permission_error",
    429: "rate_limit_error",
}
_ANTHROPIC_TYPES = {
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    413: "request_too_large",
    429: "rate_limit_error",
}
# Those of the specification; all that is about the server, and not the message, is the last one.
_JSONRPC_CODES = {MalformedRequest.code: -32700, AssentError.code: -32603}


def problem_document(error: AssentError, correlation_id: str) -> dict[str, Any]:
    """The RFC 9457 problem for `error`; `code` is stable, `type` is its URN."""
    return {
        "type": f"urn:assent:problem:{error.code}",
        "title": error.title,
        "status": error.http_status,
        "detail": error.detail,
        "code": error.code,
        "correlation_id": correlation_id,
        "errors": [{"field": each.field, "message": each.message} for each in error.errors],
        **error.members(),
    }


def refusal_in(problem: Mapping[str, Any]) -> AssentError:
    """The refusal that the problem of another function shows, in the same words. What is about our
    own call, and not about what was asked, is Unavailable: too many calls, bad credentials."""
    kind = _by_code().get(str(problem.get("code")), AssentError)
    detail = str(problem.get("detail") or "")
    if kind.http_status in (401, 500) or issubclass(kind, TooManyRequests):
        return Unavailable(detail)
    fields = (each for each in problem.get("errors") or () if isinstance(each, Mapping))
    errors = [FieldError(str(each.get("field")), str(each.get("message"))) for each in fields]
    refusal = kind.__new__(kind)
    # Some of them make their detail of their errors; here both are given.
    AssentError.__init__(refusal, detail, *errors)
    return refusal


@cache
def _by_code() -> Mapping[str, type[AssentError]]:
    # Others use the same codes for what nobody outside is told.
    here = AssentError.__module__
    return {each.code: each for each in _below(AssentError) if each.__module__ == here}


def _below(kind: type[AssentError]) -> Iterator[type[AssentError]]:
    for each in kind.__subclasses__():
        yield each
        yield from _below(each)


def scim_document(error: AssentError) -> dict[str, Any]:
    """The refusal as SCIM's clients read it (RFC 7644, 3.12), which know no status 422."""
    status = 400 if error.http_status == 422 else error.http_status
    document = {"schemas": [SCIM_ERROR], "status": str(status), "detail": error.detail}
    return document if error.scim_type is None else {**document, "scimType": error.scim_type}


def oauth_document(error: AssentError) -> dict[str, Any]:
    """The refusal as clients of OAuth read it (RFC 6749, 5.2): one of a request that they wrote
    wrong."""
    return {"error": "invalid_request", "error_description": _in_one_line(error)}


def openai_document(error: AssentError) -> dict[str, Any]:
    """The refusal as clients of OpenAI's wire read it."""
    first = error.errors[0].field if error.errors else None
    kind = _OPENAI_TYPES.get(error.http_status, "invalid_request_error")
    kind = "server_error" if error.http_status >= 500 else kind
    said = {"message": _in_one_line(error), "type": kind, "param": first, "code": error.code}
    return {"error": said}


def anthropic_document(error: AssentError) -> dict[str, Any]:
    """The refusal as clients of Anthropic's wire read it; `code` is ours."""
    kind = _ANTHROPIC_TYPES.get(error.http_status, "invalid_request_error")
    kind = "api_error" if error.http_status >= 500 else kind
    said = {"type": kind, "message": _in_one_line(error), "code": error.code}
    return {"type": "error", "error": said}


def jsonrpc_document(error: AssentError) -> dict[str, Any]:
    """The refusal as clients of JSON-RPC 2.0 read it, of a message that was not read as one: so it
    names no id. `data` has our code."""
    number = _JSONRPC_CODES.get(error.code, -32600 if error.http_status == 422 else -32000)
    said = {"code": number, "message": _in_one_line(error), "data": {"code": error.code}}
    return {"jsonrpc": "2.0", "id": None, "error": said}


def _in_one_line(error: AssentError) -> str:
    fields = "; ".join(f"{each.field} {each.message}" for each in error.errors)
    return fields or error.detail
