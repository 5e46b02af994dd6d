"""What a tenant's calls read in the database depends on its own texts, however much others have
there: so their time tells nothing about others. Pages that are read are counted, because they
depend on no machine."""

from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import count
from typing import Any

import psycopg
import pytest

from functions.knowledge.rules.chunks import Page, chunks_of
from functions.knowledge.searches import (
    MOST_COMPARED,
    Hits,
    SearchQuery,
    cited_page,
    passages,
    search,
)
from functions.knowledge.store import (
    DocumentPlace,
    chunks_of_tenant,
    corpus_rows,
    keep_text,
    keep_vectors,
    unembedded,
)
from functions.knowledge.store_erasure import erase_document
from shared.storage.postgres import disconnect, tenant_transaction
from tests.benchmarks.appending import Addresses
from tests.benchmarks.knowledge import connected, write_signs

pytestmark = pytest.mark.platform

TENANT, CORPUS, DOCUMENT = "clinic", "cor_1", "doc_1"
PLACE = DocumentPlace(TENANT, CORPUS, DOCUMENT, 1)
QUESTION = "How long is the warranty of a pump?"
SECTIONS = 400
MODEL = bytes(32)
VECTOR = f"[{','.join(['0.05'] * 384)}]"
# A tree over more rows has one level more, which each of some dozen rows is looked up through.
MOST_TIMES, MOST_PAGES = 1.25, 30
TABLES = ("corpora", "documents", "sources", "pages", "chunks", "vectors", "signs")
# The words of the question are in each of their passages.
_NEIGHBOUR = f"""
WITH made AS (
    INSERT INTO knowledge_chunks
        (tenant_id, corpus_id, document_id, page, start, stop, heading, text, words, terms)
    SELECT %(tenant)s, '{CORPUS}', 'doc_' || number / 1000, number, 0, 9, '', text, words,
           knowledge_terms(%(tenant)s, words)
    FROM generate_series(1, %(chunks)s) AS number,
         LATERAL (SELECT 'The warranty of a pump is ' || number || ' days for part ' || number)
             AS said (text),
         LATERAL to_tsvector('english', text) AS words
    RETURNING tenant_id, corpus_id, chunk_id)
INSERT INTO knowledge_vectors (tenant_id, corpus_id, chunk_id, model, vector)
SELECT made.*, %(model)s, %(vector)s::halfvec(384) FROM made
"""
_ITS_CORPUS = (
    "INSERT INTO knowledge_corpora (tenant_id, corpus_id, chunks) VALUES (%(tenant)s, '{}', 1)"
)
_READ_SO_FAR = """
SELECT sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read + idx_blks_hit, 0)
           + coalesce(toast_blks_read + toast_blks_hit + tidx_blks_read + tidx_blks_hit, 0))::bigint
FROM pg_statio_user_tables WHERE relname LIKE 'knowledge%'
"""

Calls = dict[str, Callable[[], Awaitable[Any]]]


@pytest.fixture
async def owner(database: str) -> AsyncIterator[psycopg.Connection[Any]]:
    """The owner of a database that functions have one connection to, with one small tenant. No
    other process reads the tables that they count."""
    app = database.replace("//postgres@", "//assent_app@")
    with psycopg.connect(database, autocommit=True) as owner, connected(Addresses(app, database)):
        for name in TABLES:
            owner.execute(f"ALTER TABLE knowledge_{name} SET (autovacuum_enabled = off)".encode())
        if not await chunks_of_tenant(TENANT):
            await _fill()
        yield owner
        await disconnect()


