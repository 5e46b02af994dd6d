"""Searches in PostgreSQL: in a tenant's own corpora, or in those of the platform, which are the
tenant PLATFORM's.

No statement here is prepared: the plan that suits one tenant would find next to nothing for
another (`plan_cache_mode`)."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from functions.knowledge.rules.fusion import DEPTH
from functions.knowledge.rules.passages import Passage
from functions.knowledge.store import of_tenant

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from psycopg import AsyncConnection

# Up to here all vectors are compared; of more, those whose signs are nearest.
MOST_COMPARED = 5_000
PREFILTERED = 400
# How long a statement may take: a process has one connection, for which others wait five seconds.
MOST_MILLISECONDS = 1_500
# PostgreSQL copies rows of two columns for a sort, so each chunk is sorted by one number: its
# distance, and then its id. Beside distances from 1 to 3 in steps of 2 ** -24, which is as exact as
# they are computed, ids have 37 bits; beside counts of differing signs they have 48.
_EXACT = """
SELECT sorted & (1::bigint << 37) - 1, 2 - (sorted >> 37) / 16777216.0 FROM (
    SELECT (((vector <#> %(vector)s::halfvec(384)) + 2) * 16777216)::bigint << 37 | chunk_id
        AS sorted
    FROM knowledge_vectors
    WHERE tenant_id = %(tenant)s AND corpus_id = ANY(%(corpora)s) AND model = %(model)s
    ORDER BY sorted LIMIT %(depth)s) AS nearest
"""
_BY_SIGNS = """
WITH near AS MATERIALIZED (
    SELECT sorted & (1::bigint << 48) - 1 AS chunk_id FROM (
        SELECT (unnest(signs) <~> binary_quantize(%(vector)s::halfvec(384))::bit(384))::bigint << 48
               | unnest(chunk_ids) AS sorted
        FROM knowledge_signs
        WHERE tenant_id = %(tenant)s AND corpus_id = ANY(%(corpora)s) AND model = %(model)s
        ORDER BY sorted LIMIT %(prefiltered)s) AS nearest)
SELECT chunk_id, -distance FROM (
    SELECT chunk_id, vector <#> %(vector)s::halfvec(384) AS distance FROM knowledge_vectors
    WHERE tenant_id = %(tenant)s AND corpus_id = ANY(%(corpora)s)
      AND chunk_id = ANY(ARRAY(SELECT chunk_id FROM near))
    ORDER BY distance LIMIT %(depth)s) AS nearest
"""
_BY_WORDS = """
SELECT chunk_id, score
FROM find_knowledge(%(tenant)s, %(corpora)s, %(question)s, %(chunks)s, %(depth)s)
"""
_PASSAGES = """
SELECT chunk.chunk_id, chunk.corpus_id, chunk.document_id, document.version, chunk.page,
       chunk.start, chunk.stop, chunk.heading, chunk.text
FROM knowledge_chunks AS chunk JOIN knowledge_documents AS document USING (tenant_id, document_id)
WHERE chunk.tenant_id = %s AND chunk.corpus_id = ANY(%s) AND chunk.chunk_id = ANY(%s)
  AND NOT document.is_removed
"""
_TEXT = """
SELECT document.corpus_id, document.version, page.text FROM knowledge_documents AS document
LEFT JOIN knowledge_pages AS page ON (page.tenant_id, page.document_id, page.page)
    = (document.tenant_id, document.document_id, %s)
WHERE document.tenant_id = %s AND document.document_id = %s AND NOT document.is_removed
"""


class SearchQuery(NamedTuple):
    """What is sought: in `corpora`, which have so many `chunks`, of the tenant or the platform. The
    `vector` is the question's, as pgvector writes it, by the `model` with that hash; None where
    only words are sought, and the `question` where only meaning is."""

    tenant_id: str
    corpora: tuple[str, ...]
    chunks: int
    question: str | None
    vector: str | None
    model: bytes = b""


class Hits(NamedTuple):
    """Ids of chunks with their scores."""

    by_meaning: Mapping[int, float]
    by_words: Mapping[int, float]


async def search(within: str, sought: SearchQuery) -> Hits:
    """What is nearest, in a transaction of the tenant `within`. Raises TookTooLong,
    Unavailable."""
    by_meaning: Mapping[int, float] = {}
    by_words: Mapping[int, float] = {}
    async with _in_time(within) as connection:
        if sought.vector is not None:
            by_meaning = await _scores(connection, statement_for(sought.chunks), sought)
        if sought.question is not None:
            by_words = await _scores(connection, _BY_WORDS, sought)
    return Hits(by_meaning, by_words)


def statement_for(chunks: int) -> str:
    """The statement that finds the nearest vectors among so many."""
    return _EXACT if chunks <= MOST_COMPARED else _BY_SIGNS


async def passages(
    within: str, owner: str, corpora: Sequence[str], ids: Sequence[int]
) -> dict[int, Passage]:
    """What these chunks say, of those that are in the corpora of the `owner`. Raises TookTooLong,
    Unavailable."""
    async with _in_time(within) as connection:
        rows = await connection.execute(_PASSAGES, (owner, list(corpora), list(ids)), prepare=False)
        return {id: Passage(*found) for id, *found in await rows.fetchall()}


class CitedPage(NamedTuple):
    """A document's corpus and current version, and the text of a page; None where it has no such
    page."""

    corpus_id: str
    version: int
    text: str | None


# Takes an owner, a document's id, and the number of a page.
ReadPage = Callable[[str, str, int], Awaitable[CitedPage | None]]


@asynccontextmanager
async def reading_pages(within: str) -> AsyncIterator[ReadPage]:
    """What reads one page after the other in one transaction of the tenant `within`; it gives None
    where there is no such document. Raises Unavailable."""
    async with of_tenant(within) as connection:

        async def read(owner: str, document_id: str, page: int) -> CitedPage | None:
            rows = await connection.execute(_TEXT, (page, owner, document_id), prepare=False)
            found = await rows.fetchone()
            return CitedPage(*found) if found else None

        yield read


async def cited_page(within: str, owner: str, document_id: str, page: int) -> CitedPage | None:
    """The page, or None where there is no such document. Raises Unavailable."""
    async with reading_pages(within) as read:
        return await read(owner, document_id, page)


def _in_time(tenant_id: str) -> "AbstractAsyncContextManager[AsyncConnection[Any]]":
    """A transaction of the tenant whose statements end after MOST_MILLISECONDS. Bitmap scans are
    off: the rows of a corpus lie together in the order of its key, so a bitmap of pages gains
    nothing."""
    return of_tenant(tenant_id, statement_timeout=f"{MOST_MILLISECONDS}", enable_bitmapscan="off")


async def _scores(
    connection: "AsyncConnection[Any]", statement: str, sought: SearchQuery
) -> dict[int, float]:
    terms = {
        "tenant": sought.tenant_id,
        "corpora": list(sought.corpora),
        "chunks": sought.chunks,
        "question": sought.question,
        "vector": sought.vector,
        "model": sought.model,
        "depth": DEPTH,
        "prefiltered": PREFILTERED,
    }
    rows = await connection.execute(statement.encode(), terms, prepare=False)
    return {id: float(score) for id, score in await rows.fetchall()}
