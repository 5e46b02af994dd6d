"""`python -m tests.chaos --cases 200 --seed 7`: a long run by hand. Starts a platform of its own,
stops by itself, and its exit code is 1 where something speaks against the platform."""

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.evidence import Evidence
from tests.chaos.run import Tale, Weather
from tests.chaos.trial import try_out
from tests.chaos.verdict import contradictions

_SECONDS_A_CASE = 0.6
_PAUSE_SECONDS = 0.4


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--pause", type=float, default=_PAUSE_SECONDS, help="between two faults")
    parser.add_argument("--state", type=Path, help="where logs are kept")
    chosen = parser.parse_args(arguments)
    state = chosen.state or Path(tempfile.mkdtemp(prefix="assent-chaos-"))
    weather = Weather(
        storm_seconds=max(8.0, chosen.cases * _SECONDS_A_CASE),
        pause_seconds=chosen.pause,
        calm_seconds=120.0,
    )
    print(f"seed {chosen.seed}, {chosen.cases} cases; logs in {state}/logs", flush=True)
    began = time.monotonic()
    tale, evidence = try_out(chosen.seed, cases=chosen.cases, weather=weather, state=state)
    against = [*tale.troubles, *contradictions(evidence)]
    print(_summary(tale, evidence, time.monotonic() - began))
    print("\n".join(against) or "Nothing speaks against it.")
    return int(bool(against))


def _summary(tale: Tale, evidence: Evidence, seconds: float) -> str:
    cases = sum(len(tenant.documents["creation_cases"]) for tenant in evidence.tenants)
    events = sum(len(tenant.events) for tenant in evidence.tenants)
    faults = ", ".join(f"{name} {count}" for name, count in sorted(tale.faults.items()))
    return (
        f"{cases} cases of {len(tale.tenants)} tenants, {events} events,"
        f" {len(tale.diary.said)} commands, {tale.diary.repeated} calls made again,"
        f" {len(tale.redelivered)} dead letters sent again, {seconds:.0f} s\n"
        f"{sum(tale.faults.values())} faults: {faults}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
