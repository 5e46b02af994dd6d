"""A commit that also says what happened and what is to happen later."""

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
    """Writes, the events that say so, and the timers that follow: one commit.

    `is_redelivered` says that this is all that a delivery leads to, that the delivery comes again
    until what it led to is published, and that it is then answered with `Outbox.publish_again`.
    Its events need no flag in the log, nor a second commit that clears it."""

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
        (`next_timer_at`, `next_timer_type`): the sweep fires what was never set."""
        self.timers.append(timer)
