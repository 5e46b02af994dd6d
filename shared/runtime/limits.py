"""Limits what one caller, and one tenant with all of its callers, may use of a process, so that
neither a loop nor a crowd of callers uses up what others need."""

import math
import time
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass

from fastapi import Request

from shared.kit.callers import Caller
from shared.kit.errors import (
    PayloadTooLarge,
    ScopeMissing,
    TierLimitReached,
    TooManyRequests,
)
from shared.kit.parsing import whole_number_in
from shared.kit.principals import FUNCTION
from shared.kit.roles import GOVERNOR
from shared.quotas.refusals import QuotaExhausted
from shared.runtime.settings import runtime_settings
from shared.runtime.tier_limits import within_tier

# What calls cost, by what they were measured to take of a processor (docs/decisions/0050).
READ, WRITE = 1.0, 4.0
BYTES_FOR_ONE = 16_384
_COSTS = (
    f"a call that reads costs {READ:g}, one that writes {WRITE:g}, "
    f"and 1 more for each {BYTES_FOR_ONE // 1024} KiB of its body and its answer"
)


@dataclass(frozen=True)
class Allowance:
    """What calls may cost: steadily, after a pause, and how many may be under way."""

    per_second: float
    burst: float
    at_once: int


# What a phone asks when it opens is ordinary use. One caller leaves some of the budget,
# and of the places, to the others of its tenant.
OF_CALLER = Allowance(per_second=8.0, burst=80.0, at_once=6)
OF_MEMBERS = Allowance(per_second=11.0, burst=100.0, at_once=10)
OF_GOVERNORS = Allowance(per_second=11.0, burst=100.0, at_once=8)
# What a function asks for a tenant, the tenant was let ask for where it came in. A run makes its
# calls one after the other, or ten together; what follows from a tenant's flood still leaves half
# of the processor to others.
OF_FUNCTIONS = Allowance(per_second=80.0, burst=400.0, at_once=12)
# Nine bodies of a tenant arrive at once at most: of an instance's twenty calls two tenants leave
# two, however slowly they send.
PLACES_WHILE_BODY_ARRIVES = 2


def cost_of(method: str, body_bytes: int) -> float:
    """What a call costs before its answer is known."""
    is_read = method in ("GET", "HEAD")
    return (READ if is_read else WRITE) + cost_of_bytes(body_bytes)


def cost_of_bytes(many: int) -> float:
    """What the bytes of a body or an answer cost."""
    return many / BYTES_FOR_ONE


class Limits:
    """The calls of each caller, and of a tenant's governors and its other callers together, in one
    process, and those that other functions make for a tenant. Each process has its own, so n
    instances allow n times as much."""

    def __init__(
        self,
        of_caller: Allowance = OF_CALLER,
        of_members: Allowance = OF_MEMBERS,
        of_governors: Allowance = OF_GOVERNORS,
        of_functions: Allowance = OF_FUNCTIONS,
    ) -> None:
        self._callers = _Use("this caller's calls", of_caller)
        self._members = _Use("the calls of the tenant's callers together", of_members)
        self._governors = _Use("the calls of the tenant's governors together", of_governors)
        self._functions = _Use(
            "the calls of one of Assent's functions for the tenant", of_functions
        )

    @contextmanager
    def call(
        self, caller: Caller, cost: float, clock: Callable[[], float], *, has_body: bool = False
    ) -> Iterator["Underway"]:
        """One call, from before its body arrives to its answer. Governors have a part that nobody
        else can spend. `clock` shows seconds and never goes back.

        Raises TooManyRequests with the seconds until such a call is taken; it then cost nothing."""
        uses = self._uses(caller)
        at, places = clock(), PLACES_WHILE_BODY_ARRIVES if has_body else 1
        refusals = [use.refusal_beyond(key, cost, places, at) for use, key in uses]
        told = max((each for each in refusals if each), key=_waiting, default=None)
        if told is not None:
            raise told
        for use, key in uses:
            use.spend(key, cost, at)
        under_way = Underway(uses, clock)
        under_way.take(places)
        try:
            yield under_way
        finally:
            under_way.take(0)

    def _uses(self, caller: Caller) -> tuple[tuple["_Use", object], ...]:
        own = caller.tenant_id, caller.principal
        if caller.principal.startswith(FUNCTION):
            return ((self._functions, own),)
        together = self._governors if GOVERNOR in caller.roles else self._members
        return (self._callers, own), (together, caller.tenant_id)


