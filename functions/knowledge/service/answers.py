"""Answers questions with passages and their citations."""

from collections.abc import Sequence
from typing import NamedTuple

from functions.knowledge import searches
from functions.knowledge.aggregates import DOCUMENTS
from functions.knowledge.embeddings import model_of, vector_of, written
from functions.knowledge.rules.corpus import Corpus
from functions.knowledge.rules.fusion import WEIGHT_OF_MEANING, fused
from functions.knowledge.rules.passages import Passage, citation_of
from functions.knowledge.rules.routing import asks_permission, share_of_constitution
from functions.knowledge.searches import Hits, SearchQuery
from functions.knowledge.service import constitution
from functions.knowledge.service.corpora import all_readable
from functions.knowledge.service.daily_questions import count_question
from functions.knowledge.service.turns import turn_of
from functions.knowledge.store import PLATFORM, CorpusRow, corpus_rows
from functions.knowledge.views import Answer, PassageView, SearchBody
from shared.kit.callers import Caller
from shared.kit.errors import NotFound
from shared.kit.last_used import LastUsed
from shared.storage.firestore import TenantStore
from shared.storage.postgres import TookTooLong

SEARCHED = ("embedding", "active")


class ScoredPassage(NamedTuple):
    """A passage, how well it answers, and whether it says what is allowed."""

    passage: Passage
    score: float
    is_constitutional: bool


class RankedPassages(NamedTuple):
    """What answers a question, before anybody is shown it."""

    items: tuple[ScoredPassage, ...]
    is_routed: bool


# By tenant, question, what of it the caller may read in which version, and the model: an answer of
# yesterday's texts or of another's rights has another key.
_remembered: LastUsed[tuple[object, ...], RankedPassages] = LastUsed(500)


def forget() -> None:
    """Forgets all answers, for tests."""
    _remembered.clear()


async def search(caller: Caller, body: SearchBody) -> Answer:
    """The passages that the caller may read, the best first. Raises NotFound for a corpus that the
    caller may not read, QuestionsSpent, TooManyRequests, TookTooLong, Unavailable."""
    await count_question(caller)
    chosen, with_constitution = await _chosen(caller, body)
    if with_constitution:
        await constitution.require_stored()
    rows = await corpus_rows(caller.tenant_id, [each.corpus_id for each in chosen])
    platform = await corpus_rows(PLATFORM, [constitution.CORPUS_ID]) if with_constitution else {}
    model = await model_of() if body.mode != "text" or with_constitution else b""
    asked = (body.query, body.limit, body.mode)
    key = (caller.tenant_id, asked, tuple(sorted(rows.items())), tuple(platform.items()), model)
    if (found := _remembered.find(key)) is None:
        try:
            async with turn_of(caller.tenant_id):
                found = await _ranked(caller.tenant_id, body, chosen, rows, platform, model)
        except TookTooLong as error:
            told = "the search took too long: ask with fewer words, or name fewer corpora"
            raise TookTooLong(told) from error
        _remembered.keep(key, found)
    return await _shown(caller.tenant_id, found)


async def _chosen(caller: Caller, body: SearchBody) -> tuple[list[Corpus], bool]:
    """The corpora that are searched, and whether the platform's is."""
    readable = await all_readable(caller)
    searched = [each for each in readable if each.status in SEARCHED]
    if body.corpora is None:
        return searched, True
    known = {each.corpus_id for each in readable}
    for each in body.corpora:
        if each != constitution.CORPUS_ID and each not in known:
            raise NotFound(f"there is no corpus {each[:40]!r}")
    wanted = set(body.corpora)
    return [each for each in searched if each.corpus_id in wanted], constitution.CORPUS_ID in wanted


