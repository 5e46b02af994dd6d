"""`python -m tests.chaos.weather.serve`: the platform under test, until SIGTERM; what it needs to
take up where it was stays in its directory. The only place of these tests that knows its code."""

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from emulators.options import Options
from emulators.running import running_platform

ROOT = Path(__file__).parents[3]
# Pub/Sub's pauses between deliveries follow the real clock, and nobody waits ten seconds here.
BACKOFF = ("0.2s", "5s")


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--root", type=Path, default=ROOT)
    chosen = parser.parse_args(arguments)
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    options = Options(
        root=chosen.root,
        port=chosen.port,
        state=chosen.state,
        keep=True,
        backoff=BACKOFF,
        report=_say,
    )
    with running_platform(options):
        stop.wait()
    return 0


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
