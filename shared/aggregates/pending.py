"""An aggregate between its reading and the commit."""

from datetime import datetime
from typing import Any

from shared.aggregates.aggregate import Aggregate, Stored
from shared.aggregates.postponement import TIMED_SINCE
from shared.kit.instants import format_instant
from shared.messaging.changes import Change, Timer
from shared.storage.batches import Document

_TIMED = ("next_timer_type", "next_timer_at")


class Pending:
    """An aggregate as it will be stored, and as it was read."""

    def __init__(self, aggregate: Aggregate[Any], stored: Stored[Any] | None) -> None:
        self.aggregate = aggregate
        self._stored = stored
        self.state: Any = stored.state if stored else None
        self.sequence = stored.sequence if stored else 0
        self.last_event = stored.last_event if stored else None

    @property
    def before(self) -> Document | None:
        """The document as it was read."""
        return self._stored.document if self._stored else None

    @property
    def is_unchanged(self) -> bool:
        """Whether it is stored like this already."""
        stored = self._stored
        return stored is not None and (stored.sequence, stored.state) == (self.sequence, self.state)

    def write(self, id: str, change: Change, at: datetime) -> None:
        """Adds what has changed to the commit, and the timer that the state now waits for."""
        if self.is_unchanged:
            return
        aggregate, before = self.aggregate, self.before
        fields = aggregate.fields(self.state, self.sequence, self.last_event)
        timer = aggregate.timer(self.state)
        known = before.data if before else {}
        is_timed_anew = any(fields.get(name) != known.get(name) for name in _TIMED)
        if aggregate.postponement is not None:
            fields[TIMED_SINCE] = format_instant(at) if is_timed_anew else known.get(TIMED_SINCE)
        if timer is not None and is_timed_anew and not aggregate.swept(self.state):
            change.schedule(Timer(type=timer[0], subject=aggregate.subject(id), at=timer[1]))
        if before is None:
            change.create(aggregate.collection, id, fields)
        else:
            change.replace(before, fields)
