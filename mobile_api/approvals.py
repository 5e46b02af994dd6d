"""A client of the approvals function: HTTP, with the user's own token."""

import asyncio
import random
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from opentelemetry.propagate import inject
from pydantic import BaseModel, ValidationError

from mobile_api.settings import MobileSettings
from shared.kit.callers import Caller
from shared.kit.errors import (
    AssentError,
    FieldError,
    TierLimitReached,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
)
from shared.kit.parsing import whole_number_in
from shared.kit.per_loop import PerLoop

if TYPE_CHECKING:
    from httpx import AsyncClient, Response

WITHIN_SECONDS = 20.0
PER_ATTEMPT_SECONDS = 8.0
CONNECT_SECONDS = 3.0
ATTEMPTS = 4
FIRST_PAUSE_SECONDS = 0.1
# Servers drop an idle connection after two seconds; we drop ours earlier.
KEPT_ALIVE_SECONDS = 1.5

A = TypeVar("A", bound=BaseModel)

_TRY_AGAIN = (502, 503, 504)


class Refused(AssentError):
    """A refusal of another function, with its text."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        errors = [FieldError(each["field"], each["message"]) for each in problem["errors"]]
        super().__init__(problem["detail"], *errors)
        words = {"code": problem["code"], "title": problem["title"], "http_status": status}
        self.__dict__.update(words)


async def post(
    path: str,
    body: bytes,
    answer: type[A],
    *,
    caller: Caller,
    headers: Mapping[str, str] | None = None,
    within: float | None = None,
) -> A:
    """The answer to a call that may be repeated, because its owner recognises it by an id. Retries
    for at most `within` seconds (by default twenty) where nobody answered or the answer asks for a
    retry.

    Raises the owner's own refusal unchanged, or Unavailable: then the call may or may not have been
    carried out, and the same call again finds out."""
    sent = {
        "Authorization": f"Bearer {caller.token}",
        "Content-Type": "application/json",
        **(headers or {}),
    }
    inject(sent)
    url = f"{MobileSettings.from_environment().url_approvals.rstrip('/')}{path}"
    try:
        async with asyncio.timeout(WITHIN_SECONDS if within is None else within):
            return _read(await _send(url, body, sent), answer)
    except TimeoutError as error:
        raise Unavailable("approvals did not answer in time") from error


async def _send(url: str, body: bytes, headers: Mapping[str, str]) -> "Response":
    from httpx import TransportError

    for attempt in range(ATTEMPTS):
        if attempt:
            longest = FIRST_PAUSE_SECONDS * 4 ** (attempt - 1)
            await asyncio.sleep(random.uniform(longest / 2, longest))  # noqa: S311 - jitter
        try:
            response = await _clients.here().post(url, content=body, headers=dict(headers))
        except TransportError:
            continue
        if response.status_code not in _TRY_AGAIN:
            return response
    raise Unavailable("approvals does not answer")


def _read(response: "Response", answer: type[A]) -> A:
    if response.is_success:
        try:
            return answer.model_validate_json(response.content)
        except ValidationError as error:
            raise Unavailable(
                f"approvals gave an answer that is not a valid {answer.__name__}"
            ) from error
    if not 400 <= response.status_code < 500:
        raise Unavailable(f"approvals answered {response.status_code}")
    raise _refusal(response)


def _refusal(response: "Response") -> AssentError:
    try:
        problem = response.json()
        refused = Refused(response.status_code, problem)
    except (ValueError, KeyError, TypeError):
        return Unavailable(f"approvals answered {response.status_code} without a reason")
    if refused.http_status == Unauthenticated.http_status:
        return Unauthenticated(refused.detail)
    if refused.http_status == TooManyRequests.http_status:
        after = whole_number_in(response.headers.get("retry-after", "")) or 1
        if refused.code == TierLimitReached.code:
            more = problem.get("upgrade_to")
            return TierLimitReached(refused.detail, retry_after=after, upgrade_to=more)
        return TooManyRequests(refused.detail, retry_after=after)
    return refused


def _made() -> "AsyncClient":
    from httpx import AsyncClient, Limits, Timeout

    # The environment may name proxies and a .netrc; neither may read or replace a user's token.
    return AsyncClient(
        timeout=Timeout(PER_ATTEMPT_SECONDS, connect=CONNECT_SECONDS),
        limits=Limits(keepalive_expiry=KEPT_ALIVE_SECONDS),
        trust_env=False,
    )


_clients = PerLoop(_made)
