"""One storm from its start to its verdict, told on the way."""

import argparse
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from tests.chaos.checker.evidence import Evidence
from tests.chaos.checker.verdict import contradictions
from tests.chaos.tale import Tale
from tests.chaos.weather.stage import ROOT, StageFailed

_PAUSE_SECONDS = 0.4


def passes(
    named: str,
    into: Path,
    storm: Callable[[], tuple[Tale, Evidence]],
    shown: Callable[[Tale, Evidence, float], str],
) -> bool:
    """Whether nothing speaks against the platform after the storm. What was done, and what speaks
    against it, is printed; the verdict is kept in `into` too."""
    print(f"{named}. What it leaves is in {into}.", flush=True)
    shutil.rmtree(into, ignore_errors=True)
    began = time.monotonic()
    try:
        tale, evidence = storm()
    except StageFailed as failure:
        print(f"The platform itself: {failure}", flush=True)
        return False
    against = contradictions(evidence)
    print(shown(tale, evidence, time.monotonic() - began))
    verdict = "\n".join(against) or "Nothing speaks against it."
    print(verdict, flush=True)
    (into / "verdict.txt").write_text(verdict + "\n")
    return not against


def add_options(parser: argparse.ArgumentParser, *, stops: int) -> None:
    """What every storm is asked for."""
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument(
        "--stops", type=int, default=stops, help=f"of the whole platform (default {stops})"
    )
    parser.add_argument(
        "--pause", type=float, default=_PAUSE_SECONDS, help="seconds between two faults, on average"
    )
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "chaos")
