"""PostgreSQL: one tenant's rows in a transaction, whatever the query says, or Unavailable."""

import time

import psycopg
import pytest
from psycopg import errors
from psycopg.rows import TupleRow

from shared.kit.errors import Unavailable
from shared.storage import postgres as storage
from shared.storage import secrets
from shared.storage.postgres import platform_transaction, tenant_transaction

pytestmark = [pytest.mark.platform, pytest.mark.usefixtures("database")]
# Functions of the owner search these for one tenant: no query under a policy uses their indexes.
READ_BY_OWNER = ["knowledge_chunks", "knowledge_sources", "knowledge_vectors"]
APPEND = (
    "SELECT append_audit_entries(%s, ARRAY[%s], ARRAY['{}'], ARRAY[now()], ARRAY[''],"
    " ARRAY['assent.lookup.missed.v1'], ARRAY['lookup/mis_1'], ARRAY[''])"
)
WRITES = [
    "INSERT INTO audit_entries VALUES ('ours', 99, 'evt_9', '{}', '', '', now(), '', '', '')",
    "INSERT INTO audit_heads VALUES ('ours', 99, '')",
    "UPDATE audit_entries SET body = 'altered'",
    "UPDATE audit_heads SET number = 0",
    "UPDATE audit_heads SET covered = 99",
    "DELETE FROM audit_entries",
    "DELETE FROM audit_heads",
    "INSERT INTO audit_nodes VALUES ('ours', 4, 9, '')",
    "UPDATE audit_nodes SET hash = ''",
    "DELETE FROM audit_nodes",
    "TRUNCATE audit_entries",
    "DROP TABLE audit_entries",
    "ALTER TABLE audit_entries DISABLE ROW LEVEL SECURITY",
    "CREATE TABLE mine (n int)",
    "SET ROLE postgres",
]


async def _append(tenant_id: str, event_id: str) -> None:
    async with tenant_transaction(tenant_id) as connection:
        await connection.execute(APPEND, (tenant_id, event_id))


async def _keep_node(of: str, by: str) -> None:
    async with tenant_transaction(by) as connection:
        await connection.execute("SELECT keep_audit_nodes(%s, '{4}', '{0}', '{x}')", (of,))


async def _rows(tenant_id: str, query: str) -> list[TupleRow]:
    async with tenant_transaction(tenant_id) as connection:
        return list(await (await connection.execute(query)).fetchall())


async def test_another_tenants_rows_are_invisible() -> None:
    await _append("ours", "evt_1")
    await _append("theirs", "evt_2")
    for tenant in ("ours", "theirs"):
        await _keep_node(tenant, tenant)
    for table in ("audit_entries", "audit_heads", "audit_nodes"):
        seen = await _rows("ours", f"SELECT DISTINCT tenant_id FROM {table}")
        assert seen == [("ours",)]
        assert await _rows("nobody", f"SELECT * FROM {table}") == []
        asked = f"SELECT * FROM {table} WHERE tenant_id = 'theirs' OR true"
        assert {row[0] for row in await _rows("ours", asked)} == {"ours"}


async def test_without_a_tenant_nothing_is_visible(database: str) -> None:
    await _append("ours", "evt_1")
    app = database.replace("//postgres@", "//assent_app@")
    async with await psycopg.AsyncConnection.connect(app) as connection:
        rows = await connection.execute("SELECT * FROM audit_entries")
        assert await rows.fetchall() == []


async def test_a_connection_forgets_its_tenant_with_the_transaction() -> None:
    await _append("ours", "evt_1")
    async with (await storage._pool()).connection() as connection:
        rows = await connection.execute("SELECT * FROM audit_entries")
        assert await rows.fetchall() == []


