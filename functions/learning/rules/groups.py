"""Groups texts whose vectors are near one another. Pure."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Vectors = NDArray[numpy.float32]


def groups_of(vectors: "Vectors", least: float) -> list[list[int]]:
    """The rows of `vectors`, each of length 1, in groups: the two groups whose rows have the
    highest mean cosine to each other are joined, as long as that is `least` or more (average
    linkage). The same rows in the same order give the same groups. Takes time in the cube of the
    rows: 0.2 s for 300."""
    import numpy

    # Rounded: sums of products differ in their last digits from machine to machine.
    nearness = numpy.round((vectors @ vectors.T).astype(numpy.float64), 4)
    numpy.fill_diagonal(nearness, -numpy.inf)
    groups = [[row] for row in range(len(vectors))]
    while len(groups) > 1:
        one, other = divmod(int(nearness.argmax()), len(nearness))
        if nearness[one, other] < least:
            break
        sizes = len(groups[one]), len(groups[other])
        joined = (nearness[one] * sizes[0] + nearness[other] * sizes[1]) / sum(sizes)
        nearness[one], nearness[:, one] = joined, joined
        nearness[one, one] = -numpy.inf
        nearness[other], nearness[:, other] = -numpy.inf, -numpy.inf
        groups[one] += groups[other]
        groups[other] = []
    return [sorted(each) for each in groups if each]


def middle_of(vectors: "Vectors", group: Sequence[int]) -> int:
    """The row of a group that is nearest to all of it; of two the first."""
    import numpy

    rows = vectors[list(group)]
    return group[int(numpy.round(rows @ rows.sum(axis=0), 4).argmax())]
