"""What a process asks for again and again: trusted for twenty seconds."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

from shared.kit.errors import Unavailable
from shared.storage import patience

KEPT_SECONDS = 20.0
# Earlier, so that what is in steady use makes nobody wait.
RENEWED_AFTER_SECONDS = 10.0
# Whoever asks tries again by itself; the rest is for a process that loads its code meanwhile.
ANSWERED_WITHIN_SECONDS = patience.LONGEST_SECONDS + 5.0
REMEMBERED = 1024

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

_log = logging.getLogger(__name__)


@dataclass
class _Known(Generic[V]):
    value: V | None = None
    at: float = float("-inf")
    asking: asyncio.Task[None] | None = None


class Unchanging(Generic[K, V]):
    """Values that never change under their key, but may be erased: each at most twenty seconds
    old, and the `most` used last."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most = most
        self._clock = clock
        self._known: OrderedDict[K, tuple[V, float]] = OrderedDict()

    def find(self, key: K) -> V | None:
        """The value; None where it has to be read."""
        value, read_at = self._known.get(key, (None, float("-inf")))
        if self._clock() - read_at > KEPT_SECONDS:
            self._known.pop(key, None)
            return None
        self._known.move_to_end(key)
        return value

    def keep(self, key: K, value: V) -> None:
        """Keeps a value that was just read."""
        self._known[key] = value, self._clock()
        self._known.move_to_end(key)
        if len(self._known) > self._most:
            self._known.popitem(last=False)


class Remembered(Generic[K, V]):
    """Values by key, each at most twenty seconds old; the least used are forgotten. One process
    asks for a value once at a time, from ten seconds on in the background. For one event loop."""

    def __init__(self, missing: str, clock: Callable[[], float] = time.monotonic) -> None:
        """`missing` says what callers are told where there is no answer; `clock` shows seconds and
        never goes back."""
        self._missing = missing
        self._clock = clock
        self._known: OrderedDict[K, _Known[V]] = OrderedDict()

    async def get(self, key: K, ask: Callable[[], Awaitable[V]]) -> V:
        """The value. Where `ask` raises, what is known stays for its twenty seconds. Raises
        Unavailable where nothing is known."""
        known = self._of(key)
        age = self._clock() - known.at
        if age > KEPT_SECONDS:
            # Whoever hangs up ends its own waiting, not that of others.
            await asyncio.shield(self._begin(known, ask))
            if self._clock() - known.at > KEPT_SECONDS:
                raise Unavailable(self._missing)
        elif age > RENEWED_AFTER_SECONDS:
            self._begin(known, ask)
        value: V = known.value  # type: ignore[assignment]
        return value

    def _of(self, key: K) -> _Known[V]:
        known = self._known.setdefault(key, _Known())
        self._known.move_to_end(key)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return known

    def _begin(self, known: _Known[V], ask: Callable[[], Awaitable[V]]) -> asyncio.Task[None]:
        if known.asking is None:
            known.asking = asyncio.create_task(self._renew(known, ask))
        return known.asking

    async def _renew(self, known: _Known[V], ask: Callable[[], Awaitable[V]]) -> None:
        # The answer may be as old as the question.
        asked_at = self._clock()
        try:
            async with asyncio.timeout(ANSWERED_WITHIN_SECONDS):
                known.value = await ask()
            known.at = asked_at
        except Exception:  # noqa: BLE001 - what was known stays, for its twenty seconds
            _log.warning("not renewed: %s", self._missing, exc_info=True)
        finally:
            known.asking = None
