"""The platform's PostgreSQL."""

import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from emulators.directory import PlatformDirectory
from emulators.failures import PlatformError
from emulators.postgres import Postgres

pytestmark = [pytest.mark.platform, pytest.mark.xdist_group("emulators-lifecycle")]


def _checkout(root: Path, migrate: str) -> Path:
    storage = root / "shared" / "storage"
    storage.mkdir(parents=True)
    (storage / "migrate.py").write_text(migrate)
    return root


async def test_it_is_a_real_postgresql_with_vectors_and_leaves_nothing(tmp_path: Path) -> None:
    directory = PlatformDirectory(tmp_path / "state")
    server = await Postgres.start(directory)
    home = (directory.path / "postgres").resolve()
    try:
        async with await psycopg.AsyncConnection.connect(server.dsn()) as connection:
            await connection.execute("CREATE EXTENSION vector")
            rows = await connection.execute("SELECT '[1,2]'::vector <-> '[1,4]'::vector")
            assert await rows.fetchone() == (2.0,)
    finally:
        await server.stop()
    assert not server.process.running
    assert not home.exists()


async def test_what_an_earlier_platform_left_is_replaced(tmp_path: Path) -> None:
    directory = PlatformDirectory(tmp_path / "state")
    for _ in range(2):
        server = await Postgres.start(directory)
        await server.process.kill()
    assert len(list(directory.path.glob("postgres*"))) == 1
    server = await Postgres.start(directory)
    await server.stop()


async def test_migrations_run_as_the_owner_and_a_failing_one_is_quoted(tmp_path: Path) -> None:
    good = "import os; print(os.environ['ASSENT_POSTGRES_ADMIN_DSN'])"
    directory = PlatformDirectory(tmp_path / "state")
    server = await Postgres.start(directory)
    try:
        await server.migrate(_checkout(tmp_path / "good", good), directory)
        assert directory.log("migrations").read_text().strip() == server.dsn()
        await server.migrate(tmp_path / "without", directory)
        bad = _checkout(tmp_path / "bad", "raise SystemExit('broken revision')")
        with pytest.raises(PlatformError, match="broken revision"):
            await server.migrate(bad, directory)
    finally:
        await server.stop()


def test_importing_the_platform_starts_nothing(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import emulators.platform"],
        cwd=Path(__file__).parents[2],
        env={"PATH": "", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr
