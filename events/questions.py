"""What every event says that asks for assent."""

from shared.kit.instants import Instant
from shared.kit.models import EventData


class Question(EventData):
    """A request for assent to exactly the content that `content_hash` names. `evidence_hash` names
    a list with what to see first, `assessment_hash` an `events.dossiers.Assessment`; none of the
    `authors`, whose text is in the content, assents."""

    summary: str
    content_hash: str
    evidence_hash: str
    assessment_hash: str
    requested_by: str
    requested_at: Instant
    authors: tuple[str, ...]
