"""Which part of a search finds what was asked for: by meaning, by words, or both; whether questions
of permission are told from others; and whether every citation in answers verifies."""

import asyncio
import json
import re
import zipfile
from collections.abc import Sequence
from typing import NamedTuple

from functions.knowledge import searches
from functions.knowledge.embeddings import model_of, vector_of, written
from functions.knowledge.rules.chunks import Chunk, Page
from functions.knowledge.rules.fusion import WEIGHT_OF_MEANING, fused
from functions.knowledge.rules.passages import Passage, citation_of, why_wrong
from functions.knowledge.rules.routing import asks_permission
from functions.knowledge.searches import SearchQuery
from functions.knowledge.service import constitution
from functions.knowledge.service.document_vectors import embed_missing
from functions.knowledge.store import PLATFORM, DocumentPlace, keep_text
from shared.storage.postgres import disconnect
from tests.benchmarks.appending import database
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.benchmarks.knowledge import connected
from tests.benchmarks.permission_questions import ORDINARY, PERMISSION
from tests.benchmarks.started import ROOT

# Questions to functions of programs, with the description of the one that is meant: Apache-2.0,
# from PyPI. `make bench` downloads it; nothing of it is installed.
PUBLIC = ROOT / "build" / "questions" / "bfcl_eval-2026.3.23-py3-none-any.whl"
_SET = "bfcl_eval/data/BFCL_v4_simple_python.json"
MOST = 200
TENANT, CORPUS, DOCUMENT = "bench", "cor_bench", "doc_bench"
ANSWERS = 1_000
WEIGHTS = {"hybrid": WEIGHT_OF_MEANING, "meaning": 1.0, "words": 0.0}
# What one weight for all corpora may cost a set, beside the weight that is best for it alone.
MOST_LOST = 0.02
_TENTHS = [tenth / 10 for tenth in range(11)]
_SECTION = re.compile(r"^#{2,4} (.+?)$\n+(.+?)(?=^#|\Z)", re.MULTILINE | re.DOTALL)


class Question(NamedTuple):
    """A question, and the passage that answers it."""

    text: str
    answer: str


def measure() -> dict[str, Figure]:
    """The mean reciprocal rank of each part and of both on two sets of questions, and the rest."""
    sets = {"our docs": _of_docs(), "BFCL": _of_functions()}
    figures: dict[str, Figure] = {}
    answered = 0
    for name, questions in sets.items():
        with database() as server:

            async def ask(
                questions: Sequence[Question] = questions,
            ) -> tuple[dict[float, float], int]:
                with connected(server):
                    found = await _asked(questions)
                    await disconnect()
                    return found

            ranks, right = asyncio.run(ask())
        answered += right
        alone = max(ranks[WEIGHTS["meaning"]], ranks[WEIGHTS["words"]])
        for part, weight in WEIGHTS.items():
            aim = at_least(alone) if part == "hybrid" else None
            figures[f"knowledge: MRR of {part}, {name}"] = Figure(ranks[weight], "of 1", aim=aim)
        best = max(ranks, key=lambda weight: ranks[weight])
        figures[f"knowledge: best weight of meaning, {name}"] = Figure(best, "of 1")
        figures[f"knowledge: MRR lost by one weight, {name}"] = Figure(
            ranks[best] - ranks[WEIGHT_OF_MEANING], "of 1", aim=at_most(MOST_LOST)
        )
    asked = len(WEIGHTS) * sum(map(len, sets.values()))
    figures["knowledge: answers whose citations verify"] = Figure(
        answered / asked, "of 1", aim=at_least(1.0)
    )
    figures["knowledge: answers that were verified"] = Figure(asked, "", aim=at_least(ANSWERS))
    with database() as server:

        async def route() -> float:
            with connected(server):
                found = await _routed()
                await disconnect()
                return found

        figures["knowledge: questions routed rightly"] = Figure(
            asyncio.run(route()), "of 1", aim=at_least(0.9)
        )
    return figures


def _of_docs() -> list[Question]:
    """The headings of our own pages, and what stands below each."""
    found = []
    for page in sorted((ROOT / "docs" / "guides").glob("*.md")):
        for heading, body in _SECTION.findall(page.read_text()):
            if len(body.strip()) > 80:
                found.append(Question(heading, body.strip()[:900]))
    return found[:MOST]


def _of_functions() -> list[Question]:
    """What people ask of functions, and the description of the function that is meant."""
    found = []
    with zipfile.ZipFile(PUBLIC) as wheel:
        for line in wheel.read(_SET).decode().splitlines():
            case = json.loads(line)
            (function,) = case["function"]
            name = function["name"].replace("_", " ").replace(".", " ")
            found.append(
                Question(case["question"][0][0]["content"], f"{name}\n{function['description']}")
            )
    return found[:MOST]


async def _asked(questions: Sequence[Question]) -> tuple[dict[float, float], int]:
    """The mean reciprocal rank for each weight of meaning among ten passages, and in how many
    answers of the parts every citation verified."""
    answers = list(dict.fromkeys(each.answer for each in questions))
    place = DocumentPlace(TENANT, CORPUS, DOCUMENT, 1)
    chunks = [Chunk(page, 0, len(each), "", each) for page, each in enumerate(answers, 1)]
    await keep_text(place, [Page(each) for each in answers], chunks)
    await embed_missing(place)
    model, right = await model_of(), 0
    ranks: dict[float, list[float]] = {weight: [] for weight in _TENTHS}
    for question in questions:
        vector = written(await vector_of(TENANT, question.text))
        sought = SearchQuery(TENANT, (CORPUS,), len(answers), question.text, vector, model)
        hits = await searches.search(TENANT, sought)
        found = list(hits.by_meaning.keys() | hits.by_words.keys())
        passages = await searches.passages(TENANT, TENANT, (CORPUS,), found)
        for weight in _TENTHS:
            by_meaning = hits.by_meaning if weight else {}
            by_words = hits.by_words if weight < 1 else {}
            ids = [id for id, _ in fused(by_meaning, by_words, weight)[:10]]
            texts = [passages[id].text for id in ids]
            rank = texts.index(question.answer) + 1 if question.answer in texts else 0
            ranks[weight].append(1 / rank if rank else 0.0)
            if weight in WEIGHTS.values():
                right += await _all_verify([passages[id] for id in ids])
    return {weight: sum(each) / len(each) for weight, each in ranks.items()}, right


async def _all_verify(passages: Sequence[Passage]) -> bool:
    for each in passages:
        cited = citation_of(each)
        page = await searches.cited_page(TENANT, TENANT, cited.document, cited.page)
        if page is None or why_wrong(cited, page.version, page.text) is not None:
            return False
    return True


async def _routed() -> float:
    """The share of questions that go where they belong; none of them chose the threshold."""
    await constitution.require_stored()
    model, right = await model_of(), 0
    cases = [*((each, True) for each in PERMISSION), *((each, False) for each in ORDINARY)]
    for text, expected in cases:
        vector = written(await vector_of(TENANT, text))
        sought = SearchQuery(PLATFORM, (constitution.CORPUS_ID,), 100, None, vector, model)
        hits = await searches.search(TENANT, sought)
        right += asks_permission(list(hits.by_meaning.values())) == expected
    return right / len(cases)
