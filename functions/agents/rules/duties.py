"""Whose an agent or a case is, and whose text it has. Who may do what to it, policies decide."""

from collections.abc import Iterable

from shared.kit.errors import VersionConflict

MOST_AUTHORS = 32
# In words, those who submitted a case.
SUBMITTERS = "its requester and those who revised it"


def with_authors(authors: tuple[str, ...], more: Iterable[str]) -> tuple[str, ...]:
    """The authors and, after them, those of `more`; each once. Raises VersionConflict where they
    are too many."""
    joined = tuple(dict.fromkeys((*authors, *more)))
    if len(joined) > MOST_AUTHORS:
        raise VersionConflict(
            f"{MOST_AUTHORS} people have text in this agent's spec, and no more may: let one of"
            " them submit this spec, or submit it as a new agent with another name"
        )
    return joined
