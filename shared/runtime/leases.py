"""The part that this process has of tenants' requests, leased from the balance they share."""

import asyncio
import logging
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from shared.kit.errors import Unavailable
from shared.kit.tier_limits import (
    NO_CALLS,
    Balance,
    Granted,
    HourCalls,
    Refused,
    TierLimit,
    Window,
    lease,
    unused_of,
)
from shared.runtime.balances import BalanceKey, lease_from
from shared.storage.races import decide_again

# A call waits so long for a lease, once; the process then counts alone for a while.
ANSWERED_WITHIN_SECONDS = 5.0
ALONE_SECONDS = 10.0
REMEMBERED = 10_000

_log = logging.getLogger(__name__)


class Remaining(NamedTuple):
    """What is left after a call, as far as this process knows: of the minute's burst and of the
    hour. `refused` names the window that has nothing before `until`; such a call is not taken."""

    minute: int
    hour: int
    now: float
    refused: Window | None = None
    until: float = 0.0


@dataclass
class _Held:
    """What the process leased last, and until when it was refused, by which limit."""

    left: int = 0
    limit: TierLimit | None = None
    until: float = 0.0
    refused: Refused | None = None
    balance: Balance | None = None
    alone_until: float = float("-inf")
    asking: asyncio.Task[None] | None = None
    # Whether the month of the balance knows of the lease.
    is_shared: bool = False

    def to_give_back(self, now: float) -> HourCalls:
        """What the month has again of the last lease, which is over."""
        return unused_of(self.left, self.until, now) if self.is_shared else NO_CALLS


class Leases:
    """Takes requests one by one from leases. A lease costs one write, and nothing else costs one:
    while a process holds a lease, or knows until when it gets none, it asks nobody.

    Where the balance cannot be read and written within five seconds, the process goes on alone from
    what it saw last, or from one lease, at the tier's pace for ten, and then asks again. So a store
    that fails neither refuses everything nor lets everything pass: each process then allows as
    much as all of them should. For one event loop."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` shows seconds and never goes back."""
        self._clock = clock
        self._held: OrderedDict[BalanceKey, _Held] = OrderedDict()

    async def take(self, key: BalanceKey, limit: TierLimit, now: float) -> Remaining:
        """Takes a request at the second `now`, or says until when there is none."""
        held = self._of(key)
        if held.limit != limit:
            # What another plan refused, this one may allow.
            held.limit, held.refused = limit, None
        while True:
            if held.left and now < held.until:
                held.left -= 1
                return _remaining(held, limit, now)
            if held.refused and now < held.refused.until:
                return _remaining(held, limit, now, held.refused)
            if held.asking is None:
                held.asking = asyncio.create_task(self._ask(key, held, limit, now))
            # Whoever hangs up ends its own waiting, not that of others.
            await asyncio.shield(held.asking)

    async def take_both(
        self,
        own: BalanceKey,
        own_limit: TierLimit,
        shared: BalanceKey,
        limit: TierLimit,
        now: float,
    ) -> tuple[Remaining, Remaining]:
        """Takes a request of both at the second `now`, or none of either. The answer has what
        remains of each, in the order of the keys; at most one of them is refused."""
        first = await self.take(own, own_limit, now)
        if first.refused is not None:
            return first, self._seen(shared, limit, now)
        held = self._of(own)
        until = held.until
        second = await self.take(shared, limit, now)
        # A lease that ended meanwhile gets nothing back.
        if second.refused is not None and held.until == until:
            held.left += 1
        return first, second

    def _seen(self, key: BalanceKey, limit: TierLimit, now: float) -> Remaining:
        """What is left as far as this process knows; asks nobody."""
        held = self._of(key)
        if held.balance is None:
            return Remaining(limit.burst, limit.per_hour, now)
        return _remaining(held, limit, now)

    def _of(self, key: BalanceKey) -> _Held:
        held = self._held.setdefault(key, _Held())
        self._held.move_to_end(key)
        if len(self._held) > REMEMBERED:
            self._held.popitem(last=False)
        return held

    async def _ask(self, key: BalanceKey, held: _Held, limit: TierLimit, now: float) -> None:
        is_first_in_hour = now >= held.until
        requests = limit.first_lease if is_first_in_hour else limit.lease
        # Where nobody knows whether it was given back, it is not given back again.
        kept, given_back = held.left, held.to_give_back(now)
        held.left = 0
        try:
            outcome = await self._outcome(key, held, limit, requests, now, given_back)
        finally:
            held.asking = None
        held.balance, is_alone = outcome.balance, self._clock() < held.alone_until
        if isinstance(outcome, Granted):
            held.left, held.until, held.refused = outcome.requests, outcome.until, None
            held.is_shared = not is_alone and not key.is_beyond_month
        else:
            held.refused = outcome
            if not is_alone:
                held.left = kept

    async def _outcome(
        self,
        key: BalanceKey,
        held: _Held,
        limit: TierLimit,
        requests: int,
        now: float,
        given_back: HourCalls,
    ) -> Granted | Refused:
        if self._clock() >= held.alone_until:
            try:
                async with asyncio.timeout(ANSWERED_WITHIN_SECONDS):
                    return await decide_again(
                        lambda: lease_from(key, limit, requests, now, given_back)
                    )
            except (TimeoutError, Unavailable):
                _log.warning("counted alone: the balance was not there in time")
            except Exception:  # noqa: BLE001 - a fault of ours must not refuse every call
                _log.exception("counted alone: the balance could not be read or written")
            held.alone_until = self._clock() + ALONE_SECONDS
        last_seen = held.balance or Balance(at=now, left=limit.lease)
        return lease(last_seen, limit, requests, now, is_beyond_month=key.is_beyond_month)


def _remaining(
    held: _Held, limit: TierLimit, now: float, refused: Refused | None = None
) -> Remaining:
    assert held.balance is not None
    shared = held.balance.at_time(limit, now)
    hour = limit.per_hour - shared.leased + held.left
    if refused is None:
        return Remaining(int(shared.left) + held.left, hour, now)
    minute = 0 if refused.window == "minute" else int(shared.left)
    hour = 0 if refused.window == "hour" else hour
    return Remaining(minute, hour, now, refused.window, refused.until)
