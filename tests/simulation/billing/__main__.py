"""`python -m tests.simulation.billing --tenants 1000 --months 13 --seed 1`: so many tenants buy,
change, use, pay, do not pay and end, at Stripe's stand-in, a hundred at an account, and as many
accounts at once as there are processors. Ends by itself, with figures, or with the first cent that
differs from what was reckoned apart."""

import argparse
import json
import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from subprocess import Popen

from tests.simulation.billing import CHOSEN
from tests.simulation.billing.figures import Figures, sum_of

# The emulators of more take longer for each.
_AT_AN_ACCOUNT = 100
_TEST = "tests/functions/billing/test_thirteen_months.py"


def _positive(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number from 1 on")
    return int(text)


def _run(share: dict[str, object], running: set[Popen[bytes]]) -> int:
    """The exit code of a process that simulates a share."""
    command = [sys.executable, "-m", "pytest", _TEST, "-m", "nightly", "--timeout=0", "--quiet"]
    environment = {**os.environ, CHOSEN: json.dumps(share)}
    plain = ("-p", "no:schemathesis", "-p", "no:cacheprovider")
    with Popen([*command, *plain], env=environment) as process:
        running.add(process)
        code = process.wait()
        running.remove(process)
        return code


def _code_of(shares: list[dict[str, object]], at_once: int) -> int:
    """That of the first share which failed; the others are ended then."""
    running: set[Popen[bytes]] = set()
    with ThreadPoolExecutor(at_once) as pool:
        try:
            codes = (
                each.result()
                for each in as_completed([pool.submit(_run, share, running) for share in shares])
            )
            return next(filter(None, codes), 0)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
            for each in tuple(running):
                each.terminate()


def main() -> int:
    """The exit code: 0 where every cent is right."""
    parser = argparse.ArgumentParser(prog="tests.simulation.billing", description=__doc__)
    for name, default in (("tenants", 1_000), ("months", 13), ("seed", 1)):
        parser.add_argument(f"--{name}", type=_positive, default=default)
    chosen = parser.parse_args()
    accounts = -(-chosen.tenants // _AT_AN_ACCOUNT)
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"{number}.json" for number in range(accounts)]
        shares: list[dict[str, object]] = [
            {
                "tenants": len(range(number, chosen.tenants, accounts)),
                "months": chosen.months,
                "seed": chosen.seed + number,
                "file": str(file),
            }
            for number, file in enumerate(files)
        ]
        if code := _code_of(shares, os.cpu_count() or 1):
            return code
        figures = sum_of([Figures.read(file) for file in files])
    figures.seconds = time.monotonic() - began
    print(f"\n{accounts} accounts at Stripe\n{figures.shown()}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
