"""Limits the calls that one caller may make of one process, so that a caller's loop cannot use
up the instances and the money of all."""

import math
from collections import OrderedDict

from shared.kit.errors import TooManyRequests

CALLS_PER_SECOND = 50.0
BURST = 200.0
CALLERS_REMEMBERED = 4096

CallerKey = tuple[str, str]


class CallLimit:
    """A bucket of calls for each caller (tenant and principal), refilled steadily. Each process has
    its own, so n instances allow n times the calls. It limits a loop; budgets limit a tenant."""

    def __init__(self, *, per_second: float = CALLS_PER_SECOND, burst: float = BURST) -> None:
        self._per_second = per_second
        self._burst = burst
        self._left: OrderedDict[CallerKey, tuple[float, float]] = OrderedDict()

    def take(self, caller: CallerKey, at: float) -> None:
        """Counts a call at `at`, in seconds of a clock that never goes back. Raises
        TooManyRequests with the seconds until the next call is taken."""
        left, since = self._left.pop(caller, (self._burst, at))
        left = min(self._burst, left + (at - since) * self._per_second)
        is_empty = left < 1
        self._left[caller] = (left if is_empty else left - 1), at
        if len(self._left) > CALLERS_REMEMBERED:
            self._left.popitem(last=False)
        if is_empty:
            after = max(1, math.ceil((1 - left) / self._per_second))
            raise TooManyRequests("too many calls of one caller", retry_after=after)
