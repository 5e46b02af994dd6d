"""What this function owns in Firestore: corpora and documents; their texts are in PostgreSQL."""

from functions.knowledge.memory_aggregates import MEMORIES, SHELVES
from functions.knowledge.rules import corpus, document
from functions.knowledge.rules.corpus import Corpus
from functions.knowledge.rules.document import Document
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner
from shared.kit.workspaces import WORKSPACE
from shared.storage.collections import Collection

CORPORA = Aggregate(
    noun="corpus",
    model=Corpus,
    collection="corpora",
    prefix="cor",
    indexed=("is_open", "read_by"),
    queried=("is_open", "read_by[]"),
    next_timer=corpus.next_timer,
    in_workspaces=True,
)

DOCUMENTS = Aggregate(
    noun="document",
    model=Document,
    collection="documents",
    prefix="doc",
    indexed=("sha256", "added_at", "status"),
    sparse=("listed_in",),
    composites=(("listed_in", "-added_at"), (WORKSPACE, "listed_in", "-added_at")),
    queried=("listed_in", "sha256", "status"),
    next_timer=document.next_timer,
    in_workspaces=True,
)

# How often an agent asked in a day, by `<agent>.<day>`.
DAYS = Collection("knowledge_days")
# Which document was added last with some bytes, by corpus and bytes: of two that come at one moment
# one commit fails, and finds the other's.
CONTENTS = Collection("document_contents")

# A closed tenant loses its texts, so its end is handled too.
RUN = Runner(
    "knowledge",
    CORPORA,
    DOCUMENTS,
    MEMORIES,
    SHELVES,
    collections=(DAYS, CONTENTS),
    in_stopped=True,
)
