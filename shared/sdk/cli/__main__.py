"""`assent`: Assent's API from a terminal. Exit codes: 0 done, 1 refused or not reached, 2 typed
wrongly, 130 interrupted."""

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from . import agents, approvals, asking, capsules, keys, runs, signing_in
from .session import WrongInput

_HELP = "Govern AI agents: see what waits for you, decide, and ask why."


def app() -> App:
    """The command with all that it has."""
    found = App(
        name="assent", help=_HELP, version_flags=[], help_format="plaintext", help_formatter="plain"
    )
    for each in (approvals.app, agents.app, runs.app, capsules.app, keys.app):
        found.command(each)
    for command in (signing_in.login, signing_in.logout, asking.why, asking.watch, asking.verify):
        found.command(command)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app()(typed, exit_on_error=False, print_error=False, result_action="return_value")
    except (CycloptsError, WrongInput) as error:
        return _failed(error, 2)
    except KeyboardInterrupt:
        return _failed("Interrupted.", 130)
    except BrokenPipeError:
        # Who read the output has gone.
        sys.stderr.close()
        return 1
    except SystemExit as end:
        return int(end.code or 0)
    except Exception as error:
        if not _is_said(error):
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
    sys.exit(main())
