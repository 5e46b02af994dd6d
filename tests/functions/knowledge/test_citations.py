"""Each citation of each answer verifies; those of a document that is altered do not any more, and
one that is removed is in no later answer. By night in a thousand answers about our own pages, whose
figures are printed."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from functions.knowledge.service.citations import UNKNOWN
from tests.functions.knowledge.worlds import World

GUIDES = Path(__file__).parents[3] / "docs" / "guides"
_SENTENCE = re.compile(r"(?<=[.?!])\s+|\n+")
_FEWEST_WORDS = 6
# As a route takes, of questions and of citations.
_LONGEST, _MOST = 500, 100


class Asked(NamedTuple):
    """A question, and the citations of its answer."""

    question: str
    citations: list[Any]


@pytest.mark.parametrize(
    ("pages", "questions"),
    [
        (3, 12),
        pytest.param(100, 1_000, marks=[pytest.mark.nightly, pytest.mark.timeout(900)]),
    ],
)
async def test_each_citation_verifies_until_its_document_changes(
    world: World, pages: int, questions: int, capsys: pytest.CaptureFixture[str]
) -> None:
    corpus = await world.corpus()
    shortest = sorted(GUIDES.glob("*.md"), key=lambda each: (each.stat().st_size, each.name))
    texts = {each.name: each.read_text() for each in shortest[:pages]}
    documents = {}
    for name, text in texts.items():
        document = await world.read(await world.added(corpus, text, name))
        documents[document.document_id] = name
    answers = [await _asked(world, each) for each in _questions(list(texts.values()), questions)]
    cited = [each for answer in answers for each in answer.citations]
    told = {"answers": len(answers), "citations": len(cited)}
    right = await _verdicts(world, cited)
    assert len(answers) == questions
    assert all(each.citations for each in answers)
    assert all(verdict is None for verdict in right)

    changed, forged, removed = _most_cited(answers, documents)
    name = documents[changed]
    await world.read(await world.added(corpus, f"{texts[name]}\nOne line more.\n", name))
    _forge(world, forged)
    await world.sent("DELETE", f"/v1/corpora/{corpus}/documents/{removed}")
    whys = {changed: "by now", forged: "the hash of the quotation differs", removed: UNKNOWN}
    for id, why in whys.items():
        verdicts = await _verdicts(world, [each for each in cited if each["document"] == id])
        assert all(verdict is not None and why in verdict for verdict in verdicts), documents[id]
        told[f"false: {why}"] = len(verdicts)
    others = [each for each in cited if each["document"] not in whys]
    assert all(verdict is None for verdict in await _verdicts(world, others))
    told["of other documents, still true"] = len(others)

    about = [each for each in answers if removed in _documents(each.citations)]
    again = [await _asked(world, each.question) for each in about]
    assert not any(removed in _documents(each.citations) for each in again)
    told["answers that had the removed document, and have not"] = len(again)
    with capsys.disabled():
        print("", *(f"{figure:>8,} {name}" for name, figure in told.items()), sep="\n")


async def test_each_verdict_stands_where_its_citation_stood(world: World) -> None:
    corpus = await world.corpus()
    documents = [
        await world.read(await world.added(corpus, f"It ends after {each} years.", f"{each}.md"))
        for each in ("one", "two")
    ]
    found = {
        each["citation"]["document"]: each["citation"]
        for each in (await world.asked("When does it end?", corpora=[corpus]))["items"]
    }
    one, two = (found[each.document_id] for each in documents)
    forged = {**one, "quote_sha256": two["quote_sha256"]}
    elsewhere = {**two, "document": "doc_nowhere"}
    of_no_page = {**two, "page": 9}
    ours = (await world.asked("Who may veto?", corpora=["constitution"]))["items"][0]["citation"]
    cited = (elsewhere, one, two, forged, ours, one, of_no_page, two)
    whys = [each["why"] for each in await world.verdicts(*cited)]
    assert [each is None for each in whys] == [False, True, True, False, True, True, False, True]
    assert whys[0] == UNKNOWN
    assert "hash of the quotation" in whys[3]
    assert "no page 9" in whys[6]


def _questions(texts: Sequence[str], most: int) -> list[str]:
    """Sentences of the pages, from each in turn, so that none lacks any."""
    sentences = [
        [each[:_LONGEST] for each in _SENTENCE.split(text) if len(each.split()) >= _FEWEST_WORDS]
        for text in texts
    ]
    longest = max(map(len, sentences))
    turns = (each[turn] for turn in range(longest) for each in sentences if turn < len(each))
    return list(dict.fromkeys(turns))[:most]


async def _asked(world: World, question: str) -> Asked:
    answer = await world.asked(question)
    return Asked(question, [each["citation"] for each in answer["items"]])


async def _verdicts(world: World, citations: Sequence[Any]) -> list[str | None]:
    """Why each is false; None where it is true."""
    found: list[str | None] = []
    for first in range(0, len(citations), _MOST):
        verdicts = await world.verdicts(*citations[first : first + _MOST])
        found += [each["why"] for each in verdicts]
        assert all(each["is_true"] is (each["why"] is None) for each in verdicts)
    return found


def _documents(citations: Sequence[Any]) -> set[str]:
    return {each["document"] for each in citations}


def _most_cited(answers: Sequence[Asked], documents: dict[str, str]) -> list[str]:
    """Three documents, those that most answers cite."""
    cited = [each for answer in answers for each in _documents(answer.citations)]
    found = sorted(documents, key=lambda each: (-cited.count(each), documents[each]))[:3]
    assert all(each in cited for each in found)
    return found


def _forge(world: World, document_id: str) -> None:
    """Other words of the same length, behind the function's back."""
    with psycopg.connect(world.database, autocommit=True) as owner:
        forged = "UPDATE knowledge_pages SET text = translate(text, 'aeiou', 'eioua')"
        rows = owner.execute(f"{forged} WHERE document_id = %s".encode(), (document_id,))
        assert rows.rowcount == 1
