"""Texts and vectors of documents in PostgreSQL. Each function is one transaction of one tenant.

One transaction at a time writes to a corpus: it locks the row of the corpus first."""

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from functions.knowledge.rules.chunks import Chunk, Page, changes
from functions.knowledge.signs import renew_signs
from shared.storage.postgres import platform_transaction, tenant_transaction

if TYPE_CHECKING:
    from contextlib import AbstractAsyncContextManager

    from psycopg import AsyncConnection

_LOCK_CORPUS = """
INSERT INTO knowledge_corpora (tenant_id, corpus_id) VALUES (%s, %s)
ON CONFLICT (tenant_id, corpus_id) DO UPDATE SET version = knowledge_corpora.version + 1
RETURNING is_removed
"""
# No row where a later version was there first, or somebody removed this one.
_TAKE_VERSION = """
INSERT INTO knowledge_documents AS known (tenant_id, document_id, corpus_id, version)
VALUES (%s, %s, %s, %s)
ON CONFLICT (tenant_id, document_id) DO UPDATE
    SET version = excluded.version, is_removed = false
    WHERE known.version < excluded.version
       OR (known.version = excluded.version AND NOT known.is_removed)
RETURNING version
"""
_ADD_CHUNKS = """
INSERT INTO knowledge_chunks
    (tenant_id, corpus_id, document_id, page, start, stop, heading, text, words, terms)
SELECT %s, %s, %s, page, start, stop, heading, text, words,
       knowledge_terms(%s, words)
FROM unnest(%s::integer[], %s::integer[], %s::integer[], %s::text[], %s::text[])
         AS new (page, start, stop, heading, text),
     LATERAL to_tsvector('english', heading || E'\\n' || text) AS words
"""
_MOVE_CHUNKS = """
UPDATE knowledge_chunks AS known SET page = moved.page, start = moved.start, stop = moved.stop
FROM unnest(%s::bigint[], %s::integer[], %s::integer[], %s::integer[])
    AS moved (chunk_id, page, start, stop)
WHERE known.tenant_id = %s AND known.corpus_id = %s AND known.chunk_id = moved.chunk_id
"""
COUNT_CHUNKS = """
UPDATE knowledge_corpora SET chunks =
    (SELECT count(*) FROM knowledge_chunks WHERE tenant_id = %s AND corpus_id = %s)
WHERE tenant_id = %s AND corpus_id = %s
"""
_UNEMBEDDED = """
SELECT chunk.chunk_id, chunk.heading, chunk.text FROM knowledge_chunks AS chunk
LEFT JOIN knowledge_vectors AS known USING (tenant_id, corpus_id, chunk_id)
WHERE chunk.tenant_id = %s AND chunk.document_id = %s AND known.model IS DISTINCT FROM %s
ORDER BY chunk.chunk_id LIMIT %s
"""
_KEEP_VECTORS = """
INSERT INTO knowledge_vectors (tenant_id, corpus_id, chunk_id, model, vector)
SELECT tenant_id, corpus_id, chunk_id, %s, new.vector
FROM unnest(%s::bigint[], %s::halfvec(384)[]) AS new (chunk_id, vector)
JOIN knowledge_chunks USING (chunk_id) WHERE tenant_id = %s AND corpus_id = %s
ON CONFLICT (tenant_id, corpus_id, chunk_id) DO UPDATE
    SET model = excluded.model, vector = excluded.vector
"""
# The tenant whose rows every tenant reads, and only transactions of no tenant write.
PLATFORM = "*"


def of_tenant(
    tenant_id: str, **settings: str
) -> "AbstractAsyncContextManager[AsyncConnection[Any]]":
    """A transaction of the tenant, or of the platform, with these settings of PostgreSQL."""
    if tenant_id == PLATFORM:
        return platform_transaction(**settings)
    return tenant_transaction(tenant_id, **settings)


class DocumentPlace(NamedTuple):
    """A version of a document, and its corpus."""

    tenant_id: str
    corpus_id: str
    document_id: str
    version: int


class Unembedded(NamedTuple):
    """A chunk that the model has not read."""

    chunk_id: int
    text: str


class CorpusRow(NamedTuple):
    """What the database knows of a corpus: `version` changes with every change of what searches
    find."""

    version: int
    chunks: int


async def chunks_of_tenant(tenant_id: str) -> int:
    """How many chunks all its corpora have. Raises Unavailable."""
    counted = "SELECT coalesce(sum(chunks), 0)::bigint FROM knowledge_corpora WHERE tenant_id = %s"
    async with of_tenant(tenant_id) as connection:
        row = await (await connection.execute(counted, (tenant_id,))).fetchone()
    assert row is not None
    return int(row[0])


class Unstorable(Exception):
    """The database does not take a text, and never will."""


async def keep_text(place: DocumentPlace, pages: Sequence[Page], chunks: Sequence[Chunk]) -> bool:
    """Replaces the text of a document by this version's: chunks that did not change keep their
    vectors. False, and no change, where the document or its corpus was removed or has a later
    version. Raises Unstorable, Unavailable."""
    tenant_id, corpus_id, document_id, version = place
    async with writing(tenant_id, corpus_id) as (connection, is_removed):
        if is_removed:
            return False
        taken = (tenant_id, document_id, corpus_id, version)
        rows = await connection.execute(_TAKE_VERSION, taken)
        if await rows.fetchone() is None:
            return False
        with _storing():
            await _replace_pages(connection, place, pages)
            await _replace_chunks(connection, place, chunks)
        await connection.execute(COUNT_CHUNKS, (tenant_id, corpus_id) * 2)
        of_earlier = "tenant_id = %s AND document_id = %s AND version < %s"
        await delete_rows(connection, ("sources",), of_earlier, tenant_id, document_id, version)
    return True


