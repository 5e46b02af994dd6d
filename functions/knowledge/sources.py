"""Texts that somebody sent, in PostgreSQL: deleted once they are read, or where no document is."""

from functions.knowledge.store import Place, of_tenant
from shared.storage.postgres import platform_transaction


async def drop_source(place: Place, *, is_old: bool = False) -> None:
    """Deletes the text that was kept of a version; where `is_old` is said, only one of yesterday.
    Raises Unavailable."""
    old = " AND kept_at < now() - interval '1 day'" if is_old else ""
    async with of_tenant(place.tenant_id) as connection:
        await connection.execute(
            "DELETE FROM knowledge_sources"  # noqa: S608 - no text of others
            f" WHERE tenant_id = %s AND corpus_id = %s AND document_id = %s AND version = %s{old}",
            place,
        )


async def unread_sources(limit: int) -> list[Place]:
    """Up to `limit` texts that were kept before yesterday, the oldest first. Raises Unavailable."""
    async with platform_transaction() as connection:
        rows = await connection.execute("SELECT * FROM unread_knowledge(%s)", (limit,))
        return [Place(*found) for found in await rows.fetchall()]