async def _ranked(
    tenant_id: str,
    body: SearchBody,
    chosen: Sequence[Corpus],
    rows: dict[str, CorpusRow],
    platform: dict[str, CorpusRow],
    model: bytes,
) -> RankedPassages:
    vector = written(await vector_of(tenant_id, body.query)) if model else None
    constitutional = {each.corpus_id for each in chosen if each.kind == "constitutional"}
    is_routed, ours = False, []
    if platform:
        sought = _sought(PLATFORM, platform, body, vector, model)
        hits = await searches.search(tenant_id, sought)
        is_routed = asks_permission(list(hits.by_meaning.values()))
        if is_routed or not chosen:
            best = await _best_of(tenant_id, sought, hits, body)
            ours = [ScoredPassage(each, score, True) for each, score in best]
    theirs = []
    if rows:
        sought = _sought(tenant_id, rows, body, vector, model)
        best = await _best_of(tenant_id, sought, await searches.search(tenant_id, sought), body)
        theirs = [
            ScoredPassage(each, score, each.corpus_id in constitutional) for each, score in best
        ]
    return RankedPassages(_ordered(ours, theirs, body.limit, is_routed=is_routed), is_routed)


def _sought(
    owner: str, rows: dict[str, CorpusRow], body: SearchBody, vector: str | None, model: bytes
) -> SearchQuery:
    """What is sought in corpora of the tenant or the platform."""
    # The platform's similarities say whether the question is one of permission, in each mode.
    by_meaning = body.mode != "text" or owner == PLATFORM
    return SearchQuery(
        owner,
        tuple(sorted(rows)),
        sum(each.chunks for each in rows.values()),
        body.query if body.mode != "vector" else None,
        vector if by_meaning else None,
        model,
    )


async def _best_of(
    within: str, sought: SearchQuery, hits: Hits, body: SearchBody
) -> list[tuple[Passage, float]]:
    """The best passages of what was found, as many as are wanted, with their scores."""
    weight = {"hybrid": WEIGHT_OF_MEANING, "vector": 1.0, "text": 0.0}[body.mode]
    meaning = hits.by_meaning if body.mode != "text" else {}
    scores = fused(meaning, hits.by_words, weight)[: body.limit]
    ids = [id for id, _ in scores]
    passages = await searches.passages(within, sought.tenant_id, sought.corpora, ids)
    return [(passages[id], score) for id, score in scores if id in passages]


def _ordered(
    ours: list[ScoredPassage], theirs: list[ScoredPassage], limit: int, *, is_routed: bool
) -> tuple[ScoredPassage, ...]:
    """At most `limit` passages of both. Where permission is asked, those of the constitution stand
    first, and leave half of the answer to the others."""
    if not is_routed:
        return tuple([*theirs, *ours][:limit])
    first = [*ours, *(each for each in theirs if each.is_constitutional)]
    first.sort(key=lambda each: -each.score)
    others = [each for each in theirs if not each.is_constitutional]
    kept = max(share_of_constitution(limit), limit - len(others))
    return tuple([*first[:kept], *others][:limit])


async def _shown(tenant_id: str, found: RankedPassages) -> Answer:
    """The answer with the names of its documents; without any that was removed meanwhile."""
    own = constitution.documents()
    ids = sorted({each.passage.document_id for each in found.items} - own.keys())
    documents = await TenantStore(tenant_id).get_many([(DOCUMENTS.collection, id) for id in ids])
    states = {
        id: DOCUMENTS.state_in(each.data)
        for id, each in zip(ids, documents, strict=True)
        if each is not None
    }
    items = []
    for passage, score, _ in found.items:
        state = states.get(passage.document_id)
        if passage.document_id in own:
            name, by = own[passage.document_id].name, constitution.MAKER
        elif state is not None and state.status != "removed":
            name, by = state.document_name, state.added_by
        else:
            continue
        items.append(
            PassageView(
                text=passage.text,
                score=round(score, 4),
                headings=passage.heading,
                corpus_id=passage.corpus_id,
                document_name=name,
                added_by=by,
                citation=citation_of(passage),
            )
        )
    return Answer(items=tuple(items), routed_to="constitutional" if found.is_routed else None)
