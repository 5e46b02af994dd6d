"""The issuer's published keys, fetched for all requests at once."""

import asyncio
import json
import time
import urllib.request
from collections.abc import Awaitable, Callable
from http.client import HTTPException

from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.kit.errors import AssentError, Unavailable
from shared.runtime.redirects import NoRedirect

KEPT_SECONDS = 600.0
# Earlier, so that an issuer who is slow or away for five minutes is not noticed.
RENEWED_AFTER_SECONDS = 300.0
# How often a token may make us look for a key that we do not know.
SOUGHT_AGAIN_AFTER_SECONDS = 30.0
PAUSE_AFTER_FAILURE_SECONDS = 5.0
# Identity may have to start first.
FETCHED_WITHIN_SECONDS = 15.0
LONGEST_KEY_SET = 65_536

_UNREADABLE = (
    *(OSError, HTTPException, ValueError, LookupError, TypeError, RecursionError),
    JoseError,
)


class IssuerKeys:
    """The keys at one address. One fetch runs at a time, and all who need it wait for that one; a
    failed fetch is followed by a pause. For one event loop."""

    def __init__(self, url: str, fetch: Callable[[str], Awaitable[KeySet]] | None = None) -> None:
        """`fetch` reads the keys where the address is not configuration."""
        self._url = url
        self._read = fetch or _in_a_thread
        self._keys: KeySet | None = None
        self._fetched_at = self._failed_at = float("-inf")
        self._fetch: asyncio.Task[None] | None = None

    async def current(self) -> KeySet:
        """Keys of the last ten minutes. Waits only where there are none. Raises Unavailable."""
        age = time.monotonic() - self._fetched_at
        if self._keys is None or age > KEPT_SECONDS:
            await self._fetched()
            if self._keys is None or self._failed_at > self._fetched_at:
                raise Unavailable("the keys that tokens are signed with cannot be read now")
        elif age > RENEWED_AFTER_SECONDS:
            self._begin()
        return self._keys

    async def sought_again(self) -> KeySet:
        """The keys after another look at the issuer, for a token that names none of them. Looks at
        most twice a minute; where the issuer does not answer, these are the keys of before."""
        last = max(self._fetched_at, self._failed_at)
        if self._fetch or time.monotonic() - last > SOUGHT_AGAIN_AFTER_SECONDS:
            await self._fetched()
        return await self.current()

    async def _fetched(self) -> None:
        fetch = self._begin()
        if fetch is not None:
            # A caller who hangs up ends its own waiting, not the fetch that others wait for.
            await asyncio.shield(fetch)

    def _begin(self) -> asyncio.Task[None] | None:
        paused = time.monotonic() - self._failed_at < PAUSE_AFTER_FAILURE_SECONDS
        if self._fetch is None and not paused:
            self._fetch = asyncio.create_task(self._renew())
        return self._fetch

    async def _renew(self) -> None:
        try:
            # A server that sends one byte a second meets every time limit of a socket.
            async with asyncio.timeout(FETCHED_WITHIN_SECONDS):
                self._keys = await self._read(self._url)
            self._fetched_at = time.monotonic()
        except (*_UNREADABLE, AssentError):
            self._failed_at = time.monotonic()
        finally:
            self._fetch = None


async def _in_a_thread(url: str) -> KeySet:
    return await asyncio.to_thread(_read, url)


def _read(url: str) -> KeySet:
    # http(s) only: the address is configuration, never a caller's. A redirect's target could issue
    # our tokens.
    with urllib.request.build_opener(NoRedirect).open(url, timeout=FETCHED_WITHIN_SECONDS) as sent:
        return KeySet.import_key_set(json.loads(sent.read(LONGEST_KEY_SET)))
