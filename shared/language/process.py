"""Runs a language model in a process of its own, from the first call that asks it: what strangers
write is read outside of the process that serves all tenants."""

import os
import secrets
import select
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from shared.inference.brought import ModelRefusedError
from shared.inference.loading import ModelAbsentError

ROOT = Path(__file__).parents[2]
# A process writes its address, or why the model's files are not used, as the first line.
REFUSED = "refused: "
STARTED_WITHIN_SECONDS = 60.0
# For so long a model that did not start is not started again: its callers are refused at once.
FAILED_FOR_SECONDS = 60.0
_LONGEST_LINE = 4_096
# Nothing of ours: it has no key and no address.
_KEPT = ("PATH", "LANG", "LD_LIBRARY_PATH", "VIRTUAL_ENV")

# What Python is asked to run. Raises ModelAbsentError where the model cannot answer here.
Command = Callable[[], Sequence[str]]


class ModelEndpoint(NamedTuple):
    """The address at which the model answers on OpenAI's wire, and the key that it takes."""

    url: str
    key: str


class _Failure(NamedTuple):
    """Why a model did not start, and until which second that is not tried again."""

    error: ModelAbsentError
    until: float


class LanguageModel:
    """A language model that this process runs as another process. Any number of threads may use
    it."""

    def __init__(
        self,
        name: str,
        command: Command,
        *,
        started_within: float = STARTED_WITHIN_SECONDS,
        failed_for: float = FAILED_FOR_SECONDS,
    ) -> None:
        self.name = name
        self._command = command
        self._started_within, self._failed_for = started_within, failed_for
        self._starting = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._served: ModelEndpoint | None = None
        self._failure: _Failure | None = None

    def serve(self) -> ModelEndpoint:
        """Where it answers; starts it where it does not run. A start that failed is not tried again
        for a minute: until then everybody is told so at once. Raises ModelAbsentError where its
        files are not there or it does not start, ModelRefusedError where its files are others."""
        with self._starting:
            if self._served is not None and self._process and self._process.poll() is None:
                return self._served
            self._end()
            if self._failure is not None and time.monotonic() < self._failure.until:
                raise type(self._failure.error)(str(self._failure.error))
            command = self._command()
            try:
                self._process, self._served = self._started(command)
            except ModelAbsentError as error:
                self._failure = _Failure(error, time.monotonic() + self._failed_for)
                raise
            self._failure = None
            return self._served

    def replace(self, served: ModelEndpoint) -> None:
        """Ends the process that answers there, because it does not; the next call starts another.
        Nothing happens where another one has taken its place already."""
        with self._starting:
            if self._served == served:
                self._end()

    def stop(self) -> None:
        """Ends the process, where there is one, and forgets that it did not start."""
        with self._starting:
            self._end()
            self._failure = None

    def _end(self) -> None:
        process, self._process, self._served = self._process, None, None
        if process is not None:
            process.kill()
            process.wait()
            for each in (process.stdin, process.stdout):
                if each is not None:
                    each.close()

    def _started(self, command: Sequence[str]) -> tuple[subprocess.Popen[bytes], ModelEndpoint]:
        key = secrets.token_urlsafe(32)
        process = subprocess.Popen(
            (sys.executable, *command),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={name: os.environ[name] for name in _KEPT if name in os.environ},
            bufsize=0,
        )
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            process.stdin.write(f"{key}\n".encode())
            said = _first_line(process.stdout.fileno(), self._started_within)
            if said.startswith(REFUSED):
                raise ModelRefusedError(said.removeprefix(REFUSED))
            if not said.startswith("http://127.0.0.1:"):
                raise ModelAbsentError(f"The process of {self.name} does not start.")
        except BaseException as error:
            process.kill()
            process.wait()
            process.stdout.close()
            process.stdin.close()
            if isinstance(error, BrokenPipeError):
                raise ModelAbsentError(f"The process of {self.name} does not start.") from error
            raise
        return process, ModelEndpoint(f"{said}/v1", key)


def _first_line(pipe: int, within_seconds: float) -> str:
    """What stands before the first line break, without it; empty where none comes in that time. A
    process that stops within its line is waited for no longer than one that says nothing."""
    until, said = time.monotonic() + within_seconds, b""
    while b"\n" not in said and len(said) < _LONGEST_LINE:
        left = max(0.0, until - time.monotonic())
        if not select.select([pipe], [], [], left)[0]:
            return ""
        if not (part := os.read(pipe, _LONGEST_LINE)):
            return ""
        said += part
    return said.partition(b"\n")[0].decode(errors="replace").strip()
