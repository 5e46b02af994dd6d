"""A commit of writes together with their events and timers."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.kit.digests import KeyRing
from shared.messaging.envelope import Envelope
from shared.messaging.log import CLEARED, EVENT_LOG, Decided, log_entry
from shared.storage.batches import Batch


@dataclass(frozen=True)
class Timer:
    """An event from the future: of `type`, about `subject`, at `at`."""

    type: str
    subject: str
    at: datetime


@dataclass
class Change(Batch):
    """Writes, their events and their timers: one commit, by `Outbox.commit`.

    `is_redelivered`: this is the only commit of a delivery, which is redelivered until the events
    are published; the handler then calls `Outbox.publish_again`. The events need no flag in the
    log, and no second commit that clears it. `left` takes the events instead: they are
    published with those of the request's next commit, whose `carried` they are. `decision`: what
    the policies decided about the command; it lies in the entry of its first event, so it costs no
    document."""

    is_redelivered: bool = False
    left: list[Envelope] | None = None
    carried: Sequence[Envelope] = ()
    decision: Decided | None = None
    events: list[Envelope] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)

    def record(self, *events: Envelope) -> None:
        """Adds events to the log, to be published after the commit."""
        self.events.extend(events)

    def seal(self, keys: KeyRing) -> None:
        """Adds the log's entries of all events to the commit, once, each with its keyed digest."""
        logged = {write.id for write in self.writes if write.collection == EVENT_LOG}
        for position, event in enumerate(self.events):
            if event.id not in logged:
                flagged = not self.is_redelivered
                decided = self.decision if position == 0 else None
                entry = log_entry(event, keys, position=position, flagged=flagged, decision=decided)
                self.create(EVENT_LOG, event.id, entry)

    def clear(self, *event_ids: str) -> None:
        """Clears the flags of events that were published, so that no sweep publishes them again."""
        for id in event_ids:
            self.merge(EVENT_LOG, id, CLEARED)

    def schedule(self, timer: Timer) -> None:
        """A timer to be set after the commit. The subject's document must carry it too
        (`next_timer_at`, `next_timer_type`, `sweep_at`): the sweep fires what was never set."""
        self.timers.append(timer)
