"""What `agents` publishes about a tenant's pipeline of creation cases."""

from events.registry import event
from shared.kit.instants import Instant
from shared.kit.models import EventData
from shared.kit.personal import PersonalText

TOPIC = "agents"


class PipelineState(EventData):
    """A tenant's pipeline. `rolled_back` names the cases that tripped the breaker."""

    paused: bool
    reason: PersonalText
    rolled_back: tuple[str, ...]
    changed_by: str
    changed_at: Instant


@event("assent.pipeline.paused.v1")
class PipelinePaused(PipelineState):
    """More than half of the last ten cases were rolled back: no case enters or is deployed."""


@event("assent.pipeline.resumed.v1")
class PipelineResumed(PipelineState):
    """A governor resumed the pipeline; the cases that were held are deployed."""
