"""What clients say and read, whether they wait or are awaited. Pure."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

import httpx
from pydantic import BaseModel, ValidationError

from .calls import OMITTED, Call
from .errors import Refused, Unreachable, Unreadable
from .generated.refusals import BY_CODE
from .retrying import Retries, retry_after

T = TypeVar("T")
# What became of a call: an answer, or why none came.
Outcome = httpx.Response | httpx.TransportError

PROBLEM = "application/problem+json"
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
# What fails before anything was sent.
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
AGENT = "assent-sdk/0.1.0"


def address(url: str) -> str:
    """The platform's address without a slash at its end. Raises ValueError for one that is none,
    and for plain HTTP to another machine, which anybody between could read the key of."""
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname:
        raise ValueError(f"{url!r} is no address: write one such as https://assent.example")
    if parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        raise ValueError(f"{url!r} would send the key unencrypted: write https://")
    if parts.query or parts.fragment or parts.username:
        raise ValueError(f"{url!r} has more than a host and a path: write only these")
    return url.rstrip("/")


def sent(call: Call[Any], token: str, etag: str = "") -> dict[str, Any]:
    """The arguments of httpx for the call."""
    headers = {"Authorization": f"Bearer {token}", "User-Agent": AGENT, **call.headers}
    if etag:
        headers["If-None-Match"] = etag
    content = None
    if call.body is not OMITTED:
        content = call.body if isinstance(call.body, str) else _json(call.body)
    return {
        "method": call.method,
        "url": call.path,
        "params": dict(call.query),
        "headers": headers,
        "content": content,
    }


def _json(body: Any) -> str:
    """Raises TypeError for what JSON cannot say, ValueError for a number that it has not."""
    return json.dumps(body, default=_text_of, allow_nan=False)


def _text_of(value: Any) -> str:
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise TypeError(f"{value!r} has no time zone: write one, such as tzinfo=UTC")
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    raise TypeError(f"{value!r} is no JSON: write text, numbers, lists and dicts")


def pause(
    call: Call[Any],
    attempt: int,
    outcome: Outcome,
    retries: Retries,
    drawn: float,
) -> float | None:
    """The seconds until the call is sent again, or None."""
    status = outcome.status_code if isinstance(outcome, httpx.Response) else None
    after = retry_after(outcome.headers) if isinstance(outcome, httpx.Response) else None
    return retries.wait(
        attempt,
        status=status,
        may_repeat=call.may_repeat,
        was_sent=not isinstance(outcome, _NEVER_SENT),
        retry_after=after,
        drawn=drawn,
    )


def is_refused_token(outcome: Outcome) -> bool:
    """Whether the platform refused the token, and not the call."""
    return isinstance(outcome, httpx.Response) and outcome.status_code == 401


def read(call: Call[T], outcome: Outcome) -> T:
    """The answer of the call. Raises Refused, Unreadable or Unreachable."""
    if not isinstance(outcome, httpx.Response):
        happened = call.method != "GET" and not isinstance(outcome, _NEVER_SENT)
        said = str(outcome) or type(outcome).__name__
        raise Unreachable(f"{call.method} {call.path}: {said}", may_have_happened=happened)
    if outcome.status_code >= 400:
        raise _refused(call, outcome)
    model: Any = call.answers
    if model is type(None) or outcome.status_code == 204:
        return None  # type: ignore[return-value]
    try:
        if isinstance(model, type) and issubclass(model, BaseModel):
            return model.model_validate_json(outcome.content)  # type: ignore[return-value]
        return outcome.json()  # type: ignore[no-any-return]
    except (ValidationError, ValueError) as error:
        said = f"{call.method} {call.path} was answered with something else: {error}"
        raise Unreadable(said) from error


def _refused(call: Call[Any], answer: httpx.Response) -> Exception:
    problem = _problem_of(answer)
    if problem is None:
        said = f"{call.method} {call.path} was answered with {answer.status_code}"
        return Unreadable(f"{said}, which is not from Assent: {answer.text[:200]!r}")
    return BY_CODE.get(problem["code"], Refused)(problem, retry_after(answer.headers))


def _problem_of(answer: httpx.Response) -> Mapping[str, Any] | None:
    if answer.headers.get("content-type", "").partition(";")[0] != PROBLEM:
        return None
    try:
        found = answer.json()
    except ValueError:
        return None
    return found if isinstance(found, dict) and isinstance(found.get("code"), str) else None
