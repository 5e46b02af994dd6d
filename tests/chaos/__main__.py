"""`python -m tests.chaos --cases 500 --seeds 1 2 3`: as many runs, each on a platform of its own.

Stops by itself; the exit code is 1 where something speaks against the platform, and what does is
printed. Logs, the event log and everything anybody was told are kept in build/chaos."""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from tests.chaos.passing import add_options, passes
from tests.chaos.report import shown
from tests.chaos.tale import Extent
from tests.chaos.trial import try_out

_LEAST_STORM_SECONDS = 8.0
_STORM_SECONDS_A_CASE = 0.3


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
    named = f"Seed {seed}: {extent.cases} cases at once"
    return passes(named, into, partial(try_out, seed, extent, into), shown)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--cases", type=int, default=500)
    add_options(parser, stops=2)
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
