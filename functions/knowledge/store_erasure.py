"""Erases documents, corpora and a tenant's knowledge in PostgreSQL."""

from functions.knowledge.signs import renew_signs
from functions.knowledge.store import (
    COUNT_CHUNKS,
    DocumentPlace,
    delete_rows,
    of_tenant,
    writing,
)

_DELETE_CHUNKS = """
DELETE FROM knowledge_chunks WHERE tenant_id = %s AND document_id = %s RETURNING chunk_id
"""
_MARK_CORPUS = """
INSERT INTO knowledge_corpora (tenant_id, corpus_id, is_removed) VALUES (%s, %s, true)
ON CONFLICT (tenant_id, corpus_id) DO UPDATE
    SET is_removed = true, chunks = 0, version = knowledge_corpora.version + 1
"""
_MARK_DOCUMENT = """
INSERT INTO knowledge_documents AS known
    (tenant_id, document_id, corpus_id, version, is_removed) VALUES (%s, %s, %s, %s, true)
ON CONFLICT (tenant_id, document_id) DO UPDATE
    SET version = excluded.version, is_removed = true WHERE known.version <= excluded.version
RETURNING version
"""
_OF_ITS_DOCUMENTS = """
(tenant_id, document_id) IN
    (SELECT tenant_id, document_id FROM knowledge_documents WHERE tenant_id = %s AND corpus_id = %s)
"""
_TABLES_OF_CORPUS = ("signs", "vectors", "chunks", "documents", "sources")
_TABLES_OF_TENANT = (*_TABLES_OF_CORPUS, "pages")


async def erase_document(place: DocumentPlace) -> None:
    """Deletes all that the database has of a document up to this version, and marks it, so that
    whoever still reads it adds nothing. Raises Unavailable."""
    tenant_id, corpus_id, document_id, version = place
    async with writing(tenant_id, corpus_id) as (connection, _):
        marked = (tenant_id, document_id, corpus_id, version)
        rows = await connection.execute(_MARK_DOCUMENT, marked)
        if await rows.fetchone() is None:
            return
        ours = "tenant_id = %s AND document_id = %s"
        await delete_rows(connection, ("pages",), ours, tenant_id, document_id)
        gone = await connection.execute(_DELETE_CHUNKS, (tenant_id, document_id))
        await renew_signs(connection, tenant_id, corpus_id, [id for (id,) in await gone.fetchall()])
        up_to_it = f"{ours} AND version <= %s"
        await delete_rows(connection, ("sources",), up_to_it, tenant_id, document_id, version)
        await connection.execute(COUNT_CHUNKS, (tenant_id, corpus_id) * 2)


async def erase_corpus(tenant_id: str, corpus_id: str) -> None:
    """Deletes all that the database has of a corpus, and marks it. Raises Unavailable."""
    ours = (tenant_id, corpus_id)
    async with of_tenant(tenant_id) as connection:
        await connection.execute(_MARK_CORPUS, ours)
        await delete_rows(connection, ("pages",), _OF_ITS_DOCUMENTS, *ours)
        await delete_rows(connection, _TABLES_OF_CORPUS, "tenant_id = %s AND corpus_id = %s", *ours)


async def erase_tenant(tenant_id: str) -> None:
    """Deletes all that the database has of a tenant's documents, and marks its corpora. Raises
    Unavailable."""
    async with of_tenant(tenant_id) as connection:
        await connection.execute(
            "UPDATE knowledge_corpora SET is_removed = true, chunks = 0 WHERE tenant_id = %s",
            (tenant_id,),
        )
        await delete_rows(connection, _TABLES_OF_TENANT, "tenant_id = %s", tenant_id)
