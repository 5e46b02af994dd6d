"""The platform's PostgreSQL."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from emulators.directory import PlatformDirectory
from emulators.failures import PlatformError
from emulators.postgres import Postgres
from emulators.prepared import prepared_data

pytestmark = [pytest.mark.platform, pytest.mark.xdist_group("emulators-lifecycle")]


def _checkout(root: Path, migrate: str) -> Path:
    storage = root / "shared" / "storage"
    storage.mkdir(parents=True)
    (storage / "migrate.py").write_text(migrate)
    return root


async def test_it_is_a_real_postgresql_with_vectors_and_leaves_nothing(tmp_path: Path) -> None:
    """Migrations of a checkout run as its owner."""
    directory = PlatformDirectory(tmp_path / "state")
    server = await Postgres.start(directory)
    home = (directory.path / "postgres").resolve()
    try:
        good = "import os; print(os.environ['ASSENT_POSTGRES_ADMIN_DSN'])"
        await server.migrate(_checkout(tmp_path / "good", good), directory)
        assert directory.log("migrations").read_text().strip() == server.dsn()
        await server.migrate(tmp_path / "without", directory)
        async with await psycopg.AsyncConnection.connect(server.dsn()) as connection:
            await connection.execute("CREATE EXTENSION vector")
            rows = await connection.execute("SELECT '[1,2]'::vector <-> '[1,4]'::vector")
            assert await rows.fetchone() == (2.0,)
    finally:
        await server.stop()
    assert not server.process.running
    assert not home.exists()


@pytest.mark.nightly
async def test_what_an_earlier_platform_left_is_replaced(tmp_path: Path) -> None:
    directory = PlatformDirectory(tmp_path / "state")
    for _ in range(2):
        server = await Postgres.start(directory)
        await server.process.kill()
    assert len(list(directory.path.glob("postgres*"))) == 1
    server = await Postgres.start(directory)
    await server.stop()


_MIGRATE = """
import os
import psycopg
with psycopg.connect(os.environ["ASSENT_POSTGRES_ADMIN_DSN"]) as owner:
    owner.execute("CREATE TABLE {table} (id int)")
"""


async def _tables(directory: PlatformDirectory, data: Path) -> set[str]:
    """The tables of a server that starts from `data`; it leaves a row in each."""
    server = await Postgres.start(directory, data)
    try:
        async with await psycopg.AsyncConnection.connect(server.dsn()) as connection:
            query = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            found = {name for (name,) in await (await connection.execute(query)).fetchall()}
            for table in found:
                answer = await connection.execute(f"INSERT INTO {table} VALUES (1) RETURNING id")
                assert await answer.fetchall() == [(1,)]
                rows = await connection.execute(f"SELECT id FROM {table}")
                assert await rows.fetchall() == [(1,)], "a row that another platform left"
            return found
    finally:
        await server.stop()


async def test_a_checkout_is_migrated_once_and_anew_where_its_migrations_change(
    tmp_path: Path,
) -> None:
    directory = PlatformDirectory(tmp_path / "state")
    directory.path.mkdir()
    root = _checkout(tmp_path / "checkout", _MIGRATE.format(table="first"))
    for ran in (True, False):
        directory.log("migrations").unlink(missing_ok=True)
        data = await prepared_data(root, directory)
        assert data is not None
        assert directory.log("migrations").exists() is ran
        assert await _tables(directory, data) == {"first"}
    revisions = root / "shared" / "storage" / "migrations" / "versions"
    revisions.mkdir(parents=True)
    (revisions / "0002_second.py").write_text("revision = 2")
    (root / "shared" / "storage" / "migrate.py").write_text(_MIGRATE.format(table="second"))
    directory.log("migrations").unlink(missing_ok=True)
    data = await prepared_data(root, directory)
    assert data is not None
    assert directory.log("migrations").exists()
    assert len(list((root / "build" / "postgres").iterdir())) == 2


async def test_migrations_that_fail_are_quoted_and_nothing_of_them_is_kept(tmp_path: Path) -> None:
    directory = PlatformDirectory(tmp_path / "state")
    directory.path.mkdir()
    root = _checkout(tmp_path / "checkout", "raise SystemExit('broken revision')")
    with pytest.raises(PlatformError, match="broken revision"):
        await prepared_data(root, directory)
    assert list((root / "build" / "postgres").iterdir()) == []


def test_importing_the_platform_starts_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import emulators.platform"],
        cwd=Path(__file__).parents[2],
        env={"PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
