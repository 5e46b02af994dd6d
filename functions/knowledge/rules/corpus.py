"""A corpus: its readers, and what becomes of it. Pure."""

from datetime import datetime

from events.knowledge import (
    CorpusChanged,
    CorpusCreated,
    CorpusKind,
    CorpusRemoved,
    CorpusState,
)
from shared.kit.callers import Caller
from shared.kit.errors import Forbidden, VersionConflict
from shared.kit.roles import GOVERNOR, TENANT_ADMIN
from shared.kit.transitions import Transition

MOST_CORPORA = 100
CORPUS_DUE = "assent.corpus.due.v1"
_KEEPERS = frozenset({GOVERNOR, TENANT_ADMIN})


class Corpus(CorpusState):
    """A corpus as it is stored. `has_rows`: it was removed, and the database may have texts of
    it."""

    has_rows: bool = False

    @property
    def is_open(self) -> bool:
        """Whether anybody sees it."""
        return self.status != "removed"

    @property
    def read_by(self) -> tuple[str, ...]:
        """Whoever may read it, for queries; nobody once it is removed."""
        return tuple(dict.fromkeys((*self.readers, self.made_by))) if self.is_open else ()


Steps = tuple[Transition[Corpus], ...]


def next_timer(corpus: Corpus) -> tuple[str, datetime] | None:
    """The removal of its texts."""
    return (CORPUS_DUE, corpus.changed_at) if corpus.has_rows else None


def is_reader(corpus: Corpus, caller: Caller) -> bool:
    """Whether the caller may read the corpus: as who made it, or by a role, a name or an agent
    among its readers, whichever documents it has by now."""
    return not names_of(caller).isdisjoint(corpus.read_by)


def names_of(caller: Caller) -> frozenset[str]:
    """By what a corpus may name the caller as its reader."""
    agent = {caller.agent_id} if caller.agent_id else set()
    return frozenset({caller.principal, *caller.roles, *agent})


def is_keeper(corpus: Corpus, caller: Caller) -> bool:
    """Whether the caller may change it, and so who reads it."""
    return corpus.made_by == caller.principal or not caller.roles.isdisjoint(_KEEPERS)


def require_keeper(corpus: Corpus, caller: Caller) -> None:
    """Raises Forbidden for a reader who may not change it."""
    if not is_keeper(corpus, caller):
        raise Forbidden("only who made the corpus, a governor or a tenant_admin changes it")


def created(
    corpus_id: str,
    *,
    name: str,
    kind: CorpusKind,
    industry: str | None,
    readers: tuple[str, ...],
    by: str,
    at: datetime,
) -> Transition[Corpus]:
    """The new corpus, without a document."""
    corpus = Corpus(
        corpus_id=corpus_id,
        corpus_name=name,
        kind=kind,
        industry=industry,
        readers=tuple(dict.fromkeys(readers)),
        status="draft",
        made_by=by,
        made_at=at,
        changed_at=at,
    )
    return Transition(corpus, CorpusCreated)


def changed(corpus: Corpus, by: str, at: datetime, **fields: object) -> Steps:
    """The corpus with these fields; no change where it has them. Raises VersionConflict for one
    that cannot be searched yet, where it is to be active."""
    if fields.get("status") == "active" and corpus.status in ("draft", "embedding"):
        if corpus.status == "embedding":
            return ()
        raise VersionConflict("it has no document yet: add one, and it becomes active")
    wished = corpus.but(**fields)
    if wished == corpus:
        return ()
    return (Transition(wished.but(changed_at=at), CorpusChanged, {"changed_by": by}),)


def removed(corpus: Corpus, by: str, at: datetime) -> Steps:
    """The corpus that nobody reads any more, whose texts go."""
    gone = corpus.but(status="removed", changed_at=at, has_rows=True)
    return (Transition(gone, CorpusRemoved, {"removed_by": by}),)


def erased(corpus: Corpus) -> Transition[Corpus]:
    """The removed corpus of which the database has nothing."""
    return Transition(corpus.but(has_rows=False))


def awaited(corpus: Corpus) -> Steps:
    """The corpus whose first document is there; no change for any other."""
    return (Transition(corpus.but(status="embedding")),) if corpus.status == "draft" else ()


def activated(corpus: Corpus) -> Steps:
    """The corpus whose first document is embedded; no change for any other."""
    return (Transition(corpus.but(status="active")),) if corpus.status == "embedding" else ()
