"""Starts the process of the language model at the first call that asks it, and again where it has
ended: what strangers write is read outside of the process that serves all tenants."""

import hashlib
import importlib.util
import os
import secrets
import select
import subprocess
import sys
import threading
from functools import cache
from pathlib import Path
from typing import NamedTuple

from shared.inference.loading import ModelAbsentError
from shared.language.files import FOLDER, MODEL, NAME, SHA256

ROOT = Path(__file__).parents[2]
STARTED_WITHIN_SECONDS = 60.0
# Nothing of ours: it has no key and no address.
_KEPT = ("PATH", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV")


class Served(NamedTuple):
    """Where the model answers on OpenAI's wire, and the key that it takes."""

    url: str
    key: str


class LanguageModel:
    """The language model of this process, in one of its own. Any number of threads may use it."""

    def __init__(self) -> None:
        self._starting = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._served: Served | None = None

    def serve(self, folder: Path = FOLDER) -> Served:
        """Where it answers; starts it where it does not run (some seconds, 210 MiB). Raises
        ModelAbsentError where its file is not there or another one, nothing here runs it, or it
        does not start."""
        with self._starting:
            if self._served is not None and self._process and self._process.poll() is None:
                return self._served
            self.stop()
            check_model(folder)
            self._process, self._served = _started(folder / MODEL)
            return self._served

    def stop(self) -> None:
        """Ends the process, where there is one."""
        process, self._process, self._served = self._process, None, None
        if process is not None:
            process.kill()
            process.wait()


def check_model(folder: Path = FOLDER) -> None:
    """Raises ModelAbsentError where the model cannot answer here; its file is read once in a
    process."""
    if importlib.util.find_spec("xllamacpp") is None:
        raise ModelAbsentError(f"xllamacpp is not installed: nothing runs {NAME} here.")
    if not (folder / MODEL).is_file():
        raise ModelAbsentError(
            f"The model {NAME} is not there ({folder / MODEL}): make language fetches it."
        )
    if _sha256(folder / MODEL) != SHA256:
        raise ModelAbsentError(
            f"{folder / MODEL} is another file than {NAME}: remove it and say make language."
        )


@cache
def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _started(file: Path) -> tuple[subprocess.Popen[str], Served]:
    key = secrets.token_urlsafe(32)
    process = subprocess.Popen(
        (sys.executable, "-m", "shared.language", str(file)),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=ROOT,
        env={name: os.environ[name] for name in _KEPT if name in os.environ},
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(f"{key}\n")
        process.stdin.flush()
        said = select.select([process.stdout], [], [], STARTED_WITHIN_SECONDS)[0]
        url = process.stdout.readline().strip() if said else ""
        if not url.startswith("http://127.0.0.1:"):
            raise ModelAbsentError(f"The process of {NAME} does not start.")
    except BaseException as error:
        process.kill()
        process.wait()
        if isinstance(error, BrokenPipeError):
            raise ModelAbsentError(f"The process of {NAME} does not start.") from error
        raise
    return process, Served(f"{url}/v1", key)


LANGUAGE_MODEL = LanguageModel()
