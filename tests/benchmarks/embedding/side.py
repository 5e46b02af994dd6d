"""What each side is asked, and how it is measured in its process; needs no package."""

import json
import time
from collections.abc import Callable, Sequence
from pathlib import Path

QUERY = "May an agent send reports to patients?"
# Of some 150 tokens, as documents are cut.
PASSAGE = (
    "An approval by silence takes effect after its deadline unless somebody vetoes it. Each request"
    " names the agent that asks, the person whom it is about, what it would do and what it costs at"
    " most, and a governor who is away names a deputy for some days. What was decided is kept with"
    " its reasons, signed by the device of whoever decided it, and can be shown to an auditor years"
    " later without the platform that kept it. A veto within a day rolls the automatic approval"
    " back: what the agent did is undone as far as anything undoes it, and the receipt of each call"
    " says whether it was. Passage number {number} belongs to document {number} of the collection."
)
QUERIES, PASSAGES = 60, 60


def tell(embed: Callable[[str], object], embed_all: Callable[[Sequence[str]], object]) -> None:
    """Prints `ready` once the first vector is there, then the figures as one JSON object."""
    embed(QUERY)
    print("ready", flush=True)
    took = []
    for number in range(QUERIES):
        started = time.perf_counter()
        embed(f"{QUERY} {number}")
        took.append(time.perf_counter() - started)
    started = time.perf_counter()
    embed_all([PASSAGE.format(number=number) for number in range(PASSAGES)])
    bulk = time.perf_counter() - started
    told = {
        "query_ms": sorted(took)[QUERIES // 2] * 1000,
        "texts_per_s": PASSAGES / bulk,
        "memory_mb": _most_memory(),
    }
    print(json.dumps(told))


def _most_memory() -> float:
    """The most that this program held, in MB. Not `ru_maxrss`, which Linux keeps when a process
    begins another program: it is at least what the parent held."""
    status = Path("/proc/self/status").read_text()
    (peak,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(peak.split()[1]) / 1024
