"""Results over time: the latest in `build/bench.json`, every run in `build/bench-history.jsonl`."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.benchmarks.figures import Figure

LATEST = "bench.json"
MACHINE = "bench-machine.json"
HISTORY = "bench-history.jsonl"


def last_run(directory: Path) -> dict[str, dict[str, Any]]:
    """The latest of every figure as JSON; empty before the first run."""
    try:
        found: dict[str, dict[str, Any]] = json.loads((directory / LATEST).read_text())
    except FileNotFoundError:
        return {}
    return found


def keep(figures: Mapping[str, Figure], machine: Mapping[str, Any], directory: Path) -> None:
    """Writes the figures and where they were measured. Figures that this run did not measure stay
    as they were."""
    directory.mkdir(parents=True, exist_ok=True)
    measured = {name: figure.as_json() for name, figure in figures.items()}
    _write(directory / LATEST, {**last_run(directory), **measured})
    _write(directory / MACHINE, machine)
    with (directory / HISTORY).open("a") as history:
        history.write(json.dumps({"machine": machine, "figures": measured}) + "\n")


def _write(file: Path, content: object) -> None:
    file.write_text(json.dumps(content, indent=2) + "\n")
