"""Which sentences are nearest to what the constitution forbids: an order, and no judgement. Pure.

A model of embeddings knows what a sentence is about, and next to nothing of whether it says yes or
no. So a sentence counts as near where it is nearer to forbidden deeds than to what specs say
anyway; the figures are in docs/decisions/0188-*."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from numpy import floating
    from numpy.typing import NDArray

SHOWN = 3
# Chosen on the lists of tests/functions/knowledge/detours.yaml that are not held out.
_DEEDS, _ORDINARY = 2, 5
_WEIGHT_OF_INSTEAD = 0.25
# The model's vocabulary tells whether a sentence is English if it has at least so many words.
ENOUGH_WORDS = 4
_MOST_PIECES = 1.6


class Vectors(NamedTuple):
    """Vectors of length 1, a row for each text: of forbidden deeds, each with the number of its
    article, of what is done instead, and of what specs say anyway."""

    deeds: "NDArray[floating]"
    articles: tuple[int, ...]
    instead: "NDArray[floating]"
    ordinary: "NDArray[floating]"


class Near(NamedTuple):
    """The places of a sentence among the compared ones and of the article whose deed it is nearest
    to."""

    sentence: int
    article: int


class Foreign(NamedTuple):
    """How many sentences are not English, and whether most are."""

    sentences: int
    are_most: bool


def nearest(sentences: "NDArray[floating]", to: Vectors, most: int = SHOWN) -> list[Near]:
    """At most `most` of the sentences, whose vectors are the rows, the nearest first; of equally
    near ones those that come first."""
    if not len(sentences):
        return []
    order = (-scores(sentences, to)).argsort(kind="stable")[:most]
    closest = (sentences[order] @ to.deeds.T).argmax(axis=1)
    return [Near(int(n), to.articles[int(deed)]) for n, deed in zip(order, closest, strict=True)]


def scores(sentences: "NDArray[floating]", to: Vectors) -> "NDArray[floating]":
    """How near each sentence is; the figures compare sentences of one text, and mean nothing
    else."""
    deeds = _mean_of_highest(sentences @ to.deeds.T, _DEEDS)
    usual = _mean_of_highest(sentences @ to.ordinary.T, _ORDINARY)
    lawful = _mean_of_highest(sentences @ to.instead.T, 1)
    found: NDArray[floating] = (deeds - usual - _WEIGHT_OF_INSTEAD * lawful).round(4)
    return found


def foreign(counts: Iterable[tuple[int, int]]) -> Foreign:
    """How many sentences the model hardly knows, as it does those that are not English, by their
    words and the pieces of its vocabulary that these take."""
    shares = [pieces / words for words, pieces in counts if words >= ENOUGH_WORDS]
    unknown = sum(each > _MOST_PIECES for each in shares)
    return Foreign(unknown, 2 * unknown > len(shares))


def _mean_of_highest(cosines: "NDArray[floating]", count: int) -> "NDArray[floating]":
    import numpy

    means: NDArray[floating] = numpy.sort(cosines, axis=1)[:, -count:].mean(axis=1)
    return means
