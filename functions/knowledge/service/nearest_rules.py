"""Finds the sentences that people should read first: those nearest to what the constitution
forbids. Nothing is stored, and nothing decides by them."""

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

from functions.knowledge.embeddings import embedder
from functions.knowledge.forbidden import forbidden, vectors_of_forbidden
from functions.knowledge.nearest_views import (
    ComparedBody,
    NearestRules,
    NearSentence,
    RuleView,
)
from functions.knowledge.rules.nearness import Foreign, foreign, nearest
from functions.knowledge.rules.sentences import MOST_SENTENCES, Sentence, of_authors, sentences_of
from functions.knowledge.service.daily_questions import count_question
from functions.knowledge.service.turns import turn_of
from shared.kit.callers import Caller
from shared.kit.canonical import content_hash
from shared.kit.errors import Unavailable
from shared.kit.last_used import LastUsed
from shared.kit.per_loop import PerLoop

if TYPE_CHECKING:
    from numpy import floating
    from numpy.typing import NDArray

    from shared.embeddings.embedder import Embedder

# So many take as long as one question.
_SENTENCES_A_QUESTION = 30
# Whose text is compared gives way to others after so many sentences.
_SENTENCES_A_TURN = 50
_MOST_SECONDS = 35.0
# By tenant, text and model: nobody learns by the time of an answer what others sent.
_remembered: LastUsed[tuple[str, str, str], NearestRules] = LastUsed(200)
# By the same and a sentence: a text that is sent again goes on where time was over, and a revised
# one is compared in what is new. Some 15 MB.
_vectors: "LastUsed[tuple[str, str, str], NDArray[floating]]" = LastUsed(2 * MOST_SENTENCES)
_processor = PerLoop(asyncio.Lock)


def forget() -> None:
    """Forgets all answers and vectors, for tests."""
    _remembered.clear()
    _vectors.clear()


async def nearest_rules(caller: Caller, body: ComparedBody) -> NearestRules:
    """The sentences of the texts to read first. Raises Invalid for too many of them,
    QuestionsSpent, TooManyRequests, and Unavailable where this deployment has no model or the
    processor has no time."""
    texts = of_authors(body.content, body.subject_type)
    sentences = await asyncio.to_thread(sentences_of, texts)
    await count_question(caller, 1 + len(sentences) // _SENTENCES_A_QUESTION)
    if not sentences:
        return NearestRules(items=(), compared=0, not_english=0)
    model = await embedder("read the text without it")
    key = (caller.tenant_id, content_hash(texts), model.model_sha256)
    if (known := _remembered.find(key)) is not None:
        return known
    async with turn_of(caller.tenant_id, "compare"):
        try:
            async with asyncio.timeout(_MOST_SECONDS):
                return _remembered.keep(key, await _compared(caller.tenant_id, model, sentences))
        except TimeoutError as late:
            told = "comparing takes too long now: send the same again, and it goes on from there"
            raise Unavailable(told) from late


async def _compared(
    tenant_id: str, model: "Embedder", sentences: Sequence[Sentence]
) -> NearestRules:
    texts = [each.compared for each in sentences]
    strange = await asyncio.to_thread(_foreign, model, texts)
    if strange.are_most:
        return NearestRules(items=(), compared=0, not_english=strange.sentences)
    vectors = await _embedded(tenant_id, model, texts)
    to = await asyncio.to_thread(vectors_of_forbidden, model)
    articles = forbidden().articles
    items = tuple(
        NearSentence(
            path=sentences[each.sentence].path,
            start=sentences[each.sentence].start,
            quote=sentences[each.sentence].quote,
            rule=RuleView(
                name=articles[each.article].name,
                says=articles[each.article].says,
                document_name=articles[each.article].document,
            ),
        )
        for each in nearest(vectors, to)
    )
    return NearestRules(items=items, compared=len(texts), not_english=strange.sentences)


def _foreign(model: "Embedder", texts: Sequence[str]) -> Foreign:
    return foreign(map(model.words_and_pieces, texts))


async def _embedded(tenant_id: str, model: "Embedder", texts: Sequence[str]) -> "NDArray[floating]":
    import numpy

    keys = [(tenant_id, model.model_sha256, each) for each in texts]
    found = {key: known for key in keys if (known := _vectors.find(key)) is not None}
    missing = [key for key in keys if key not in found]
    for start in range(0, len(missing), _SENTENCES_A_TURN):
        some = missing[start : start + _SENTENCES_A_TURN]
        async with _processor.here():
            vectors = await asyncio.to_thread(model.embed_all, [text for *_, text in some])
        found |= {key: _vectors.keep(key, each) for key, each in zip(some, vectors, strict=True)}
    return numpy.stack([found[key] for key in keys])