class Underway:
    """A call that was taken."""

    def __init__(self, uses: "tuple[tuple[_Use, object], ...]", clock: Callable[[], float]) -> None:
        self._uses = uses
        self._clock = clock
        self._places = 0

    def add(self, cost: float) -> None:
        """Adds what more the call costs. That may exceed a budget by a burst, and is made up for
        before the next call."""
        for use, key in self._uses:
            use.spend(key, cost, self._clock())

    def body_arrived(self) -> None:
        """Leaves the places that only a call needs whose body is still arriving."""
        self.take(1)

    def take(self, places: int) -> None:
        for use, key in self._uses:
            use.occupy(key, places - self._places)
        self._places = places


def _waiting(refusal: TooManyRequests) -> int:
    return refusal.retry_after


class _Use:
    """A bucket for each key, refilled steadily, and the calls under way. `what` names them. One
    is forgotten when it is full again, and never before: however many others call meanwhile, nobody
    gets back what they have spent."""

    def __init__(self, what: str, allowed: Allowance) -> None:
        self._what = what
        self._allowed = allowed
        self._left: OrderedDict[object, tuple[float, float]] = OrderedDict()
        self._under_way: Counter[object] = Counter()

    def refusal_beyond(
        self, key: object, cost: float, places: int, at: float
    ) -> TooManyRequests | None:
        """The refusal of a call that costs so much, or None where there is room for it."""
        allowed = self._allowed
        missing = min(cost, allowed.burst) - self._now_left(key, at)
        # What two buckets were asked for at nearly the same moment differs in its last digits.
        if missing > 1e-9:
            detail = (
                f"{self._what} may cost {allowed.per_second:g} a second, and {allowed.burst:g} "
                f"after a pause: {_COSTS}"
            )
            after = max(1, math.ceil(missing / allowed.per_second - 1e-9))
            return TooManyRequests(detail, retry_after=after)
        if self._under_way[key] + places > allowed.at_once:
            detail = (
                f"{self._what} are {allowed.at_once} at once, and half as many while their bodies "
                "arrive; send the next after an answer"
            )
            return TooManyRequests(detail, retry_after=1)
        return None

    def occupy(self, key: object, places: int) -> None:
        self._under_way[key] += places
        if not self._under_way[key]:
            del self._under_way[key]

    def spend(self, key: object, cost: float, at: float) -> None:
        # Nothing that one call is said to cost locks anybody out for long.
        self._left[key] = max(self._now_left(key, at) - cost, -self._allowed.burst), at
        self._left.move_to_end(key)
        # The first are those that have not spent for longest. One that is not full yet keeps those
        # behind it for as long as it takes to fill two bursts.
        while self._left:
            oldest = next(iter(self._left))
            if self._now_left(oldest, at) < self._allowed.burst:
                break
            del self._left[oldest]

    def _now_left(self, key: object, at: float) -> float:
        left, since = self._left.get(key, (self._allowed.burst, at))
        return min(self._allowed.burst, left + (at - since) * self._allowed.per_second)


_limits = Limits()


@asynccontextmanager
async def limited(request: Request, caller: Caller) -> AsyncIterator[Underway]:
    """One call within the limits of this process and of the tenant's tier; the bytes of its body
    are in its cost where their number is declared. A call that is refused before it works costs
    what reading does. Raises TooManyRequests, except on a local platform that was not told to."""
    if not runtime_settings().has_limits:
        yield Underway((), time.monotonic)
        return
    declared = declared_bytes(request)
    cost = cost_of(request.method, declared or 0)
    has_body = bool(declared) or "transfer-encoding" in request.headers
    with _limits.call(caller, cost, time.monotonic, has_body=has_body) as under_way:
        try:
            await within_tier(request, caller)
            yield under_way
        except (PayloadTooLarge, ScopeMissing, TierLimitReached, QuotaExhausted):
            under_way.add(READ - cost)
            raise


def declared_bytes(request: Request) -> int | None:
    """How long the body is said to be, which the boundary bounds; None where nothing is said."""
    declared = request.headers.get("content-length")
    return None if declared is None else whole_number_in(declared)
