"""Google's Firestore emulator, run from its jar."""

import aiohttp

from emulators.google_cli import Tools
from emulators.ports import HOST, free_port
from emulators.processes import Process, start_process, until_ready
from emulators.workplace import Workplace

NAME = "Firestore emulator"
_MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"


class FirestoreEmulator:
    """Holds everything in memory; nothing outlives the process."""

    def __init__(self, process: Process, port: int) -> None:
        self.process = process
        self.port = port
        self.address = f"{HOST}:{port}"

    @classmethod
    async def start(
        cls, tools: Tools, workplace: Workplace, http: aiohttp.ClientSession
    ) -> "FirestoreEmulator":
        """Returns once it answers. Raises ProcessDied or PlatformError."""
        port = free_port()
        command = [
            *(
                tools.java,
                "-Duser.language=en",
                "-XX:+UseSerialGC",
                "-cp",
                str(tools.firestore_jar),
            ),
            *(_MAIN, "start", f"--host={HOST}", f"--port={port}"),
        ]
        process = await start_process(NAME, command, log=workplace.log("firestore-emulator"))
        emulator = cls(process, port)
        try:
            await until_ready(process, lambda: answers_ok(http, port), within=60)
        except BaseException:
            await process.kill()
            raise
        return emulator

    async def stop(self) -> None:
        await self.process.kill()


async def answers_ok(http: aiohttp.ClientSession, port: int) -> bool:
    """Whether one of Google's emulators says "Ok" on its port."""
    try:
        async with http.get(f"http://{HOST}:{port}/") as answer:
            return answer.status == 200
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False
