"""The platform's own directory: its logs, its clock's offset, how to reach it while it runs."""

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
    """One running platform's directory; two platforms never share one."""

    def __init__(self, path: Path) -> None:
        self.path = path.resolve()
        self.description = self.path / "platform.json"
        self._lock: IO[bytes] | None = None

    def claim(self, *, keep_logs: bool = False) -> None:
        """Makes the directory this platform's own, until `leave` or the end of the process. Raises
        PlatformError while another platform lives in it."""
        self.reserve()
        self.clock.unlink(missing_ok=True)
        self.description.unlink(missing_ok=True)
        if not keep_logs:
            shutil.rmtree(self.path / "logs", ignore_errors=True)

    def reserve(self) -> None:
        """Keeps every platform out of the directory, and leaves all in it as it is. Raises
        PlatformError while one lives in it."""
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = _lock(self.path)
        if self._lock is None:
            running = find_local_platform(self.path) or {"url": "it is starting", "pid": "?"}
            raise PlatformError(
                f"A platform already runs here: {running['url']} (process {running['pid']})."
                " Stop it first (Ctrl-C in its terminal), or use another directory: --state DIR"
            )

    def scratch(self) -> Path:
        """An empty folder, for as long as nobody asks for another."""
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
        """Tells other commands where the platform is."""
        draft = self.description.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps({"pid": os.getpid(), **content}, indent=2) + "\n")
        draft.replace(self.description)

    def leave(self) -> None:
        """Forgets the description, so that nobody looks for a platform that is gone."""
        self.description.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.close()


def _lock(directory: Path) -> IO[bytes] | None:
    """The directory's lock, which ends with its holder however that ends; None while another
    platform holds it."""
    lock = (directory / "lock").open("ab")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.close()
        return None
    return lock
