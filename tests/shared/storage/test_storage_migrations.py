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
