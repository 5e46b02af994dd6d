"""`python -m tests.chaos.governed --runs 1000 --seeds 1 2 3`: governed runs in a storm, in batches,
each on a platform and a database of its own.

Stops by itself; the exit code is 1 where something speaks against the platform, and what does is
printed. Logs and evidence are kept in build/chaos."""

import argparse
import shutil
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.checker.verdict import contradictions
from tests.chaos.governed.batch import try_runs
from tests.chaos.governed.report import shown
from tests.chaos.tale import Extent
from tests.chaos.weather.stage import ROOT, StageFailed

# The database's emulator answers a query the later, the more documents there are.
BATCH = 100
_LEAST_STORM_SECONDS = 8.0
_STORM_SECONDS_A_RUN = 1.5
_PAUSE_SECONDS = 0.4
_PATIENCE_SECONDS = 45.0


def main(arguments: Sequence[str]) -> int:
    chosen = _parser().parse_args(arguments)
    passed = []
    for seed in chosen.seeds:
        for at in range(0, chosen.runs, chosen.batch):
            runs = min(chosen.batch, chosen.runs - at)
            into = chosen.into / f"runs-{seed}-{at // chosen.batch}"
            passed.append(_passes(f"{seed}-{at // chosen.batch}", extent_of(runs, chosen), into))
    return int(not all(passed))


def extent_of(runs: int, chosen: argparse.Namespace) -> Extent:
    """How long a batch of so many runs is blown about."""
    seconds = max(_LEAST_STORM_SECONDS, runs * _STORM_SECONDS_A_RUN)
    return Extent(cases=runs, storm_seconds=seconds, pause_seconds=chosen.pause, stops=chosen.stops)


def _passes(seed: str, extent: Extent, into: Path) -> bool:
    print(f"Seed {seed}: {extent.cases} runs. What it leaves is in {into}.", flush=True)
    shutil.rmtree(into, ignore_errors=True)
    began = time.monotonic()
    try:
        tale, evidence = try_runs(seed, extent, into)
    except StageFailed as failure:
        print(f"The platform itself: {failure}", flush=True)
        return False
    against = contradictions(evidence)
    print(shown(tale, evidence, time.monotonic() - began))
    verdict = "\n".join(against) or "Nothing speaks against it."
    print(verdict, flush=True)
    (into / "verdict.txt").write_text(verdict + "\n")
    if not against:
        shutil.rmtree(into / "platform", ignore_errors=True)
    return not against


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.governed", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=BATCH)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1])
    parser.add_argument("--stops", type=int, default=1, help="of the whole platform, a batch")
    parser.add_argument(
        "--pause", type=float, default=_PAUSE_SECONDS, help="seconds between two faults, on average"
    )
    parser.add_argument("--into", type=Path, default=ROOT / "build" / "chaos")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
