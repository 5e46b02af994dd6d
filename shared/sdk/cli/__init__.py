"""The command `assent`."""

import gc
import sys


def main() -> int:
    """Runs the command and returns its exit code; says what to install where that is missing."""
    # Imports leave no garbage, and looking for it takes a tenth of their time.
    gc.disable()
    from .__main__ import main as run

    try:
        return run()
    except ModuleNotFoundError as error:
        if error.name != "cyclopts":
            raise
        print("assent: the command needs more: pip install 'assent-sdk[cli]'", file=sys.stderr)
        return 2
