"""In which order the providers of a call are asked."""

import hashlib
from collections import OrderedDict
from collections.abc import Callable, Sequence

from functions.models.rules.route import ModelRoute, is_less_private

OF_ALL = 100
# So many failures in a row, and a route is asked after the others, for so long.
FAILURES, REST_SECONDS = 3, 30.0
MOST_KEPT = 4_096

Key = tuple[str, str, str]


def in_order(
    called: ModelRoute,
    routes: Sequence[ModelRoute],
    draw: int,
    rests: Callable[[ModelRoute], bool],
) -> tuple[ModelRoute, ...]:
    """The routes that may be asked: first that which the draw gives by the shares of the one that
    was called, then the others as they come, and at the end those that rest. None is left out:
    where all rest, they are asked nevertheless. `draw` is from 0 to 99."""
    first = _drawn(called, routes, draw)
    order = sorted(routes, key=lambda each: each is not first)
    return tuple(sorted(order, key=rests))


def draw_of(call_id: str) -> int:
    """A number from 0 to 99 for each call, spread evenly."""
    return int.from_bytes(hashlib.sha256(call_id.encode()).digest()[:8]) % OF_ALL


def _drawn(called: ModelRoute, routes: Sequence[ModelRoute], draw: int) -> ModelRoute:
    reached = 0
    for each in routes:
        # A fallback may have been set anew since it was given a share.
        if is_less_private(each, called) or is_less_private(called, each):
            continue
        reached += called.shares.get(each.name, 0)
        if draw < reached:
            return each
    return called


class Rests:
    """Which routes failed several times in a row, as one process knows. `at` is in seconds of a
    clock that only goes on."""

    def __init__(self) -> None:
        self._failed: OrderedDict[Key, tuple[int, float]] = OrderedDict()

    def failed(self, tenant_id: str, route: ModelRoute, at: float) -> None:
        """The provider was not reached, was busy, failed or broke off."""
        key = _key(tenant_id, route)
        times, _ = self._failed.pop(key, (0, 0.0))
        self._failed[key] = (times + 1, at)
        if len(self._failed) > MOST_KEPT:
            self._failed.popitem(last=False)

    def answered(self, tenant_id: str, route: ModelRoute) -> None:
        """The provider did what it was asked, or refused it."""
        self._failed.pop(_key(tenant_id, route), None)

    def rests(self, tenant_id: str, route: ModelRoute, at: float) -> bool:
        """Whether others are asked before it. After its rest one more failure is enough."""
        times, failed_at = self._failed.get(_key(tenant_id, route), (0, 0.0))
        return times >= FAILURES and at - failed_at < REST_SECONDS


def _key(tenant_id: str, route: ModelRoute) -> Key:
    # A route that is set anew is another one.
    return tenant_id, route.name, route.set_at.isoformat()
