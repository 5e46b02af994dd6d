"""Meters whose events a real database reads slowly."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import psycopg
import pytest
from psycopg.sql import SQL, Identifier, Literal

from shared.storage import postgres
from shared.usage import declared_lines

# What the lines of the meter may take here, and what any statement may, in milliseconds.
PATIENCE = (500, 1_000)
STATEMENT_MILLISECONDS = 1_000


@asynccontextmanager
async def sorted_slowly(database: str, meter: str) -> AsyncIterator[None]:
    """While it lasts, whoever reads events of the meter for its line waits at each of them for
    longer than a statement may take."""
    policy = Identifier(f"slow_{uuid4().hex}")
    waits = SQL(
        "CREATE POLICY {} ON usage_told_batches AS RESTRICTIVE FOR SELECT USING"
        " (current_query() NOT LIKE '%ORDER BY place%'"
        " OR place >> 32 NOT IN (SELECT line FROM usage_told_lines WHERE meter = {})"
        " OR pg_sleep(60) IS NOT NULL)"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(postgres, "STATEMENT_MILLISECONDS", STATEMENT_MILLISECONDS)
        patch.setattr(declared_lines, "PATIENCE", PATIENCE)
        # Connections keep the time that statements had when they were opened.
        await postgres.disconnect()
        async with await psycopg.AsyncConnection.connect(database, autocommit=True) as owner:
            await owner.execute(waits.format(policy, Literal(meter)))
            try:
                yield
            finally:
                await owner.execute(SQL("DROP POLICY {} ON usage_told_batches").format(policy))
                await postgres.disconnect()
