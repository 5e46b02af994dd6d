"""Google's Firestore emulator, run from its jar."""

from pathlib import Path

import aiohttp

from emulators.failures import PlatformError
from emulators.google_cli import FRUGAL_JVM, Tools
from emulators.iam import PROJECT
from emulators.ports import HOST, free_port
from emulators.processes import Process, start_process, until_ready
from emulators.workplace import Workplace

NAME = "Firestore emulator"
# What the emulator calls the parts of an export.
_NAME = "all"
_EXPORT = Path(_NAME) / f"{_NAME}.overall_export_metadata"
OWNER = {"Authorization": "Bearer owner"}
_MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"


class FirestoreEmulator:
    """Holds everything in memory, which ends with the process, but for what was exported. An
    import keeps every field; create and update times of documents become those of the import."""

    def __init__(self, process: Process, port: int, http: aiohttp.ClientSession) -> None:
        self.process = process
        self._http = http
        self.port = port
        self.address = f"{HOST}:{port}"

    @classmethod
    async def start(
        cls,
        tools: Tools,
        workplace: Workplace,
        http: aiohttp.ClientSession,
        export: Path | None = None,
    ) -> "FirestoreEmulator":
        """Returns once it answers, with the documents of `export` if that is given. Raises
        ProcessDied or PlatformError."""
        port = free_port()
        data = [f"--import-data={export / _EXPORT}"] if export else []
        command = [
            *(
                tools.java,
                "-Duser.language=en",
                *FRUGAL_JVM,
                "-cp",
                str(tools.firestore_jar),
            ),
            *(_MAIN, "start", f"--host={HOST}", f"--port={port}", *data),
        ]
        process = await start_process(NAME, command, log=workplace.log("firestore-emulator"))
        emulator = cls(process, port, http)
        try:
            await until_ready(process, lambda: answers_ok(http, port), within=60)
        except BaseException:
            await process.kill()
            raise
        return emulator

    async def export(self, into: Path) -> None:
        """Writes every document into the folder `into`, which must exist. Raises PlatformError."""
        url = f"http://{self.address}/emulator/v1/projects/{PROJECT}:export"
        wanted = {
            "database": f"projects/{PROJECT}/databases/(default)",
            "export_directory": str(into),
            "export_name": _NAME,
        }
        try:
            async with self._http.post(url, json=wanted, headers=OWNER) as answer:
                said = await answer.text()
        except aiohttp.ClientError as error:
            raise PlatformError(f"the {NAME} cannot be exported: {error!r}") from error
        if answer.status != 200:
            raise PlatformError(f"the {NAME} cannot be exported: {said}")

    async def stop(self) -> None:
        await self.process.kill()


async def answers_ok(http: aiohttp.ClientSession, port: int) -> bool:
    """Whether one of Google's emulators says "Ok" on its port."""
    try:
        async with http.get(f"http://{HOST}:{port}/") as answer:
            return answer.status == 200
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False
