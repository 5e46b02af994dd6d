"""Google's own emulators: Java programs, started from their jars."""

import hashlib
import os
from pathlib import Path
from typing import ClassVar, Self

import aiohttp

from emulators.directory import PlatformDirectory
from emulators.google_cli import Tools
from emulators.ports import HOST, free_port
from emulators.processes import Process, start_process, until_ready

# One small collector, and only the quick compiler: the thorough one would use most of two cores
# during the first thousand requests, which is longer than most platforms run.
_FRUGAL = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+IgnoreUnrecognizedVMOptions")
_ARCHIVES = Path(__file__).parents[1] / "build" / "jvm"
_ARCHIVING_SECONDS = 20.0


class GoogleEmulator:
    """Holds everything in memory, until the process ends."""

    NAME: ClassVar[str]

    def __init__(
        self, process: Process, port: int, http: aiohttp.ClientSession, archive: "ClassArchive"
    ) -> None:
        self.process = process
        self.port = port
        self.address = f"{HOST}:{port}"
        self.http = http
        self._archive = archive

    @classmethod
    async def _run(
        cls,
        tools: Tools,
        jar: Path,
        main: list[str],
        directory: PlatformDirectory,
        http: aiohttp.ClientSession,
    ) -> Self:
        port, archive = free_port(), ClassArchive(Path(tools.java), jar)
        process = await start_process(
            cls.NAME,
            [tools.java, *_FRUGAL, *archive.options, *main, f"--host={HOST}", f"--port={port}"],
            log=directory.log(cls.NAME.lower().replace("/", "").replace(" ", "-")),
        )
        emulator = cls(process, port, http, archive)
        try:
            await until_ready(process, emulator.answers, within=60)
        except BaseException:
            await process.kill()
            raise
        return emulator

    async def answers(self) -> bool:
        """Whether it answers "Ok" on its port."""
        try:
            async with self.http.get(f"http://{self.address}/") as answer:
                return answer.status == 200
        except (aiohttp.ClientError, OSError, TimeoutError):
            return False

    async def stop(self) -> None:
        if self._archive.is_missing:
            await self.process.stop(grace=_ARCHIVING_SECONDS)
            self._archive.keep()
        await self.process.kill()


class ClassArchive:
    """The JVM's class-data archive of one jar, with which an emulator starts in half the time. The
    first platform of a checkout that stops in order writes it, from Java 13 on."""

    def __init__(self, java: Path, jar: Path) -> None:
        self._path = _ARCHIVES / f"{jar.stem}-{_digest(java, jar)}.jsa"
        self._draft = self._path.with_suffix(f".{os.getpid()}")
        self._is_new = not self._path.exists() and _is_writable(_ARCHIVES)

    @property
    def is_missing(self) -> bool:
        """Whether the JVM is to write it at its exit, which takes four seconds of a processor: no
        other platform that started meanwhile has done so."""
        return self._is_new and not self._path.exists()

    @property
    def options(self) -> list[str]:
        if self._is_new:
            return [f"-XX:ArchiveClassesAtExit={self._draft}", "-Xlog:disable"]
        return [f"-XX:SharedArchiveFile={self._path}", "-Xlog:disable"]

    def keep(self) -> None:
        """Renames what the JVM wrote at its exit to the archive that later ones use."""
        if self._draft.exists():
            self._draft.replace(self._path)


def _digest(*files: Path) -> str:
    digest = hashlib.sha256()
    for file in files:
        real = file.resolve()
        found = real.stat()
        digest.update(f"{real} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()[:16]


def _is_writable(folder: Path) -> bool:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return os.access(folder, os.W_OK)
