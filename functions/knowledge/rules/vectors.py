"""Vectors of facts as a shelf keeps them: one byte for each number. Pure."""

import base64
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

# A vector of length 1 has no larger number; most are far smaller.
_STEPS = 127


def packed(vector: "NDArray[numpy.float32]") -> str:
    """The vector as text. Its cosine to itself unpacked is at least 0.999."""
    import numpy

    largest = float(numpy.abs(vector).max()) or 1.0
    whole = numpy.rint(vector / largest * _STEPS).astype(numpy.int8)
    return base64.b64encode(whole.tobytes()).decode()


def nearness(question: "NDArray[numpy.float32]", vectors: Sequence[str]) -> list[float]:
    """The cosine of the question to each packed vector, rounded to four places."""
    import numpy

    if not vectors:
        return []
    raw = b"".join(base64.b64decode(each) for each in vectors)
    rows = numpy.frombuffer(raw, dtype=numpy.int8).reshape(len(vectors), -1).astype(numpy.float32)
    lengths = numpy.linalg.norm(rows, axis=1) * float(numpy.linalg.norm(question))
    cosines = rows @ question / numpy.maximum(lengths, 1e-9)
    return [round(float(each), 4) for each in cosines]
