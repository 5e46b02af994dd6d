"""What a function publishes when somebody asked for an id that is not there, or not theirs."""

from events.registry import EventData
from shared.kit.instants import Instant


class LookupMissed(EventData):
    """A well-formed id answered with 404. Whether it exists for another tenant is not looked up."""

    id: str
    principal: str
    asked_at: Instant
