"""A document: from its arrival to its chunks, and its end. Pure."""

from collections.abc import Sequence
from datetime import datetime

from events.knowledge import (
    DocumentAdded,
    DocumentEmbedded,
    DocumentFailed,
    DocumentRemoved,
    DocumentState,
)
from shared.kit.instants import Instant
from shared.kit.transitions import Transition

DOCUMENT_DUE = "assent.document.due.v1"
MOST_DOCUMENTS = 10_000
# So often a reading may end with its process; what others fail at is not counted.
MOST_READINGS = 5


class Document(DocumentState):
    """A document as it is stored. `due_at` is when something is owed to it; `has_rows`: it was
    removed or failed, and the database may have texts of it; `readings` were begun and not
    ended."""

    due_at: Instant | None = None
    has_rows: bool = False
    readings: int = 0

    @property
    def listed_in(self) -> str | None:
        """The corpus that lists it."""
        return None if self.status == "removed" else self.corpus_id


Steps = tuple[Transition[Document], ...]


def next_timer(document: Document) -> tuple[str, datetime] | None:
    """Its reading, its embedding, or the removal of its texts."""
    return (DOCUMENT_DUE, document.due_at) if document.due_at is not None else None


def there_already(known: Document | None, same: Sequence[Document], sha256: str) -> Document | None:
    """The document that has these bytes already: the `known` one of that name, or one of the `same`
    bytes under another name. None where they have to be read, also after a failure or a removal."""
    found = [each for each in (known, *same) if each is not None and each.sha256 == sha256]
    return next((each for each in found if each.status not in ("failed", "removed")), None)


def added(
    known: Document | None,
    document_id: str,
    *,
    corpus_id: str,
    name: str,
    media_type: str,
    sha256: str,
    artifact_id: str | None,
    by: str,
    at: datetime,
) -> Transition[Document]:
    """The document to read, or the next version of the `known` one of that name."""
    document = Document(
        document_id=document_id,
        corpus_id=corpus_id,
        document_name=name,
        version=known.version + 1 if known is not None else 1,
        media_type=media_type,
        sha256=sha256,
        artifact_id=artifact_id,
        status="queued",
        added_by=by,
        added_at=at,
        due_at=at,
    )
    return Transition(document, DocumentAdded)


def begun(document: Document, at: datetime) -> Steps:
    """The document whose reading begins; failed where too many began and none ended. No change for
    one that is read already."""
    if document.status != "queued" or document.has_rows:
        return ()
    if document.readings >= MOST_READINGS:
        return failed(document, "reading it stopped its reader each time: split it", at)
    return (Transition(document.but(readings=document.readings + 1)),)


def put_off(document: Document) -> Steps:
    """The document whose reading something else stopped: it does not count."""
    if document.status != "queued" or document.readings == 0:
        return ()
    return (Transition(document.but(readings=document.readings - 1)),)


def parsed(document: Document, pages: int, chunks: int, at: datetime) -> Steps:
    """The document whose words are found, and whose chunks are to be embedded."""
    known = {"pages": pages, "chunks": chunks, "readings": 0}
    fields = {"status": "parsed", **known, "due_at": at}
    return (Transition(document.but(**fields)),)


def continued(document: Document, at: datetime) -> Steps:
    """The document of which some chunks are to be embedded still."""
    return (Transition(document.but(due_at=at)),)


def embedded(document: Document, model_sha256: str) -> Steps:
    """The document that is found by what it means."""
    fields = {"status": "embedded", "model_sha256": model_sha256, "due_at": None}
    return (Transition(document.but(**fields), DocumentEmbedded),)


def outdated(document: Document, at: datetime) -> Steps:
    """The document that another model is to read; no change for one that is not embedded."""
    if document.status != "embedded":
        return ()
    return (Transition(document.but(status="parsed", due_at=at)),)


def failed(document: Document, why: str, at: datetime) -> Steps:
    """The document that nothing can read."""
    fields = {"status": "failed", "reason": why, "ended_at": at, "has_rows": True, "due_at": at}
    return (Transition(document.but(**fields), DocumentFailed),)


def removed(document: Document, by: str, at: datetime) -> Steps:
    """The document that nobody finds any more; no change for one that is removed."""
    if document.status == "removed":
        return ()
    fields = {"status": "removed", "ended_at": at, "has_rows": True, "due_at": at}
    return (Transition(document.but(**fields), DocumentRemoved, {"removed_by": by}),)


def erased(document: Document) -> Steps:
    """The document of which the database has nothing."""
    return (Transition(document.but(has_rows=False, due_at=None)),)