async def unembedded(place: DocumentPlace, model: bytes, limit: int) -> list[Unembedded]:
    """Chunks of the document without a vector of this model. Raises Unavailable."""
    async with of_tenant(place.tenant_id) as connection:
        rows = await connection.execute(
            _UNEMBEDDED, (place.tenant_id, place.document_id, model, limit)
        )
        return [
            Unembedded(id, Chunk(0, 0, 0, heading, text).searched)
            for id, heading, text in await rows.fetchall()
        ]


async def keep_vectors(
    place: DocumentPlace, model: bytes, vectors: Iterable[tuple[int, str]]
) -> None:
    """Stores vectors of chunks, as pgvector writes them; not those of chunks that are gone.
    Raises Unavailable."""
    ids, texts = zip(*vectors, strict=True)
    async with writing(place.tenant_id, place.corpus_id) as (connection, _):
        await connection.execute(
            _KEEP_VECTORS, (model, list(ids), list(texts), place.tenant_id, place.corpus_id)
        )
        await renew_signs(connection, place.tenant_id, place.corpus_id, ids)


async def corpus_rows(tenant_id: str, corpora: Sequence[str]) -> dict[str, CorpusRow]:
    """What is known of each of the corpora that ever had a document. Raises Unavailable."""
    async with of_tenant(tenant_id) as connection:
        rows = await connection.execute(
            "SELECT corpus_id, version, chunks FROM knowledge_corpora"
            " WHERE tenant_id = %s AND corpus_id = ANY(%s) AND NOT is_removed",
            (tenant_id, list(corpora)),
        )
        return {id: CorpusRow(version, chunks) for id, version, chunks in await rows.fetchall()}


async def outdated_documents(model: bytes, limit: int) -> list[tuple[str, str]]:
    """Up to `limit` documents, with their tenants, that have vectors of another model. Raises
    Unavailable."""
    async with platform_transaction() as connection:
        rows = await connection.execute("SELECT * FROM outdated_knowledge(%s, %s)", (model, limit))
        return [(tenant_id, document_id) for tenant_id, document_id in await rows.fetchall()]


@asynccontextmanager
async def writing(
    tenant_id: str, corpus_id: str
) -> AsyncIterator[tuple["AsyncConnection[Any]", bool]]:
    """The one transaction that writes to the corpus now, and whether that was removed."""
    async with of_tenant(tenant_id) as connection:
        rows = await connection.execute(_LOCK_CORPUS, (tenant_id, corpus_id))
        locked = await rows.fetchone()
        yield connection, locked is None or locked[0]


async def delete_rows(
    connection: "AsyncConnection[Any]", tables: Sequence[str], where: str, *values: object
) -> None:
    """Deletes the rows of these tables of knowledge that the condition finds."""
    for each in tables:
        await connection.execute(f"DELETE FROM knowledge_{each} WHERE {where}", values)  # noqa: S608


@contextmanager
def _storing() -> Iterator[None]:
    from psycopg import DataError
    from psycopg.errors import ProgramLimitExceeded

    try:
        yield
    except (DataError, ProgramLimitExceeded) as error:
        raise Unstorable("its text is none that the database takes") from error


async def _replace_pages(
    connection: "AsyncConnection[Any]", place: DocumentPlace, pages: Sequence[Page]
) -> None:
    ours = (place.tenant_id, place.document_id)
    await delete_rows(connection, ("pages",), "tenant_id = %s AND document_id = %s", *ours)
    await connection.execute(
        "INSERT INTO knowledge_pages (tenant_id, document_id, page, text)"
        " SELECT %s, %s, page, text FROM unnest(%s::text[]) WITH ORDINALITY AS new (text, page)",
        (*ours, [page.text for page in pages]),
    )


async def _replace_chunks(
    connection: "AsyncConnection[Any]", place: DocumentPlace, chunks: Sequence[Chunk]
) -> None:
    tenant_id, corpus_id, document_id, _ = place
    rows = await connection.execute(
        "SELECT chunk_id, heading, text FROM knowledge_chunks"
        " WHERE tenant_id = %s AND document_id = %s ORDER BY chunk_id",
        (tenant_id, document_id),
    )
    kept, new, gone = changes(await rows.fetchall(), chunks)
    among = "tenant_id = %s AND corpus_id = %s AND chunk_id = ANY(%s)"
    await delete_rows(connection, ("chunks",), among, tenant_id, corpus_id, gone)
    await renew_signs(connection, tenant_id, corpus_id, gone)
    if kept:
        moved = [(id, each.page, each.start, each.stop) for id, each in kept]
        columns = map(list, zip(*moved, strict=True))
        await connection.execute(_MOVE_CHUNKS, (*columns, tenant_id, corpus_id))
    if new:
        columns = map(list, zip(*new, strict=True))
        await connection.execute(
            _ADD_CHUNKS, (tenant_id, corpus_id, document_id, tenant_id, *columns)
        )
