"""An event in the form that rules read."""

from dataclasses import dataclass
from datetime import datetime

from shared.kit.instants import format_instant
from shared.kit.models import EventData


@dataclass(frozen=True)
class Fact:
    """One event of the log that `function` published, with its payload."""

    id: str
    type: str
    function: str
    subject: str
    sequence: int
    time: datetime
    actor: str
    data: EventData

    @property
    def at(self) -> str:
        """The time as text that sorts."""
        return format_instant(self.time)

    @property
    def subject_id(self) -> str:
        """The part of the subject after its noun."""
        return self.subject.partition("/")[2]

    @property
    def name(self) -> str:
        """`assent.approval.auto_approved.v1` → `auto_approved`."""
        return self.type.split(".")[2]
