"""`assent`: Assent's API from a terminal. Exit codes: 0 done, 1 refused or not reached, 2 typed
wrongly, 130 interrupted."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .listing import COMMANDS, HELP, asks_for_all, listed
from .wrong_input import WrongInput

if TYPE_CHECKING:
    from cyclopts import App


def app(*, lists: bool) -> "App":
    """The command with all its subcommands, and where it `lists` them, with one sentence of
    each."""
    from cyclopts import App

    found = App(
        name="assent", help=HELP, version_flags=[], help_format="plaintext", help_formatter="plain"
    )
    for name, (place, says) in COMMANDS.items():
        found.command(f"{__package__}.{place}", name=name, help=says if lists else None)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if asks_for_all(typed):
            print(listed(), flush=True)
            return 0
        return _ran(typed)
    except KeyboardInterrupt:
        return _failed("Interrupted.", 130)
    except BrokenPipeError:
        # Who read the output has gone.
        sys.stderr.close()
        return 1


def _ran(typed: list[str]) -> int:
    from cyclopts import CycloptsError

    try:
        app(lists=typed[0].startswith("-"))(
            typed, exit_on_error=False, print_error=False, result_action="return_value"
        )
    except (CycloptsError, WrongInput) as error:
        return _failed(error, 2)
    except SystemExit as end:
        return int(end.code or 0)
    except Exception as error:
        if isinstance(error, BrokenPipeError) or not _is_said(error):
            raise
        return _failed(error, 1)
    return 0


def _is_said(error: Exception) -> bool:
    from ..errors import AssentError

    return isinstance(error, AssentError | PermissionError | ValueError)


def _failed(said: object, code: int) -> int:
    print(f"assent: {' '.join(str(said).split())}", file=sys.stderr)
    return code


if __name__ == "__main__":
    from . import main as run

    sys.exit(run())
