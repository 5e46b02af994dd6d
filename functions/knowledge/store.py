"""Texts and vectors in PostgreSQL: a transaction sees its tenant's, and the platform's own."""

from shared.storage.postgres import tenant_transaction


async def erase_corpus(tenant_id: str, corpus_id: str) -> None:
    """Deletes all that the database has of a corpus, and marks it as removed. Raises
    Unavailable."""
    ours = (tenant_id, corpus_id)
    documents = (
        "SELECT document_id FROM knowledge_documents WHERE tenant_id = %s AND corpus_id = %s"
    )
    async with tenant_transaction(tenant_id) as connection:
        await connection.execute(
            "INSERT INTO knowledge_corpora (tenant_id, corpus_id, is_removed)"
            " VALUES (%s, %s, true) ON CONFLICT (tenant_id, corpus_id)"
            " DO UPDATE SET is_removed = true, chunks = 0, version = knowledge_corpora.version + 1",
            ours,
        )
        for table in ("knowledge_pages", "knowledge_sources"):
            await connection.execute(
                f"DELETE FROM {table} WHERE tenant_id = %s AND document_id IN ({documents})",  # noqa: S608
                (tenant_id, *ours),
            )
        for table in ("knowledge_vectors", "knowledge_chunks", "knowledge_documents"):
            await connection.execute(
                f"DELETE FROM {table} WHERE tenant_id = %s AND corpus_id = %s",  # noqa: S608
                ours,
            )
