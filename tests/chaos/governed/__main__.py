"""`python -m tests.chaos.governed --runs 1000 --seeds 1 2 3`: governed runs in a storm, in batches,
each on a platform and a database of its own.

Stops by itself; the exit code is 1 where something speaks against the platform, and what does is
printed. Logs and evidence are kept in build/chaos."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.chaos.governed.batch import try_runs
from tests.chaos.governed.report import shown
from tests.chaos.passing import add_options, passes
from tests.chaos.tale import Extent

# The database's emulator answers a query the later, the more documents there are.
BATCH = 100
_LEAST_STORM_SECONDS = 8.0
_STORM_SECONDS_A_RUN = 1.5


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
    named = f"Seed {seed}: {extent.cases} runs"
    if not passes(named, into, partial(try_runs, seed, extent, into), shown):
        return False
    shutil.rmtree(into / "platform", ignore_errors=True)
    return True


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.governed", description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--batch", type=int, default=BATCH)
    add_options(parser, stops=1)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
