"""A commit of writes together with their events and timers."""

from dataclasses import dataclass, field
from datetime import datetime

from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, log_entry
from shared.storage.batches import Batch


@dataclass(frozen=True)
class Timer:
    """An event from the future: of `type`, about `subject`, at `at`."""

    type: str
    subject: str
    at: datetime


@dataclass
class Change(Batch):
    """Writes, their events and their timers: one commit.

    `is_redelivered`: this is the only commit of a delivery, which is redelivered until the events
    are published; the handler then calls `Outbox.publish_again`. The events need no flag in the
    log, and no second commit that clears it."""

    is_redelivered: bool = False
    events: list[Envelope] = field(default_factory=list)
    timers: list[Timer] = field(default_factory=list)

    def record(self, *events: Envelope) -> None:
        """Adds entries to the event log, to be published after the commit."""
        for event in events:
            position, flagged = len(self.events), not self.is_redelivered
            self.create(EVENT_LOG, event.id, log_entry(event, position=position, flagged=flagged))
            self.events.append(event)

    def schedule(self, timer: Timer) -> None:
        """A timer to be set after the commit. The subject's document must carry it too
        (`next_timer_at`, `next_timer_type`, `sweep_at`): the sweep fires what was never set."""
        self.timers.append(timer)
