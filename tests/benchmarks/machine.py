"""Where figures were measured: without it they cannot be compared."""

import os
import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil

from emulators.google_cli import find_tools

LIBRARIES = (
    *("fastapi", "functions-framework", "google-cloud-firestore", "grpcio", "gunicorn"),
    *("protobuf", "pydantic", "starlette", "uvicorn", "uvicorn-worker"),
)


def this_machine(root: Path) -> dict[str, Any]:
    """Processor, versions, commit, and how busy the machine was before the run."""
    return {
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _said(["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12"]),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "load_before": [round(each, 2) for each in os.getloadavg()],
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "java": _said([str(find_tools().java), "-version"]).partition("\n")[0],
        "libraries": {name: version(name) for name in LIBRARIES},
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except FileNotFoundError:
        return platform.processor()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _said(command: list[str]) -> str:
    """What a program prints, wherever it prints it; empty where it is not there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return (done.stdout or done.stderr).strip()
