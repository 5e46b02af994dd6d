"""Texts that somebody sent, in PostgreSQL: deleted once they are read, or where no document is."""

from functions.knowledge.store import DocumentPlace, of_tenant
from shared.storage.postgres import platform_transaction


async def keep_source(place: DocumentPlace, text: str) -> None:
    """Keeps a text until it is read. Raises Unavailable."""
    async with of_tenant(place.tenant_id) as connection:
        await connection.execute(
            "INSERT INTO knowledge_sources (tenant_id, corpus_id, document_id, version, text)"
            " VALUES (%s, %s, %s, %s, %s) ON CONFLICT (tenant_id, document_id, version)"
            " DO UPDATE SET text = excluded.text, kept_at = now()",
            (*place, text),
        )


async def read_source(place: DocumentPlace) -> str | None:
    """The text that was kept. Raises Unavailable."""
    async with of_tenant(place.tenant_id) as connection:
        rows = await connection.execute(
            "SELECT text FROM knowledge_sources"
            " WHERE tenant_id = %s AND document_id = %s AND version = %s",
            (place.tenant_id, place.document_id, place.version),
        )
        row = await rows.fetchone()
    return row[0] if row else None


async def drop_source(place: DocumentPlace, *, is_old: bool = False) -> None:
    """Deletes the text that was kept of a version; where `is_old` is said, only one of yesterday.
    Raises Unavailable."""
    old = " AND kept_at < now() - interval '1 day'" if is_old else ""
    async with of_tenant(place.tenant_id) as connection:
        await connection.execute(
            "DELETE FROM knowledge_sources"  # noqa: S608 - no text of others
            f" WHERE tenant_id = %s AND corpus_id = %s AND document_id = %s AND version = %s{old}",
            place,
        )


async def unread_sources(limit: int) -> list[DocumentPlace]:
    """Up to `limit` texts that were kept before yesterday, the oldest first. Raises Unavailable."""
    async with platform_transaction() as connection:
        rows = await connection.execute("SELECT * FROM unread_knowledge(%s)", (limit,))
        return [DocumentPlace(*found) for found in await rows.fetchall()]
