"""PostgreSQL: a transaction sees one tenant's rows only, by row-level security."""

import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from shared.kit.errors import Unavailable
from shared.kit.per_loop import PerLoop
from shared.storage.secrets import read_secret

if TYPE_CHECKING:
    from psycopg import AsyncConnection
    from psycopg_pool import AsyncConnectionPool

WAIT_SECONDS = 5.0
STATEMENT_MILLISECONDS = 10_000
# What policies see in place of a tenant; the name of none.
_NO_TENANT = "*"
_OF_NO_TENANT = b"SELECT set_config('app.tenant_id', %s, true)"
# Whatever the statistics say, no statement walks a table of all tenants where an index finds one
# tenant's rows: its time would say how much the others have. A walk that no index spares counts as
# so dear that PostgreSQL would compile it first.
_OF_TENANT = (
    _OF_NO_TENANT + b", set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"
)


class TookTooLong(Unavailable):
    """A statement did not end within its time."""


@asynccontextmanager
async def tenant_transaction(
    tenant_id: str, **settings: str
) -> "AsyncIterator[AsyncConnection[Any]]":
    """One transaction in which row-level security admits the rows of `tenant_id` only, found by an
    index; commits at the end, rolls back on any error. The `settings` of PostgreSQL hold for it.
    Raises Unavailable where the database does not answer, then TookTooLong where it does not in
    time, ValueError for what cannot be a tenant."""
    if not tenant_id or tenant_id == _NO_TENANT:
        raise ValueError(f"{tenant_id!r} is not a tenant id")
    async with _transaction(tenant_id, _OF_TENANT, settings) as connection:
        yield connection


@asynccontextmanager
async def platform_transaction(**settings: str) -> "AsyncIterator[AsyncConnection[Any]]":
    """One transaction of no tenant, for sweeps and operators' commands: it sees only the rows that
    a policy shows to the platform. The `settings` of PostgreSQL hold for it. Raises Unavailable
    where the database does not answer."""
    async with _transaction(_NO_TENANT, _OF_NO_TENANT, settings) as connection:
        yield connection


@asynccontextmanager
async def _transaction(
    tenant_id: str, begin: bytes, settings: Mapping[str, str]
) -> "AsyncIterator[AsyncConnection[Any]]":
    from psycopg import OperationalError
    from psycopg.errors import QueryCanceled
    from psycopg_pool import PoolTimeout

    try:
        async with (await _pool()).connection() as connection, connection.transaction():
            more = b", set_config(%s, %s, true)" * len(settings)
            told = (each for setting in settings.items() for each in setting)
            await connection.execute(begin + more, (tenant_id, *told))
            yield connection
    except QueryCanceled as error:
        raise TookTooLong("the database did not answer in time") from error
    except (OperationalError, PoolTimeout) as error:
        raise Unavailable("the database did not answer") from error


async def disconnect() -> None:
    """Closes the connections of the running loop; the next transaction opens others."""
    pool = _pools.forget()
    if pool is not None:
        await pool.close()


async def _pool() -> "AsyncConnectionPool[Any]":
    pool = _pools.here()
    # Opens it once; whoever comes meanwhile waits.
    await pool.open()
    return pool


async def _options() -> dict[str, Any]:
    """How each connection is opened; the password is as new as the secret that holds it. Raises
    Unavailable."""
    options = {"options": f"-c statement_timeout={STATEMENT_MILLISECONDS}"}
    name = os.environ.get("ASSENT_POSTGRES_PASSWORD_NAME")
    return {**options, "password": await read_secret(name)} if name else options


def _made() -> "AsyncConnectionPool[Any]":
    from psycopg_pool import AsyncConnectionPool

    return AsyncConnectionPool(
        os.environ["ASSENT_POSTGRES_DSN"],
        kwargs=_options,
        min_size=0,
        max_size=int(os.environ.get("ASSENT_POSTGRES_CONNECTIONS", "2")),
        timeout=WAIT_SECONDS,
        check=AsyncConnectionPool.check_connection,
        open=False,
    )


_pools = PerLoop(_made)
