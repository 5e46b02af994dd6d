"""API keys: each is exchanged for an access token, which is then verified like any other.

So no call reads a key: a process asks for each key at most once in twenty seconds, and a revoked
key is refused everywhere within those."""

import asyncio
import hashlib
import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from urllib.error import HTTPError
from urllib.parse import urlencode

from pydantic import BaseModel, ValidationError

from shared.kit.control import StoppedReason
from shared.kit.errors import Unauthenticated
from shared.runtime.redirects import NoRedirect
from shared.runtime.remembered import (
    ANSWERED_WITHIN_SECONDS,
    KEPT_SECONDS,
    REMEMBERED,
    RENEWED_AFTER_SECONDS,
    Remembered,
)
from shared.runtime.tenant_status import stopped

__all__ = ["KEPT_SECONDS", "REMEMBERED", "RENEWED_AFTER_SECONDS", "KeyExchange"]

TOKEN_PATH = "/v1/auth/token"  # noqa: S105 - a path
LONGEST_KEY = 200
_LONGEST_ANSWER = 65_536


class KeyExchange:
    """The tokens of the keys that a process sees. For one event loop. Holds no key: each is known
    by its digest."""

    def __init__(self, identity_url: str, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` shows seconds and never goes back."""
        self._url = f"{identity_url.rstrip('/')}{TOKEN_PATH}"
        missing = "API keys cannot be checked now; try again"
        self._answers: Remembered[str, _Answer] = Remembered(missing, clock)

    async def token_for(self, key: str) -> str:
        """The access token of a key, at most twenty seconds old. Raises Unauthenticated for a key
        that is not taken, TenantSuspended, TenantClosing or TenantClosed for one of a tenant that
        is not open, Unavailable where identity does not answer."""
        if len(key) > LONGEST_KEY:
            raise Unauthenticated("the API key is too long")
        digest = hashlib.sha256(key.encode()).hexdigest()
        answer = await self._answers.get(digest, lambda: asyncio.to_thread(_ask, self._url, key))
        if answer.stopped is not None:
            raise stopped(answer.stopped)
        if answer.token is None:
            raise Unauthenticated(
                "the API key is not taken: it was revoked, has expired, or is none"
            )
        return answer.token


@dataclass(frozen=True)
class _Answer:
    """What identity said: a token, or that the key's tenant is not open, or neither: the key is not
    taken."""

    token: str | None = None
    stopped: StoppedReason | None = None


class _Refusal(BaseModel):
    """What identity's refusal says of a good key's tenant."""

    reason: StoppedReason | None = None


def _ask(url: str, key: str) -> _Answer:
    form = {"grant_type": "client_credentials", "client_secret": key}
    request = urllib.request.Request(url, urlencode(form).encode())  # noqa: S310 - configuration
    request.add_header("Content-Type", "application/x-www-form-urlencoded")
    # A redirect's target would get the key.
    opener = urllib.request.build_opener(NoRedirect)
    try:
        with opener.open(request, timeout=ANSWERED_WITHIN_SECONDS) as answer:
            return _Answer(json.loads(answer.read(_LONGEST_ANSWER))["access_token"])
    except HTTPError as refusal:
        with refusal:
            if refusal.code == 401:
                return _Answer()
            if refusal.code == 400 and (reason := _reason_in(refusal.read(_LONGEST_ANSWER))):
                return _Answer(stopped=reason)
        raise


def _reason_in(answer: bytes) -> StoppedReason | None:
    try:
        return _Refusal.model_validate_json(answer).reason
    except ValidationError:
        return None
