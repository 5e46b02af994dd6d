"""`python -m tests.simulation.billing --tenants 1000 --months 13 --seed 1`: so many tenants buy,
change, use, pay, do not pay and end, at Stripe's stand-in. Each processor has its share of them at
an account of its own. Ends by itself, with figures, or with the first cent that differs from what
was reckoned apart."""

import argparse
import json
import os
import sys
import tempfile
import time
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path
from subprocess import Popen

from tests.simulation.billing import CHOSEN
from tests.simulation.billing.figures import Figures, sum_of

_TEST = "tests/functions/billing/test_thirteen_months.py"


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def _started(share: dict[str, object]) -> Popen[bytes]:
    command = [sys.executable, "-m", "pytest", _TEST, "-m", "nightly", "--timeout=0", "--quiet"]
    return Popen(
        [*command, "-p", "no:schemathesis", "-p", "no:cacheprovider"],
        env={**os.environ, CHOSEN: json.dumps(share)},
    )


def _code_of(processes: list[Popen[bytes]]) -> int:
    """That of the first which failed; the others are ended then."""
    with ThreadPoolExecutor(len(processes)) as pool:
        waiting: set[Future[int]] = {pool.submit(each.wait) for each in processes}
        try:
            while waiting:
                ended, waiting = wait(waiting, return_when=FIRST_COMPLETED)
                if failed := next((code for each in ended if (code := each.result())), 0):
                    return failed
        finally:
            for each in processes:
                each.terminate()
    return 0


def main() -> int:
    """The exit code: 0 where every cent is right."""
    parser = argparse.ArgumentParser(prog="tests.simulation.billing", description=__doc__)
    processors = os.cpu_count() or 1
    defaults = (("tenants", 1_000), ("months", 13), ("seed", 1), ("accounts", processors))
    for name, default in defaults:
        parser.add_argument(f"--{name}", type=_positive, default=default)
    chosen = parser.parse_args()
    accounts = min(chosen.accounts, chosen.tenants)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.json" for number in range(accounts)]
        shares = [
            {
                "tenants": len(range(number, chosen.tenants, accounts)),
                "months": chosen.months,
                "seed": chosen.seed + number,
                "file": str(file),
            }
            for number, file in enumerate(files)
        ]
        if code := _code_of([_started(share) for share in shares]):
            return code
        figures = sum_of([Figures.read(file) for file in files])
    figures.seconds = time.monotonic() - began
    print(f"\n{accounts} accounts at Stripe\n{figures.shown()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
