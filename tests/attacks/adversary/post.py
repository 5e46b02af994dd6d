"""Messages between the cases and the approvals of a `RulesTenant`: late, early, or again."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Message:
    """A step of an approval or of a case that the other function has yet to hear of."""

    step: Any
    at: datetime


@dataclass
class Post:
    """Delivers each message at once or, while it `holds` them, when somebody asks for it."""

    handle: Callable[[Message], None]
    waiting: list[Message] = field(default_factory=list)
    delivered: list[Message] = field(default_factory=list)
    holds: bool = False
    _delivers: bool = False

    def send(self, message: Message) -> None:
        self.waiting.append(message)
        if not self.holds:
            self._deliver()

    def deliver_all(self) -> None:
        """Every message arrives, in order."""
        self.holds = False
        self._deliver()

    def deliver_one(self, index: int, *, again: bool) -> None:
        """One message arrives before the others; `again`: one that had arrived before."""
        chosen = self.delivered if again else self.waiting
        if chosen:
            message = chosen[-1 - index % len(chosen)] if again else chosen.pop(index % len(chosen))
            self._hand_over(message)

    def deliver_everything_again(self) -> None:
        """Each message that had arrived comes again."""
        before, self.delivered = self.delivered, []
        for message in before:
            self._hand_over(message)

    def _deliver(self) -> None:
        if self._delivers:
            return
        self._delivers = True
        try:
            while self.waiting and not self.holds:
                self._hand_over(self.waiting.pop(0))
        finally:
            self._delivers = False

    def _hand_over(self, message: Message) -> None:
        self.delivered.append(message)
        self.handle(message)
