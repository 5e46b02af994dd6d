"""Finds the local platform, for tools that work with it and with the cloud."""

import json
import os
from pathlib import Path
from typing import Any

DIRECTORY = Path("build/platform")


def find_local_platform(directory: Path = DIRECTORY) -> dict[str, Any] | None:
    """The description that the platform running in `directory` wrote: `env` holds the variables
    that clients need, `functions` each deployable's address and account. None where no platform
    runs."""
    try:
        content: dict[str, Any] = json.loads((directory / "platform.json").read_text())
        os.kill(content["pid"], 0)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return content


def join_local_platform() -> bool:
    """Takes over the variables of the platform that runs here; whether one does."""
    platform = find_local_platform()
    os.environ.update(platform["env"] if platform else {})
    return platform is not None
