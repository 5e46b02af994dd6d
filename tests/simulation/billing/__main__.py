"""`python -m tests.simulation.billing --tenants 1000 --months 13 --seed 1`: so many tenants buy,
change, use, pay, do not pay and end, at Stripe's stand-in. Ends by itself, with figures, or with
the first cent that differs from what was reckoned apart."""

import argparse
import json
import os
import sys

import pytest

from tests.simulation.billing import CHOSEN

_TEST = "tests/functions/billing/test_thirteen_months.py"


def main() -> int:
    """The exit code: 0 where every cent is right."""
    parser = argparse.ArgumentParser(prog="tests.simulation.billing", description=__doc__)
    for name, default in (("tenants", 1_000), ("months", 13), ("seed", 1)):
        parser.add_argument(f"--{name}", type=int, default=default)
    os.environ[CHOSEN] = json.dumps(vars(parser.parse_args()))
    return int(pytest.main([_TEST, "-m", "nightly", "--timeout=0", "-p", "no:schemathesis"]))


if __name__ == "__main__":
    sys.exit(main())
