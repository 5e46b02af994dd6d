"""A PostgreSQL that a test may crash and start again."""

import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil

from emulators.directory import PlatformDirectory
from emulators.postgres import Postgres
from emulators.processes import start_process, until_ready


class Database:
    """One server with a data folder of its own."""

    def __init__(self, server: Postgres, directory: PlatformDirectory) -> None:
        self._server = server
        self._directory = directory

    @classmethod
    @asynccontextmanager
    async def open(cls, directory: PlatformDirectory) -> AsyncIterator["Database"]:
        server = await Postgres.start(directory)
        try:
            yield cls(server, directory)
        finally:
            await server.stop()

    def dsn(self, user: str) -> str:
        return self._server.dsn(user)

    async def crash_and_start(self) -> None:
        """Ends every process of the server at once, without a checkpoint, and starts it again with
        the same data and port."""
        before = psutil.Process(self._server.process.pid)
        command, user = before.cmdline(), before.uids().effective
        # Its processes have groups of their own; this signal makes the first end the others.
        await self._server.process.stop(grace=10, how=signal.SIGQUIT)
        self._server.process = await start_process(
            "PostgreSQL",
            command,
            log=self._directory.log("postgres"),
            cwd=self._server._home,
            user=user or None,
            at_parents_death=signal.SIGQUIT,
        )
        await until_ready(self._server.process, self._server.answers, within=60)
