"""The schema's history can be applied, undone and applied again."""

import asyncio
import os

import psycopg
import pytest

from shared.storage.migrate import migrate

pytestmark = pytest.mark.platform
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


async def _tables() -> list[str]:
    dsn = os.environ["ASSENT_POSTGRES_ADMIN_DSN"]
    async with await psycopg.AsyncConnection.connect(dsn) as connection:
        rows = await connection.execute(TABLES)
        return [name for (name,) in await rows.fetchall() if name != "alembic_version"]


async def test_up_down_and_up_again(empty_database: str) -> None:
    assert await _tables() == []
    await asyncio.to_thread(migrate)
    migrated = await _tables()
    assert {"audit_entries", "audit_heads"} <= set(migrated)
    await asyncio.to_thread(migrate)
    assert await _tables() == migrated
    await asyncio.to_thread(migrate, "base")
    assert await _tables() == []
    await asyncio.to_thread(migrate)
    assert await _tables() == migrated


@pytest.mark.usefixtures("empty_database")
async def test_vectors_that_were_there_before_get_signs() -> None:
    for revision in ("base", "0005"):
        await asyncio.to_thread(migrate, revision)
    dsn = os.environ["ASSENT_POSTGRES_ADMIN_DSN"]
    async with await psycopg.AsyncConnection.connect(dsn, autocommit=True) as owner:
        await owner.execute(_FILL)
        await asyncio.to_thread(migrate)
        rows = await owner.execute(
            "SELECT tenant_id, number, chunk_ids, signs[1]::text FROM knowledge_signs ORDER BY 1, 2"
        )
        found = [(*key, sorted(ids), signs) for *key, ids, signs in await rows.fetchall()]
        assert found == [
            ("ours", 0, list(range(1, 100)), "1" * 384),
            ("ours", 1, list(range(100, 151)), "1" * 384),
            ("theirs", 1, list(range(151, 161)), "1" * 384),
        ]
        await asyncio.to_thread(migrate, "base")
    assert await _tables() == []


_FILL = """
INSERT INTO knowledge_chunks
    (tenant_id, corpus_id, document_id, page, start, stop, heading, text, words, terms)
SELECT CASE WHEN number <= 150 THEN 'ours' ELSE 'theirs' END, 'cor_1', 'doc_1',
       1, 0, 1, '', 'x', '', '{}'
FROM generate_series(1, 160) AS number;
INSERT INTO knowledge_vectors (tenant_id, corpus_id, chunk_id, model, vector, bits)
SELECT tenant_id, corpus_id, chunk_id, 'model',
       array_fill(0.05, ARRAY[384])::halfvec(384), repeat('1', 384)::bit(384)
FROM knowledge_chunks;
"""
