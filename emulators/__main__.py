"""`python -m emulators up`: the local platform in the foreground, until Ctrl-C; `python -m
emulators demo`: a demonstration on a platform of its own."""

import signal
import sys


def _leave(*_: object) -> None:
    sys.exit(0)


if __name__ == "__main__":
    # Before the imports, which take a second, so that an early Ctrl-C prints no traceback either.
    signal.signal(signal.SIGINT, _leave)
    signal.signal(signal.SIGTERM, _leave)

    from emulators.command_line import main

    sys.exit(main(sys.argv[1:]))
