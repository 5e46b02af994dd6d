"""`python -m tests.benchmarks.reading_first`: how often a sentence that is put into a spec is among
the three that people are shown first, and what the longest spec takes."""

import time
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

from functions.knowledge.forbidden import forbidden, vectors_of_forbidden
from functions.knowledge.rules import nearness
from functions.knowledge.rules.nearness import SHOWN, nearest
from functions.knowledge.rules.sentences import sentences_of
from shared.embeddings.embedder import Embedder
from shared.kit.plain_yaml import parse_yaml
from tests.functions.agents.specs import CORPUS, document
from tests.functions.knowledge.detours import chosen_by, foreign, held_out

if TYPE_CHECKING:
    from numpy import floating
    from numpy.typing import NDArray

CLEARED = "ethics_cleared"
# How near each of some vectors is to what is forbidden.
Scores = Callable[["NDArray[floating]"], "NDArray[floating]"]


@cache
def cleared() -> dict[str, list[str]]:
    """The sentences of each spec that the rules clear, by its slug."""
    expected = parse_yaml((CORPUS / "expected.yaml").read_bytes())
    specs: dict[str, Any] = {
        slug: document(slug)
        for slug, each in expected.items()
        if each["outcome"] == CLEARED and (CORPUS / f"{slug}.yaml").exists()
    }
    translated = parse_yaml((CORPUS / "translated.yaml").read_bytes())
    specs |= {
        each["slug"]: each["spec"] for each in translated if each["expected"]["outcome"] == CLEARED
    }
    return {slug: [each.compared for each in sentences_of(spec)] for slug, spec in specs.items()}


@cache
def _vectors() -> dict[str, "NDArray[floating]"]:
    model = Embedder.load()
    return {slug: model.embed_all(texts) for slug, texts in cleared().items()}


def ours(vectors: "NDArray[floating]") -> "NDArray[floating]":
    """By the product's order."""
    return nearness.scores(vectors, vectors_of_forbidden(Embedder.load()))


def by_its_own_words(vectors: "NDArray[floating]") -> "NDArray[floating]":
    """By nearness to what the constitution says, as it says it."""
    return _highest(vectors, _says())


def by_deeds_alone(vectors: "NDArray[floating]") -> "NDArray[floating]":
    """By nearness to what an agent would do, without regard to what specs say anyway."""
    return _highest(vectors, vectors_of_forbidden(Embedder.load()).deeds)


@cache
def _says() -> "NDArray[floating]":
    return Embedder.load().embed_all([each.says for each in forbidden().articles])


def _highest(vectors: "NDArray[floating]", to: "NDArray[floating]") -> "NDArray[floating]":
    highest: NDArray[floating] = (vectors @ to.T).max(axis=1)
    return highest


def share(order: Scores, planted: Iterable[tuple[str, str]], others: int = 0) -> float:
    """How many of the sentences, each put into the spec of that slug and the texts of so many other
    specs, are among the first three."""
    own = {slug: order(vectors) for slug, vectors in _vectors().items()}
    slugs = [*own]
    known: dict[str, float] = {}
    found = []
    for slug, text in planted:
        if text not in known:
            known[text] = float(order(_vector(text))[0])
        at = slugs.index(slug)
        beside = [own[slugs[(at + step) % len(slugs)]] for step in range(1 + others)]
        found.append(sum(int((each > known[text]).sum()) for each in beside) < SHOWN)
    return sum(found) / len(found)


@cache
def _vector(text: str) -> "NDArray[floating]":
    return Embedder.load().embed_all([text])


def everywhere(texts: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each text in each spec."""
    return ((slug, text) for text in texts for slug in cleared())


def by_chance(others: int = 0) -> float:
    """How many would be found if the order meant nothing."""
    sizes = [len(each) for each in cleared().values()]
    around = [
        sum(sizes[(at + step) % len(sizes)] for step in range(1 + others))
        for at in range(len(sizes))
    ]
    return sum(min(1.0, SHOWN / (size + 1)) for size in around) / len(around)


def unknown(texts: Iterable[str]) -> str:
    """How many sentences count as not English, of all that are long enough to tell."""
    counts = [Embedder.load().words_and_pieces(each) for each in texts]
    told = [each for each in counts if each[0] >= nearness.ENOUGH_WORDS]
    return f"{nearness.foreign(told).sentences} of {len(told)}"


def _seconds_of_longest() -> tuple[int, float]:
    """The sentences of 128 KB of texts, and the seconds of a processor that they take."""
    lists = [text for texts in chosen_by().values() for text in texts]
    told = ". ".join(f"{text} of case {number}" for number in range(12) for text in lists)
    began = time.process_time()
    found = sentences_of({"instructions": told[: 128 * 1024]})
    nearest(
        Embedder.load().embed_all([each.compared for each in found]),
        vectors_of_forbidden(Embedder.load()),
    )
    return len(found), time.process_time() - began


def main() -> None:
    lists, pairs = chosen_by(), held_out()
    planted = {
        **{name: list(everywhere(texts)) for name, texts in lists.items()},
        "held out: detours": [(slug, each.detour) for slug, each in pairs.items()],
        "held out: innocent": [(slug, each.innocent) for slug, each in pairs.items()],
    }
    print("| put into a spec | its own words | deeds alone | ours | ours, three specs together |")
    print("|---|---|---|---|---|")
    for name, some in planted.items():
        orders = (by_its_own_words, by_deeds_alone, ours)
        told = [*(share(each, some) for each in orders), share(ours, some, others=2)]
        print(f"| {name} | {' | '.join(f'{each:.2f}' for each in told)} |")
    chances = [*(by_chance() for _ in range(3)), by_chance(others=2)]
    print(f"| by chance | {' | '.join(f'{each:.2f}' for each in chances)} |")
    english = [text for texts in [*cleared().values(), *lists.values()] for text in texts]
    print(f"\nnot English: {unknown(foreign())} in other languages, {unknown(english)} in English")
    count, seconds = _seconds_of_longest()
    print(f"\n128 KB, {count} sentences: {seconds:.1f} s of a processor")


if __name__ == "__main__":
    main()
