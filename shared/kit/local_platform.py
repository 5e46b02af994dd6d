"""Finding the local platform, for tools that work against it and the cloud alike."""

import json
import os
from pathlib import Path
from typing import Any

DIRECTORY = Path("build/platform")


def find_local_platform(directory: Path = DIRECTORY) -> dict[str, Any] | None:
    """What the platform running in `directory` wrote about itself: `env` is what clients need to
    reach it, `functions` each deployable's address and account. None where none runs."""
    try:
        content: dict[str, Any] = json.loads((directory / "platform.json").read_text())
        os.kill(content["pid"], 0)
    except (FileNotFoundError, ProcessLookupError):
        return None
    return content
