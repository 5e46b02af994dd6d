"""Chooses the sentences of a text that say most of it, by TextRank (Mihalcea and Tarau, 2004,
https://aclanthology.org/W04-3252) over vectors of the sentences."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

# As the authors of PageRank and TextRank set it.
_DAMPING = 0.85
_ROUNDS = 100
_CLOSE = 1e-6
# A sentence that is as near as this to a chosen one tells the reader nothing new.
_ALIKE = 0.9
# Each alternative begins at a mark or at the end of a line, never at a blank: a text of blanks is
# read once.
_END = re.compile(
    r"(?<=[.!?…])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[^\W_a-z])|\n[^\S\n]*\n\s*|(?<=[。！？])"
)


class Sentence(NamedTuple):
    """A sentence, and where it is in the text."""

    start: int
    end: int
    text: str


def sentences_of(text: str) -> list[Sentence]:
    """The sentences in their order. A sentence ends at a full stop, a question or exclamation mark
    before what is no small letter, or at an empty line; abbreviations may end one too early."""
    return list(_cut(text))


def _cut(text: str) -> Iterator[Sentence]:
    start = 0
    ends = [(found.start(), found.end()) for found in _END.finditer(text)]
    for end, following in (*ends, (len(text), len(text))):
        said = text[start:end]
        # The number of a line belongs to what follows it.
        if any(each.isalpha() for each in said):
            left = start + len(said) - len(said.lstrip())
            yield Sentence(left, left + len(said.strip()), said.strip())
            start = following


def most_telling(vectors: "NDArray[numpy.float32]", count: int) -> list[int]:
    """Which sentences say most of the text, in its order: `count` at most, by their vectors of
    length 1. The same vectors give the same sentences."""
    alike = vectors @ vectors.T
    ranks = _ranks(alike)
    chosen: list[int] = []
    for each in sorted(range(len(ranks)), key=lambda each: (-ranks[each], each)):
        if len(chosen) < count and all(alike[each, other] < _ALIKE for other in chosen):
            chosen.append(each)
    return sorted(chosen)


def _ranks(alike: "NDArray[numpy.float32]") -> Sequence[float]:
    """The share of each sentence in a walk that goes from one to another the likelier, the more
    alike they are."""
    import numpy

    weights = numpy.clip(alike.astype(numpy.float64), 0, None)
    numpy.fill_diagonal(weights, 0)
    totals = weights.sum(1, keepdims=True)
    count = len(weights)
    # From one that is like no other, the walk goes anywhere.
    steps = numpy.where(totals > 0, weights / numpy.where(totals > 0, totals, 1), 1 / count)
    ranks = numpy.full(count, 1 / count)
    for _ in range(_ROUNDS):
        before, ranks = ranks, (1 - _DAMPING) / count + _DAMPING * steps.T @ ranks
        if numpy.abs(ranks - before).sum() < _CLOSE:
            break
    found: list[float] = ranks.round(9).tolist()
    return found
