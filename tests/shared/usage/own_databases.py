"""Databases whose owner is no superuser, as where the platform is deployed."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import psycopg
import pytest

from shared.storage import postgres as storage
from tests.backing import Service


@asynccontextmanager
async def own_database(postgres: Service) -> AsyncIterator["psycopg.AsyncConnection[Any]"]:
    """A connection that sees all of a new, empty database. Within it migrations run as the owner of
    the database, and functions as the role that owns nothing, which must be there already."""
    name, role = (f"{each}_{uuid.uuid4().hex[:12]}" for each in ("test", "owner"))
    made = f"CREATE DATABASE {name} OWNER {role}"
    async with await psycopg.AsyncConnection.connect(postgres.dsn(), autocommit=True) as admin:
        await admin.execute(f"CREATE ROLE {role} LOGIN".encode())
        await admin.execute(made.encode())

        def address(user: str) -> str:
            return f"{postgres.dsn(user).rpartition('/')[0]}/{name}"

        with pytest.MonkeyPatch.context() as environment, storage._pools.anew():
            environment.setenv("ASSENT_POSTGRES_ADMIN_DSN", address(role))
            environment.setenv("ASSENT_POSTGRES_DSN", address("assent_app"))
            async with await psycopg.AsyncConnection.connect(
                address("postgres"), autocommit=True
            ) as looking:
                # Only a superuser may create it here.
                await looking.execute("CREATE EXTENSION vector")
                yield looking
            await storage.disconnect()
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        await admin.execute(f"DROP ROLE {role}".encode())


def migrate_back(revision: str) -> None:
    """Takes the schema back to an earlier one."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "shared/storage/migrations")
    config.set_main_option("path_separator", "os")
    command.downgrade(config, revision)
