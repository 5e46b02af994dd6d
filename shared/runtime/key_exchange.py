"""API keys: each is exchanged for an access token, which is then verified like any other.

So no call reads a key: a process asks for each key at most once in twenty seconds, and a revoked
key is refused everywhere within those."""

import asyncio
import hashlib
import json
import time
import urllib.request
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPException
from urllib.error import HTTPError
from urllib.parse import urlencode

from shared.kit.errors import Unauthenticated, Unavailable

KEPT_SECONDS = 20.0
# Earlier, so that a key in steady use waits for no exchange.
RENEWED_AFTER_SECONDS = 10.0
ANSWERED_WITHIN_SECONDS = 10.0
REMEMBERED = 1024
TOKEN_PATH = "/v1/auth/token"  # noqa: S105 - a path
LONGEST_KEY = 200
_LONGEST_ANSWER = 65_536


@dataclass
class _Known:
    """What one key was exchanged for: a token, or a refusal; and the exchange under way."""

    token: str | None = None
    at: float = float("-inf")
    exchange: asyncio.Task[None] | None = None


class KeyExchange:
    """The tokens of the keys that a process sees. For one event loop. Holds no key: each is known
    by its digest."""

    def __init__(self, identity_url: str, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` shows seconds and never goes back."""
        self._clock = clock
        self._url = f"{identity_url.rstrip('/')}{TOKEN_PATH}"
        self._known: OrderedDict[str, _Known] = OrderedDict()

    async def token_for(self, key: str) -> str:
        """The access token of a key, at most twenty seconds old. Raises Unauthenticated for a key
        that is not taken, Unavailable where identity does not answer."""
        if len(key) > LONGEST_KEY:
            raise Unauthenticated("the API key is too long")
        known = self._of(hashlib.sha256(key.encode()).hexdigest())
        age = self._clock() - known.at
        if age > KEPT_SECONDS:
            await asyncio.shield(self._begin(key, known))
            if self._clock() - known.at > KEPT_SECONDS:
                raise Unavailable("API keys cannot be checked now; try again")
        elif age > RENEWED_AFTER_SECONDS:
            self._begin(key, known)
        if known.token is None:
            raise Unauthenticated(
                "the API key is not taken: it was revoked, has expired, or is none"
            )
        return known.token

    def _of(self, digest: str) -> _Known:
        known = self._known.setdefault(digest, _Known())
        self._known.move_to_end(digest)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return known

    def _begin(self, key: str, known: _Known) -> asyncio.Task[None]:
        if known.exchange is None:
            known.exchange = asyncio.create_task(self._exchange(key, known))
        return known.exchange

    async def _exchange(self, key: str, known: _Known) -> None:
        try:
            async with asyncio.timeout(ANSWERED_WITHIN_SECONDS):
                known.token = await asyncio.to_thread(_ask, self._url, key)
            known.at = self._clock()
        except (OSError, HTTPException, ValueError, LookupError, TypeError):
            # What was known stays, for its twenty seconds.
            pass
        finally:
            known.exchange = None


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    # A redirect's target would get the key.
    def redirect_request(self, *args: object) -> None:
        return None


def _ask(url: str, key: str) -> str | None:
    """The token, or None where identity refuses the key."""
    form = {"grant_type": "client_credentials", "client_secret": key}
    request = urllib.request.Request(url, urlencode(form).encode())  # noqa: S310 - configuration
    request.add_header("Content-Type", "application/x-www-form-urlencoded")
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        with opener.open(request, timeout=ANSWERED_WITHIN_SECONDS) as answer:
            token: str = json.loads(answer.read(_LONGEST_ANSWER))["access_token"]
            return token
    except HTTPError as refusal:
        with refusal:
            if refusal.code == 401:
                return None
        raise
