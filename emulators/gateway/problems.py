"""The platform's own refusals, as problem+json (RFC 9457)."""

import json
from uuid import uuid4

from pydantic import ValidationError

from emulators.gateway.messages import Answer, Headers
from shared.kit.errors import AssentError, Invalid, MethodNotAllowed
from shared.kit.refusal_documents import problem_document
from shared.kit.wording import field_errors


class NotIdle(AssentError):
    code = "not_idle"
    title = "Something is still in flight"
    http_status = 504
    retriable = True


class NoSample(AssentError):
    code = "no_sample"
    title = "The sample tenant is not there"
    http_status = 409
    retriable = True


class Misdirected(AssentError):
    code = "misdirected_request"
    title = "The request names a host that this is not"
    http_status = 421


class CrossSite(AssentError):
    code = "cross_site"
    title = "Web pages of other sites may not call this"
    http_status = 403


class BadGateway(AssentError):
    code = "unavailable"
    title = "The function did not answer"
    http_status = 503
    retriable = True


class GatewayTimeout(AssentError):
    code = "timeout"
    title = "The function took longer than its manifest allows"
    http_status = 504
    retriable = True


def problem(error: AssentError) -> Answer:
    """The answer for an error."""
    content = problem_document(error, uuid4().hex)
    headers: Headers = (
        ("Content-Type", "application/problem+json"),
        ("Cache-Control", "private, no-store"),
    )
    if isinstance(error, MethodNotAllowed):
        headers = (*headers, ("Allow", ", ".join(error.allowed)))
    return Answer(error.http_status, headers, json.dumps(content).encode())


def invalid(error: ValidationError) -> Invalid:
    """Pydantic's errors, naming each field."""
    return Invalid(*field_errors(error))


def json_answer(content: object, status: int = 200) -> Answer:
    """A JSON answer that must not be cached."""
    headers = (("Content-Type", "application/json"), ("Cache-Control", "private, no-store"))
    return Answer(status, headers, json.dumps(content).encode())
