"""The order in which sentences are shown: by nearness to forbidden deeds, beyond what is usual."""

import numpy as np
import pytest

from functions.knowledge.rules.nearness import SHOWN, Near, Vectors, foreign, nearest


def towards(**parts: float) -> list[float]:
    """A vector of length 1 that points so far towards a deed, what is done instead, what is usual,
    another deed, and elsewhere."""
    names = ("deed", "instead", "usual", "other", "elsewhere")
    vector = np.array([parts.get(each, 0.0) for each in names])
    return list(vector / np.linalg.norm(vector))


TO = Vectors(
    deeds=np.array([towards(deed=1), towards(deed=1, other=0.1), towards(other=1)]),
    articles=(4, 4, 7),
    instead=np.array([towards(instead=1)]),
    ordinary=np.array([towards(usual=1)]),
)


def order(*sentences: list[float]) -> list[Near]:
    return nearest(np.array(sentences), TO)


def test_the_nearest_deed_names_the_article() -> None:
    assert order(towards(elsewhere=1), towards(deed=1), towards(other=1)) == [
        Near(1, 4),
        Near(2, 7),
        Near(0, 4),
    ]


def test_what_specs_say_anyway_and_what_is_done_instead_come_later() -> None:
    both = towards(deed=1, usual=1), towards(deed=1, instead=1), towards(deed=1)
    assert [each.sentence for each in order(*both)] == [2, 1, 0]


def test_at_most_three_are_shown_and_equal_ones_in_their_order() -> None:
    assert [each.sentence for each in order(*[towards(deed=1)] * 5)] == [*range(SHOWN)]
    assert order(towards(elsewhere=1)) == [Near(0, 4)]
    assert nearest(np.empty((0, 5)), TO) == []


@pytest.mark.parametrize(
    ("counts", "unknown", "are_most"),
    [
        ([], 0, False),
        ([(10, 10)] * 9 + [(10, 20)], 1, False),
        ([(10, 10)] * 4 + [(10, 20)] * 5, 5, True),
        ([(10, 10), (10, 20)], 1, False),
        # Too short to tell.
        ([(3, 9)] * 9, 0, False),
        ([(3, 3)] * 9 + [(10, 20)], 1, True),
    ],
)
def test_a_text_is_foreign_where_most_of_its_sentences_are(
    counts: list[tuple[int, int]], unknown: int, are_most: bool
) -> None:
    assert foreign(counts) == (unknown, are_most)