@pytest.mark.parametrize("statement", WRITES)
async def test_the_functions_role_can_write_nothing_itself(statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        await _rows("ours", statement)


async def test_a_transaction_appends_for_its_own_tenant_only() -> None:
    with pytest.raises(errors.RaiseException, match="may not append for theirs"):
        async with tenant_transaction("ours") as connection:
            await connection.execute(APPEND, ("theirs", "evt_forged"))
    assert await _rows("theirs", "SELECT 1 FROM audit_entries WHERE event_id = 'evt_forged'") == []


async def test_a_transaction_covers_its_own_tenants_entries_only_and_none_that_are_not_there() -> (
    None
):
    await _append("theirs", "evt_2")
    with pytest.raises(errors.RaiseException, match="may not cover entries of theirs"):
        async with tenant_transaction("ours") as connection:
            await connection.execute("SELECT cover_audit_entries('theirs', 1)")
    async with tenant_transaction("theirs") as connection:
        await connection.execute("SELECT cover_audit_entries('theirs', 1000)")
    assert await _rows("theirs", "SELECT covered FROM audit_heads") == [(0,)]


async def test_a_transaction_keeps_its_own_tenants_nodes_only_and_replaces_none() -> None:
    with pytest.raises(errors.RaiseException, match="may not keep nodes of theirs"):
        await _keep_node("theirs", "ours")
    await _keep_node("ours", "ours")
    async with tenant_transaction("ours") as connection:
        await connection.execute("SELECT keep_audit_nodes('ours', '{4}', '{0}', '{other}')")
    assert await _rows("ours", "SELECT hash FROM audit_nodes") == [(b"x",)]


async def test_a_transaction_of_no_tenant_sees_where_chains_end_and_no_entry() -> None:
    await _append("ours", "evt_1")
    await _append("theirs", "evt_2")
    async with platform_transaction() as connection:
        heads = await connection.execute("SELECT tenant_id FROM audit_heads")
        assert {("ours",), ("theirs",)} <= set(await heads.fetchall())
        entries = await connection.execute("SELECT * FROM audit_entries")
        assert await entries.fetchall() == []
        with pytest.raises(errors.RaiseException, match="may not append for ours"):
            await connection.execute(APPEND, ("ours", "evt_forged"))


@pytest.mark.parametrize("tenant_id", ["", "*"])
async def test_no_tenant_has_the_name_under_which_the_platform_looks(tenant_id: str) -> None:
    with pytest.raises(ValueError, match="not a tenant id"):
        await _append(tenant_id, "evt_1")


async def test_the_role_owns_nothing_and_cannot_look_past_the_policies(database: str) -> None:
    async with await psycopg.AsyncConnection.connect(database) as owner:
        role = await owner.execute(
            "SELECT rolsuper, rolbypassrls, rolcreatedb, rolcreaterole FROM pg_roles"
            " WHERE rolname = 'assent_app'"
        )
        assert await role.fetchone() == (False, False, False, False)
        owned = await owner.execute(
            "SELECT relname FROM pg_class WHERE pg_get_userbyid(relowner) = 'assent_app'"
        )
        assert await owned.fetchall() == []
        unprotected = await owner.execute(
            "SELECT relname FROM pg_class JOIN pg_tables ON tablename = relname"
            " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            " AND NOT (relrowsecurity AND relforcerowsecurity)"
            " ORDER BY relname"
        )
        assert [name for (name,) in await unprotected.fetchall()] == READ_BY_OWNER
        bare = await owner.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND NOT relrowsecurity",
            (READ_BY_OWNER,),
        )
        assert await bare.fetchall() == []


async def test_an_error_rolls_back() -> None:
    async def fail() -> None:
        async with tenant_transaction("ours") as connection:
            await connection.execute(APPEND, ("ours", "evt_undone"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await _rows("ours", "SELECT 1 FROM audit_entries WHERE event_id = 'evt_undone'") == []


async def test_connections_the_server_closed_are_replaced(database: str) -> None:
    await _append("ours", "evt_1")
    async with await psycopg.AsyncConnection.connect(database) as owner:
        await owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'assent_app'"
        )
    await _append("ours", "evt_after")
    assert await _rows("ours", "SELECT 1 FROM audit_entries WHERE event_id = 'evt_after'")


async def test_a_statement_that_takes_too_long_is_unavailable() -> None:
    async def wait() -> None:
        async with tenant_transaction("ours") as connection:
            await connection.execute("SET LOCAL statement_timeout = 50")
            await connection.execute("SELECT pg_sleep(5)")

    with pytest.raises(Unavailable):
        await wait()


async def test_a_database_that_is_not_there_is_unavailable_within_bounded_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ASSENT_POSTGRES_DSN", "postgresql://assent_app@127.0.0.1:1/none")
    monkeypatch.setattr(storage, "WAIT_SECONDS", 0.3)
    started = time.monotonic()
    with storage._pools.anew():
        with pytest.raises(Unavailable):
            await _append("ours", "evt_1")
        assert time.monotonic() - started < 5
        await storage.disconnect()


async def test_connections_log_in_with_what_the_functions_secret_holds(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert "password" not in await storage._options()
    monkeypatch.setattr(secrets, "_texts", {"audit-postgres-password": ("kept", time.monotonic())})
    monkeypatch.setenv("ASSENT_POSTGRES_PASSWORD_NAME", "audit-postgres-password")
    assert (await storage._options())["password"] == "kept"
