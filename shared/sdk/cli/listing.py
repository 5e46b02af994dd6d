"""The list of all commands, printed without the library that parses commands, whose import takes
most of the time in which a command starts."""

import shutil
import textwrap
from collections.abc import Sequence

HELP = "Govern AI agents: see what waits for you, decide, and ask why."
# A command's module is imported once it is typed, and then says more; the list imports none.
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
_FLAGS = ("--help", "-h")
_INDENT = "  "


def asks_for_all(typed: Sequence[str]) -> bool:
    """Whether somebody typed nothing that names a command, and wants to see all."""
    return not typed or (len(typed) == 1 and typed[0] in _FLAGS)


def listed(columns: int | None = None) -> str:
    """All commands with a sentence of each, in lines of at most so many characters: those of the
    terminal, where no number is given."""
    width = columns or shutil.get_terminal_size().columns
    entries = {name: says for name, (_, says) in COMMANDS.items()}
    entries[", ".join(_FLAGS)] = "Display this message and exit."
    lines = [
        _wrapped(f"{_INDENT}{name}: {says}", width, hanging=2 * _INDENT)
        for name, says in entries.items()
    ]
    return "\n".join(
        ["Usage: assent COMMAND", "", _wrapped(HELP, width), "", "Commands:", *lines, ""]
    )


def _wrapped(text: str, width: int, hanging: str = "") -> str:
    return textwrap.fill(text, width, subsequent_indent=hanging, break_on_hyphens=False)
