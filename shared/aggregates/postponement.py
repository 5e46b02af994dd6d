"""How what a state waits for is postponed by the time in which its tenant was suspended."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from pydantic import BaseModel

from shared.kit.control import Suspension, postponed_by
from shared.kit.transitions import Transition

S = TypeVar("S", bound=BaseModel)

# The field of a document that says since when its state waits for its timer.
TIMED_SINCE = "timed_since"


@dataclass(frozen=True)
class Postponement(Generic[S]):
    """`postponed` has everything that runs in a state due that much later, and `published`
    publishes it, where somebody waits for it to be due."""

    postponed: Callable[[S, timedelta], S]
    published: Callable[[S], Transition[S]]

    def applied(
        self,
        state: S,
        since: datetime | None,
        due: datetime,
        suspensions: Sequence[Suspension],
        at: datetime,
    ) -> S:
        """The state that has waited since then for what was due, as it is to be read `at` that
        time: the same state where its tenant was not suspended meanwhile."""
        by = postponed_by(suspensions, since, due, at)
        return self.postponed(state, by) if by else state
