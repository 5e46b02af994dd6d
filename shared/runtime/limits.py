"""Limits what one caller, and one tenant with all of its callers, may use of a process, so that
neither a loop nor a crowd of callers uses up what others need."""

import math
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from fastapi import Request, Response

from shared.kit.callers import Caller
from shared.kit.errors import TooManyRequests
from shared.kit.parsing import whole_number_in
from shared.runtime.settings import runtime_settings

# What calls cost, by what they were measured to take of a processor (docs/decisions/0050).
READ, WRITE = 1.0, 3.0
BYTES_FOR_ONE = 32_768
REMEMBERED = 4096
_COSTS = (
    f"a call that reads costs {READ:g}, one that writes {WRITE:g}, "
    f"and 1 more for each {BYTES_FOR_ONE // 1024} KiB of its body and its answer"
)

# The tenant and the principal.
CallerKey = tuple[str, str]


@dataclass(frozen=True)
class Allowance:
    """What calls may cost: steadily, after a pause, and how many may be under way."""

    per_second: float
    burst: float
    at_once: int


# Fifty decisions that a phone queued are one person's ordinary use. The tenant's places are half of
# an instance's; one caller leaves some of them, and of the budget, to the others.
OF_CALLER = Allowance(per_second=12.0, burst=160.0, at_once=8)
OF_TENANT = Allowance(per_second=15.0, burst=200.0, at_once=10)


def cost_of(method: str, body_bytes: int) -> float:
    """What a call costs before its answer is known."""
    is_read = method in ("GET", "HEAD")
    return (READ if is_read else WRITE) + cost_of_bytes(body_bytes)


def cost_of_bytes(many: int) -> float:
    """What the bytes of a body or an answer cost."""
    return many / BYTES_FOR_ONE


class Limits:
    """The calls of each caller and of each tenant, in one process. Each process has its own, so n
    instances allow n times as much."""

    def __init__(self, of_caller: Allowance = OF_CALLER, of_tenant: Allowance = OF_TENANT) -> None:
        self._callers = _Use("this caller's calls", of_caller)
        self._tenants = _Use("the calls of the tenant's callers together", of_tenant)

    @contextmanager
    def call(
        self, caller: CallerKey, cost: float, clock: Callable[[], float]
    ) -> Iterator[Callable[[float], None]]:
        """One call, which gives a function that adds what the answer costs: that may exceed the
        budget, and is made up for before the next call. `clock` shows seconds and never goes back.
        Raises TooManyRequests with the seconds until such a call is taken; it then cost nothing."""
        uses = (self._callers, caller), (self._tenants, caller[0])
        at = clock()
        for use, key in uses:
            use.refuse_beyond(key, cost, at)
        for use, key in uses:
            use.begin(key, cost, at)

        def add(further: float) -> None:
            for use, key in uses:
                use.spend(key, further, clock())

        try:
            yield add
        finally:
            for use, key in uses:
                use.end(key)


@asynccontextmanager
async def limited(request: Request, caller: Caller) -> AsyncIterator[Callable[[Response], None]]:
    """One call within the limits, which gives a function that counts its answer. No limits apply on
    a local platform that was started without them. Raises TooManyRequests."""
    if not runtime_settings().has_limits:
        yield lambda _: None
        return
    size = whole_number_in(request.headers.get("content-length", ""))
    if size is None:
        size = len(await request.body())
    key = caller.tenant_id, caller.principal
    with _limits.call(key, cost_of(request.method, size), time.monotonic) as add:
        yield lambda response: add(cost_of_bytes(len(response.body)))


class _Use:
    """A bucket for each key, refilled steadily, and the calls under way. `what` names them."""

    def __init__(self, what: str, allowed: Allowance) -> None:
        self._what = what
        self._allowed = allowed
        self._left: OrderedDict[object, tuple[float, float]] = OrderedDict()
        self._under_way: Counter[object] = Counter()

    def refuse_beyond(self, key: object, cost: float, at: float) -> None:
        allowed = self._allowed
        if self._under_way[key] >= allowed.at_once:
            detail = f"{self._what} are {allowed.at_once} at once; send the next after an answer"
            raise TooManyRequests(detail, retry_after=1)
        missing = min(cost, allowed.burst) - self._now_left(key, at)
        # What two buckets were asked for at nearly the same moment differs in its last digits.
        if missing > 1e-9:
            detail = (
                f"{self._what} may cost {allowed.per_second:g} a second, and {allowed.burst:g} "
                f"after a pause: {_COSTS}"
            )
            after = max(1, math.ceil(missing / allowed.per_second - 1e-9))
            raise TooManyRequests(detail, retry_after=after)

    def begin(self, key: object, cost: float, at: float) -> None:
        self._under_way[key] += 1
        self.spend(key, cost, at)

    def spend(self, key: object, cost: float, at: float) -> None:
        self._left[key] = self._now_left(key, at) - cost, at
        self._left.move_to_end(key)
        if len(self._left) > REMEMBERED:
            self._left.popitem(last=False)

    def end(self, key: object) -> None:
        self._under_way[key] -= 1
        if not self._under_way[key]:
            del self._under_way[key]

    def _now_left(self, key: object, at: float) -> float:
        left, since = self._left.get(key, (self._allowed.burst, at))
        return min(self._allowed.burst, left + (at - since) * self._allowed.per_second)


_limits = Limits()
