"""Processes in which code of strangers runs. Each serves one call, so that nobody meets what
another one left behind; one more is made ready meanwhile."""

import atexit
import logging
import os
import resource
import sys
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from shared.sandbox import launcher

if TYPE_CHECKING:
    from pydantic_monty import Monty

_log = logging.getLogger(__name__)
# The longest that one turn of code takes, before its process is ended from outside.
TURN_SECONDS = 4.0


class SandboxDied(Exception):
    """The process of the sandbox ended, or never began; the code in it touched nothing."""


class Workers:
    """Confined processes, each for one call. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ready: list[Monty] = []
        self._maker = ThreadPoolExecutor(1, thread_name_prefix="sandbox-maker")

    @contextmanager
    def taken(self) -> Iterator["Monty"]:
        """A process that nobody used before, ended afterwards. Raises SandboxDied where none
        begins."""
        with self._lock:
            worker = self._ready.pop() if self._ready else None
        worker = worker or _begun()
        try:
            yield worker
        finally:
            _end(worker)
            self._maker.submit(self._make_ready)

    def end(self) -> None:
        """Ends those that wait."""
        with self._lock:
            waiting, self._ready = self._ready, []
        for each in waiting:
            _end(each)

    def _make_ready(self) -> None:
        with self._lock:
            if self._ready:
                return
        try:
            worker = _begun()
        except SandboxDied as error:
            # Whoever needs one next says so.
            _log.warning("no sandbox is made ready: %s", error)
            return
        with self._lock:
            self._ready.append(worker)


def shut(process: int | None) -> None:
    """Lets a process that has begun open nothing more, whatever its kernel has: the interpreter
    opens no file once it is there. Raises SandboxDied."""
    if sys.platform != "linux":
        return
    try:
        resource.prlimit(process or -1, resource.RLIMIT_NOFILE, (0, 0))
    except (OSError, ValueError) as error:
        raise SandboxDied(f"its process could open files: {error}") from error


def _begun() -> "Monty":
    from pydantic_monty import Monty, MontyError

    worker = Monty(
        binary_path=_launched(),
        min_processes=1,
        max_processes=1,
        max_checkouts_per_worker=1,
        request_timeout=TURN_SECONDS,
    )
    try:
        worker.__enter__()
    except (MontyError, OSError) as error:
        raise SandboxDied(f"its process does not begin: {error}") from error
    return worker


def _end(worker: "Monty") -> None:
    worker.__exit__(None, None, None)


@cache
def _launched() -> Path:
    """A program that starts the interpreter of the sandbox, confined. The library takes a path and
    no arguments."""
    from pydantic_monty._binary import find_monty_binary

    program = (sys.executable, "-ISB", launcher.__file__, os.path.realpath(find_monty_binary()))
    path = Path(_folder().name, "sandbox")
    quoted = " ".join(f"'{each}'" for each in program)
    path.write_text(f'#!/bin/sh\nexec {quoted} "$@" 2>/dev/null\n', encoding="utf-8")
    path.chmod(0o700)
    # Before the folder goes: those that wait may read in it yet.
    atexit.register(WORKERS.end)
    return path


@cache
def _folder() -> "tempfile.TemporaryDirectory[str]":
    return tempfile.TemporaryDirectory(prefix="assent-sandbox-")


WORKERS = Workers()
