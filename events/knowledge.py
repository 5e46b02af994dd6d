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
    name: MakersText
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
