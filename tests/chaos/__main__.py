"""`python -m tests.chaos --cases 500 --seeds 1 2 3`: as many runs, each on a platform of its own.

Stops by itself; the exit code is 1 where something speaks against the platform, and what does is
printed. Logs, the event log and everything anybody was told are kept in build/chaos."""

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.checker.verdict import contradictions
from tests.chaos.report import shown
from tests.chaos.tale import Extent
from tests.chaos.trial import try_out
from tests.chaos.weather.stage import ROOT, StageFailed

_LEAST_STORM_SECONDS = 8.0
_STORM_SECONDS_A_CASE = 0.3
_PAUSE_SECONDS = 0.4


def main(arguments: Sequence[str]) -> int:
    chosen = _parser().parse_args(arguments)
    extent = Extent(
        cases=chosen.cases,
        storm_seconds=max(_LEAST_STORM_SECONDS, chosen.cases * _STORM_SECONDS_A_CASE),
        pause_seconds=chosen.pause,
        stops=chosen.stops,
    )
    passed = [_passes(seed, extent, chosen.into / f"seed-{seed}") for seed in chosen.seeds]
    return int(not all(passed))


def _passes(seed: int, extent: Extent, into: Path) -> bool:
    print(f"Seed {seed}: {extent.cases} cases at once. What it leaves is in {into}.", flush=True)
    shutil.rmtree(into, ignore_errors=True)
    began = time.monotonic()
    try:
        tale, evidence = try_out(seed, extent, into)
    except StageFailed as failure:
        print(f"The platform itself: {failure}", flush=True)
        return False
    against = contradictions(evidence)
    print(shown(tale, evidence, time.monotonic() - began))
    verdict = "\n".join(against) or "Nothing speaks against it."
    print(verdict, flush=True)
    (into / "verdict.txt").write_text(verdict + "\n")
    return not against


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--cases", type=int, default=500)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--stops", type=int, default=2, help="of the whole platform (default 2)")
    parser.add_argument(
        "--pause", type=float, default=_PAUSE_SECONDS, help="seconds between two faults, on average"
    )
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "chaos")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
