"""The platform's own directory: its logs, its clock's offset, and its address while it runs."""

import fcntl
import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import IO

from emulators.failures import PlatformError
from shared.kit.local_platform import find_local_platform


class PlatformDirectory:
    """The directory of one running platform; two platforms never share one."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.description = self.path / "platform.json"
        self._lock: IO[bytes] | None = None

    def claim(self, *, keep_logs: bool = False) -> None:
        """Claims the directory for this platform, until `leave` or the end of the process. Raises
        PlatformError while another platform runs in it."""
        self.reserve()
        self.clock.unlink(missing_ok=True)
        self.description.unlink(missing_ok=True)
        if not keep_logs:
            shutil.rmtree(self.path / "logs", ignore_errors=True)

    def reserve(self) -> None:
        """Keeps every platform out of the directory, without changing its contents. Raises
        PlatformError while one runs in it."""
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(self.path)
        if self._lock is None:
            running = find_local_platform(self.path) or {"url": "it is starting", "pid": "?"}
            raise PlatformError(
                f"A platform already runs here: {running['url']} (process {running['pid']})."
                " Stop it first (Ctrl-C in its terminal), or use another directory: make up"
                " STATE=DIR PORT=…"
            )

    def scratch(self) -> Path:
        """A temporary folder, which is emptied whenever somebody requests it."""
        folder = self.path / "scratch"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700)
        return folder

    @property
    def clock(self) -> Path:
        return self.path / "clock"

    def log(self, name: str) -> Path:
        return self.path / "logs" / f"{name}.log"

    def describe(self, content: Mapping[str, object]) -> None:
        """Publishes the platform's address to other commands."""
        draft = self.description.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps({"pid": os.getpid(), **content}, indent=2) + "\n")
        draft.replace(self.description)

    def leave(self) -> None:
        """Removes the description, so that nobody looks for a platform that has stopped."""
        self.description.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()


def _lock(directory: Path) -> IO[bytes] | None:
    """Locks the directory until `leave` or the end of the process, also after a crash; None while
    another platform holds the lock."""
    lock = (directory / "lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock
