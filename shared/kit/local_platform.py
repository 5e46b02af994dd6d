"""Finds the local platform, for tools that work with it and with the cloud."""

import json
import os
import sys
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


def found_project() -> bool:
    """Whether the environment names a project, or a local platform runs here, whose variables are
    taken over then. Otherwise says so on stderr."""
    if "GOOGLE_CLOUD_PROJECT" in os.environ:
        return True
    platform = find_local_platform()
    if platform is None:
        message = (
            "No platform is running here (make up), and GOOGLE_CLOUD_PROJECT names no project."
        )
        print(message, file=sys.stderr)
        return False
    os.environ.update(platform["env"])
    return True
