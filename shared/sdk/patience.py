"""How often to ask again for something that is not there yet. Pure, except for the clock."""

import random
import time
from collections.abc import Iterator

from .errors import Refused, StillWaiting, Unreachable
from .generated.models import ApprovalDetail, RunView
from .generated.refusals import TierLimitReached, TooManyRequests, Unavailable

FIRST_SECONDS, LONGEST_SECONDS, GROWS_BY = 0.5, 15.0, 1.5
OPEN = frozenset({"pending", "deferred", "escalated"})
OVER = frozenset({"completed", "failed", "cancelled"})
# What passes by itself: it is asked again.
PASSING = (Unreachable, TooManyRequests, TierLimitReached, Unavailable)


class Patience:
    """The pauses between two questions, in seconds: a random one up to a bound that grows, until
    the deadline, which is `timeout` seconds from now."""

    def __init__(self, timeout: float) -> None:
        self._until = time.monotonic() + timeout
        self._bounds = self._growing()

    @staticmethod
    def _growing() -> Iterator[float]:
        bound = FIRST_SECONDS
        while True:
            yield bound
            bound = min(LONGEST_SECONDS, bound * GROWS_BY)

    def pause(self, what: str, last: object, passing: Exception | None = None) -> float:
        """The next pause. Raises StillWaiting, with what was read last, when the time is over; and
        what was `passing` where nothing was ever read."""
        left = self._until - time.monotonic()
        if left <= 0:
            if last is None and passing is not None:
                raise passing
            raise StillWaiting(f"{what} has no outcome yet; the same call goes on waiting", last)
        bound = next(self._bounds)
        asked = passing.retry_after if isinstance(passing, Refused) else None
        return min(left, (asked or 0.0) + random.uniform(bound / 2, bound))  # noqa: S311


def is_decided(approval: ApprovalDetail | None) -> bool:
    """Whether nobody has to decide any more; a veto may still reverse what was approved."""
    return approval is not None and approval.status not in OPEN


def is_over(run: RunView | None) -> bool:
    """Whether the run has ended."""
    return run is not None and run.status in OVER
