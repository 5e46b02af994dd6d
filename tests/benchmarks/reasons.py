"""`python -m tests.benchmarks.reasons`: how well reasons are grouped by meaning at each nearness,
and what the largest report's take."""

import time
from collections.abc import Iterable, Mapping

from functions.learning.rules.groups import groups_of
from functions.learning.rules.reasons import LONGEST_COMPARED, MOST_COMPARED, NEAR
from shared.embeddings.embedder import Embedder
from tests.functions.learning.refusals import CHOSEN_BY, HELD_OUT

_TRIED = (0.2, 0.25, 0.3, NEAR, 0.36, 0.4, 0.5)


def agreement(written: Mapping[str, Iterable[str]], near: float) -> tuple[float, float]:
    """Of the pairs that are grouped, those that mean the same; and of those that do, the grouped
    ones."""
    meant = {text: meaning for meaning, texts in written.items() for text in texts}
    texts = sorted(meant)
    pairs = [
        (texts[one], texts[other])
        for group in groups_of(Embedder.load().embed_all(texts), near)
        for place, one in enumerate(group)
        for other in group[:place]
    ]
    right = sum(meant[one] == meant[other] for one, other in pairs)
    sizes = [len(tuple(each)) for each in written.values()]
    return right / len(pairs), right / sum(size * (size - 1) // 2 for size in sizes)


def _seconds_of_largest() -> float:
    """Of a processor, once the model is there."""
    said = " ".join(text for texts in HELD_OUT.values() for text in texts)
    texts = [f"{number} {said}"[:LONGEST_COMPARED] for number in range(MOST_COMPARED)]
    began = time.process_time()
    groups_of(Embedder.load().embed_all(texts), NEAR)
    return time.process_time() - began


def main() -> None:
    print("| nearness | chosen by: precision / recall | held out | together |\n|---|---|---|---|")
    for near in _TRIED:
        some = (CHOSEN_BY, HELD_OUT, {**CHOSEN_BY, **HELD_OUT})
        figures = (agreement(each, near) for each in some)
        told = " | ".join(f"{precision:.2f} / {recall:.2f}" for precision, recall in figures)
        print(f"| {near:.2f} | {told} |")
    print(f"\n{MOST_COMPARED} wordings of {LONGEST_COMPARED} characters: ", end="")
    print(f"{_seconds_of_largest():.1f} s of a processor")


if __name__ == "__main__":
    main()
