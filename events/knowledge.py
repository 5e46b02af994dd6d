"""What `knowledge` publishes: corpora, and the documents in them."""

from typing import Annotated, Literal

from events.registry import event
from shared.kit.callers import Identifier
from shared.kit.instants import Instant
from shared.kit.models import EventData
from shared.kit.personal import Personal
from shared.kit.workspaces import InWorkspace

TOPIC = "knowledge"

CorpusKind = Literal["industry", "constitutional", "tenant"]
# `embedding`: its first documents are being read; whatever is `active` is searched.
CorpusStatus = Literal["draft", "embedding", "active", "deprecated", "removed"]
MakersText = Annotated[str, Personal(of="made_by")]


class CorpusState(EventData):
    """A set of documents, and who may read it: whoever has one of the `readers` as role or is one
    of them, and who made it."""

    corpus_id: str
    corpus_name: MakersText
    kind: CorpusKind
    industry: str | None = None
    readers: tuple[Identifier, ...]
    status: CorpusStatus
    made_by: str
    made_at: Instant
    changed_at: Instant
    workspace_id: InWorkspace = None


@event("assent.corpus.created.v1")
class CorpusCreated(CorpusState):
    """Somebody made a corpus, which has no document yet."""


@event("assent.corpus.changed.v1")
class CorpusChanged(CorpusState):
    """Somebody named it anew, chose other readers, or set it aside or back."""

    changed_by: str


@event("assent.corpus.removed.v1")
class CorpusRemoved(CorpusState):
    """Somebody removed it: no answer has a passage of it any more, and its texts are deleted."""

    removed_by: str


DocumentStatus = Literal["queued", "parsed", "embedded", "failed", "removed"]
AddersText = Annotated[str, Personal(of="added_by")]


class DocumentState(EventData):
    """A document in its newest version. `sha256` is that of its bytes, or of its text; of one that
    is a file, `artifact_id` says which. `parsed`: its words are found already; `embedded`: what it
    means too, as the model with the hash `model_sha256` reads it."""

    document_id: str
    corpus_id: str
    document_name: AddersText
    version: int
    media_type: str
    sha256: str
    artifact_id: str | None = None
    status: DocumentStatus
    pages: int | None = None
    chunks: int | None = None
    model_sha256: str | None = None
    reason: str | None = None
    added_by: str
    added_at: Instant
    ended_at: Instant | None = None
    workspace_id: InWorkspace = None


@event("assent.document.added.v1")
class DocumentAdded(DocumentState):
    """Somebody added a document, or another version of one."""


@event("assent.document.embedded.v1")
class DocumentEmbedded(DocumentState):
    """Searches find it by its words and by what it means."""


@event("assent.document.failed.v1")
class DocumentFailed(DocumentState):
    """It cannot be read, and the reason; an earlier version of it is found no more."""


@event("assent.document.removed.v1")
class DocumentRemoved(DocumentState):
    """Somebody removed it: no later answer has a passage of it, and its citations verify no
    more."""

    removed_by: str
