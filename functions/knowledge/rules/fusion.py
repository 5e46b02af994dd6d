"""One order of what two searches found: by what a chunk means, and by its words. Pure."""

from collections.abc import Mapping
from typing import Literal

Mode = Literal["hybrid", "vector", "text"]
# How much the meaning counts, of 1; the words count the rest. Measured on two sets of questions
# (`make bench FIGURE=knowledge`).
WEIGHT_OF_MEANING = 0.6
# So many of each search are compared.
DEPTH = 50


def fused(
    by_meaning: Mapping[int, float], by_words: Mapping[int, float], weight: float
) -> list[tuple[int, float]]:
    """The chunks of both with a score from 0 to 1, the best first: `weight` of what each scores
    among those that were found by meaning, and the rest of what it scores by its words."""
    meaning, words = _spread(by_meaning), _relative(by_words)
    scores = {
        each: weight * meaning.get(each, 0.0) + (1 - weight) * words.get(each, 0.0)
        for each in meaning.keys() | words.keys()
    }
    return sorted(scores.items(), key=lambda each: (-each[1], each[0]))


def _spread(found: Mapping[int, float]) -> dict[int, float]:
    """Similarities from 0 for the last one to 1 for the first: those of one question lie close
    together."""
    if not found:
        return {}
    low, high = min(found.values()), max(found.values())
    if high == low:
        return dict.fromkeys(found, 1.0)
    return {each: (score - low) / (high - low) for each, score in found.items()}


def _relative(found: Mapping[int, float]) -> dict[int, float]:
    """Scores as parts of the highest."""
    high = max(found.values(), default=0.0)
    return {each: score / high if high > 0 else 0.0 for each, score in found.items()}
