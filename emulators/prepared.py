"""The data folder of a migrated PostgreSQL, which later platforms of a checkout start from."""

import asyncio
import hashlib
import os
import shutil
from pathlib import Path

from emulators import postgres
from emulators.directory import PlatformDirectory
from emulators.failures import PlatformError
from emulators.postgres import Postgres

_KEPT = Path("build") / "postgres"
_STORAGE = Path("shared") / "storage"


async def prepared_data(root: Path, directory: PlatformDirectory) -> Path | None:
    """A copy of a data folder that all migrations of the checkout have been applied to, and that
    holds no rows but theirs. The first platform of a checkout makes it, and one whose migrations
    or server are others. None where nothing can be kept in the checkout. Raises ProcessDied, or
    PlatformError with the end of the migrations' log."""
    kept = await asyncio.to_thread(_place, root)
    if kept is None:
        return None
    if not kept.exists():
        await _make(kept, root, directory)
    copy = directory.scratch() / kept.name
    await asyncio.to_thread(shutil.copytree, kept, copy)
    return copy


async def _make(kept: Path, root: Path, directory: PlatformDirectory) -> None:
    server = await Postgres.start(directory)
    try:
        await server.migrate(root, directory)
        await asyncio.to_thread(_keep, await server.save(), kept)
    finally:
        await server.stop()


def _keep(data: Path, kept: Path) -> None:
    """All of it or nothing is there at any time, also where two platforms make it at once."""
    draft = kept.with_suffix(f".{os.getpid()}")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        shutil.copytree(data, draft)
        draft.rename(kept)
    except OSError as error:
        shutil.rmtree(draft, ignore_errors=True)
        if not kept.exists():
            raise PlatformError(f"{kept} cannot be written: {error}") from error


def _place(root: Path) -> Path | None:
    """Where the data is kept, by the server and the migrations that make it."""
    folder = root / _KEPT
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError:
        return None
    return folder / _digest(root) if os.access(folder, os.W_OK) else None


def _digest(root: Path) -> str:
    server = (postgres.binaries() / "postgres").resolve()
    found = server.stat()
    digest = hashlib.sha256(f"{server} {found.st_size} {found.st_mtime_ns}\n".encode())
    migrating = root / _STORAGE
    for file in (
        Path(postgres.__file__),
        migrating / "migrate.py",
        *sorted((migrating / "migrations").rglob("*.py")),
    ):
        text = file.read_bytes() if file.exists() else b""
        digest.update(f"{file.name} {len(text)}\n".encode() + text)
    return digest.hexdigest()[:16]
