"""The platform's own directory: its logs, its clock's offset, how to reach it while it runs."""

import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from emulators.failures import PlatformError


class Workplace:
    """One running platform's directory; two platforms never share one."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory.resolve()
        self.description = self.directory / "platform.json"

    def claim(self) -> None:
        """Makes the directory this process's own. Raises PlatformError while another platform that
        lives in it is still running."""
        self.directory.mkdir(parents=True, exist_ok=True)
        running = read_description(self.directory)
        if running is not None and running["pid"] != os.getpid():
            raise PlatformError(
                f"A platform already runs here: {running['url']} (process {running['pid']})."
                " Stop it first (Ctrl-C in its terminal), or use another directory: --state DIR"
            )
        self.clock.unlink(missing_ok=True)

    @property
    def clock(self) -> Path:
        return self.directory / "clock"

    def log(self, name: str) -> Path:
        return self.directory / "logs" / f"{name}.log"

    def describe(self, content: Mapping[str, object]) -> None:
        """Tells other commands where the platform is."""
        draft = self.description.with_suffix(f".{os.getpid()}")
        draft.write_text(json.dumps({"pid": os.getpid(), **content}, indent=2) + "\n")
        draft.replace(self.description)

    def leave(self) -> None:
        """Forgets the description, so that nobody looks for a platform that is gone."""
        with suppress(FileNotFoundError):
            self.description.unlink()


def read_description(directory: Path) -> dict[str, Any] | None:
    """What the platform running in `directory` says about itself, or None where none runs."""
    try:
        content: dict[str, Any] = json.loads((directory / "platform.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    pid = content.get("pid")
    return content if isinstance(pid, int) and _runs(pid) else None


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
