"""What this function owns in Firestore: corpora. Their texts are in PostgreSQL (`store`)."""

from functions.knowledge.memory_aggregates import MEMORIES, SHELVES
from functions.knowledge.rules import corpus
from functions.knowledge.rules.corpus import Corpus
from shared.aggregates.aggregate import Aggregate
from shared.aggregates.runner import Runner

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

# A closed tenant loses its texts, so its end is handled too.
RUN = Runner("knowledge", *(CORPORA, MEMORIES, SHELVES), in_stopped=True)
