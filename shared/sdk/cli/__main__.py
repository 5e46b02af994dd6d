"""`assent`: Assent's API from a terminal. Exit codes: 0 done, 1 refused or not reached, 2 typed
wrongly, 130 interrupted."""

import sys
from collections.abc import Sequence

from cyclopts import App, CycloptsError

from .wrong_input import WrongInput

_HELP = "Govern AI agents: see what waits for you, decide, and ask why."
# Each is imported when it is typed, and then says more of itself; the list of all imports none.
COMMANDS = {
    "agents": ("agents:app", "See agents, and submit their specs."),
    "approvals": ("approvals:app", "See what waits for people, and decide."),
    "capsules": ("capsules:app", "Write capsules, and publish them."),
    "invoices": (
        "invoices:invoices",
        "List your tenant's invoices, newest first, or show the lines of one.",
    ),
    "keys": ("keys:app", "Make API keys, and revoke them."),
    "knowledge": ("knowledge:app", "Ask documents, and add them."),
    "login": ("signing_in:login", "Sign in, in a browser on any device."),
    "logout": ("signing_in:logout", "Forget who is signed in on this machine."),
    "memories": ("memories:app", "See what agents remember, tell them facts, and correct them."),
    "open": ("opening:open_", "Open the console, or its page of one thing."),
    "plan": ("plan:plan", "Show your tenant's plan, and how much of each quota is used."),
    "runs": ("runs:app", "Start runs, follow them, and stop them."),
    "usage": ("usage:app", "See what your tenant used, and prove it."),
    "verify": ("asking:verify", "Verify a receipt against the log."),
    "watch": ("asking:watch", "Print what happens, oldest first, until Ctrl-C."),
    "why": ("asking:why", "Say why something is as it is."),
}


def app(*, lists: bool) -> App:
    """The command with all that it has, which says of each one sentence where it `lists` them."""
    found = App(
        name="assent", help=_HELP, version_flags=[], help_format="plaintext", help_formatter="plain"
    )
    for name, (place, says) in COMMANDS.items():
        found.command(f"{__package__}.{place}", name=name, help=says if lists else None)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs a command and returns its exit code."""
    typed = list(sys.argv[1:] if arguments is None else arguments)
    try:
        app(lists=not typed or typed[0].startswith("-"))(
            typed, exit_on_error=False, print_error=False, result_action="return_value"
        )
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
