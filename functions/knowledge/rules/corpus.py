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
    """A corpus as it is stored. `has_rows`: it was removed, and the database may have texts of it.
    `problem` says why a draft is one again, and what to do; `ended` counts its documents that ended
    before any could be searched."""

    has_rows: bool = False
    problem: str | None = None
    ended: int = 0

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
        said = corpus.problem or "it has no document yet: add one, and it becomes active"
        raise VersionConflict(said)
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
    if corpus.status != "draft":
        return ()
    return (Transition(corpus.but(status="embedding", problem=None)),)


def unread(corpus: Corpus, why: str | None, *, awaits_others: bool) -> Steps:
    """The corpus one of whose documents failed, and `why`, or was removed: a draft again, where it
    `awaits_others` no more. No change for one that had a document which could be searched. It is
    changed all the same while it awaits others, so that of two which end at one moment the second
    sees that it is the last."""
    if corpus.status != "embedding":
        return ()
    ended = corpus.but(ended=corpus.ended + 1)
    if awaits_others:
        return (Transition(ended),)
    problem = None
    if why is not None:
        problem = (
            f"none of its documents could be read, the last one because {why}. Add one that can be,"
            " or the same again once that is mended: the list of its documents has each reason"
        )
    return (Transition(ended.but(status="draft", problem=problem)),)


def activated(corpus: Corpus) -> Steps:
    """The corpus whose first document is embedded; no change for any other. One that became a draft
    again just as that was added is active, too."""
    if corpus.status not in ("draft", "embedding"):
        return ()
    return (Transition(corpus.but(status="active", problem=None)),)