@pytest.mark.parametrize("chunks", [4_000, pytest.param(40_000, marks=pytest.mark.nightly)])
async def test_each_call_reads_as_much_beside_large_neighbours_as_alone(
    owner: psycopg.Connection[Any], chunks: int
) -> None:
    calls = await _calls(DocumentPlace(TENANT, CORPUS, f"doc_beside_{chunks}", 1))
    owner.execute("VACUUM ANALYZE")
    alone, said = await _pages(calls), await _found()
    # The last one's passages are those that an index might keep in a list for later.
    for number, size in enumerate((chunks, chunks, 1_000)):
        told = {"tenant": f"neighbour-{number}", "chunks": size, "model": MODEL, "vector": VECTOR}
        owner.execute("SELECT gin_clean_pending_list('knowledge_chunks_terms')")
        owner.execute(_NEIGHBOUR.encode(), told)
        owner.execute(_ITS_CORPUS.format(CORPUS).encode(), told)
        write_signs(owner)
    # Once as statistics say that there are no neighbours, once as they say how many there are.
    for is_known in (False, True):
        if is_known:
            owner.execute("VACUUM ANALYZE")
        beside = await _pages(calls)
        for name, least in alone.items():
            assert beside[name] <= MOST_TIMES * least + MOST_PAGES, (name, is_known, least, beside)
        assert await _found() == said
    for name in ("chunks", "corpora", "signs"):
        owner.execute(f"DELETE FROM knowledge_{name} WHERE tenant_id <> '{TENANT}'".encode())


async def _fill() -> None:
    """The small tenant's texts with their vectors."""
    text = "\n".join(
        f"## Part {number}\n\nThe warranty of part {number} of a pump ends after a year.\n"
        for number in range(SECTIONS)
    )
    await _keep(PLACE, text)


async def _keep(place: DocumentPlace, text: str) -> None:
    pages = [Page(text)]
    assert await keep_text(place, pages, chunks_of(pages, has_headings=True))
    left = await unembedded(place, MODEL, SECTIONS)
    await keep_vectors(place, MODEL, [(each.chunk_id, VECTOR) for each in left])


def _sought(mode: str) -> SearchQuery:
    return SearchQuery(
        TENANT,
        (CORPUS,),
        SECTIONS,
        QUESTION if mode != "vector" else None,
        VECTOR if mode != "text" else None,
        MODEL,
    )


async def _found() -> list[Hits]:
    """What the small tenant finds, with scores."""
    return [await search(TENANT, _sought(mode)) for mode in ("text", "vector")]


async def _calls(other: DocumentPlace) -> Calls:
    """All that functions do in the database for a tenant; what they add, the document `other`, they
    remove."""
    ids = list((await search(TENANT, _sought("text"))).by_words)[:20]

    async def changes() -> None:
        # What was removed comes back as a later version only.
        place = other._replace(version=next(versions))
        await _keep(place, "## Returns\n\nWithin a month.\n")
        await erase_document(place)

    versions = count(1)
    return {
        "by both": lambda: search(TENANT, _sought("hybrid")),
        "by meaning": lambda: search(TENANT, _sought("vector")),
        "by signs": lambda: search(TENANT, _sought("vector")._replace(chunks=MOST_COMPARED + 1)),
        "by words": lambda: search(TENANT, _sought("text")),
        "passages": lambda: passages(TENANT, TENANT, [CORPUS], ids),
        "page": lambda: cited_page(TENANT, TENANT, DOCUMENT, 1),
        "corpora": lambda: corpus_rows(TENANT, [CORPUS]),
        "size": lambda: chunks_of_tenant(TENANT),
        "changes": changes,
    }


async def _pages(calls: Calls) -> dict[str, int]:
    """How many pages of the database each call reads."""
    found = {}
    for name, call in calls.items():
        before = await _read_so_far()
        await call()
        found[name] = await _read_so_far() - before
    return found


async def _read_so_far() -> int:
    # Reported once the transaction is over, so that the next one sees it.
    async with tenant_transaction(TENANT) as connection:
        await connection.execute("SELECT pg_stat_force_next_flush()")
    async with tenant_transaction(TENANT) as connection:
        row = await (await connection.execute(_READ_SO_FAR.encode())).fetchone()
    assert row is not None
    return int(row[0])
