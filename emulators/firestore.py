"""Google's Firestore emulator."""

from pathlib import Path

import aiohttp

from emulators.directory import PlatformDirectory
from emulators.failures import PlatformError
from emulators.google_cli import Tools
from emulators.google_emulator import GoogleEmulator
from emulators.iam import PROJECT

# The emulator's names for the parts of an export.
_NAME = "all"
_EXPORT = Path(_NAME) / f"{_NAME}.overall_export_metadata"
OWNER = {"Authorization": "Bearer owner"}
_MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"


class FirestoreEmulator(GoogleEmulator):
    """An export outlives the process. An import keeps every field; create and update times of
    documents become those of the import."""

    NAME = "Firestore emulator"

    @classmethod
    async def start(
        cls,
        tools: Tools,
        directory: PlatformDirectory,
        http: aiohttp.ClientSession,
        export: Path | None = None,
    ) -> "FirestoreEmulator":
        """Returns once it answers, with the documents of `export` if that is given. Raises
        ProcessDied or PlatformError."""
        jar = tools.firestore_jar
        data = [f"--import-data={export / _EXPORT}"] if export else []
        main = ["-Duser.language=en", "-cp", str(jar), _MAIN, "start", *data]
        return await cls._run(tools, jar, main, directory, http)

    async def export(self, into: Path) -> None:
        """Writes every document into the folder `into`, which must exist. Raises PlatformError."""
        url = f"http://{self.address}/emulator/v1/projects/{PROJECT}:export"
        wanted = {
            "database": f"projects/{PROJECT}/databases/(default)",
            "export_directory": str(into),
            "export_name": _NAME,
        }
        try:
            async with self.http.post(url, json=wanted, headers=OWNER) as answer:
                text = await answer.text()
        except aiohttp.ClientError as error:
            raise PlatformError(f"the {self.NAME} cannot be exported: {error!r}") from error
        if answer.status != 200:
            raise PlatformError(f"the {self.NAME} cannot be exported: {text}")
