"""Cloud Run's own sandboxes (Preview), in which all of Python runs where a stack turns them on: no
egress, none of our environment and no metadata server, a file system that is read only but for
`/tmp`, as Google documents (https://docs.cloud.google.com/run/docs/reference/sandbox-cli). Nobody
of us has run one. So each instance looks first what a program reaches there, and where that is more
than nothing, none runs."""

import json
import os
import shutil
from collections.abc import Callable, Sequence
from typing import Protocol

from shared.kit.variables import SANDBOXES

METADATA_SERVER = ("169.254.169.254", 80)
_CLI = "sandbox"
_LOOK = """\
import json, os, socket
reached = sorted(each for each in os.environ if each.startswith(("ASSENT_", "GOOGLE_", "K_")))
try:
    socket.create_connection(ADDRESS, timeout=1).close()
    reached.append("the metadata server")
except OSError:
    pass
try:
    with open(FILE, "r+b"):
        reached.append("files of the instance")
except OSError:
    pass
print(json.dumps(reached))
"""


class Wrote(Protocol):
    """What a program wrote."""

    @property
    def out(self) -> bytes: ...
    @property
    def errors(self) -> bytes: ...


def is_asked_for() -> bool:
    """Whether the stack turned them on."""
    return os.environ.get(SANDBOXES) == "true"


def why_not_there(run: Callable[[str], Wrote]) -> str | None:
    """Why no program may run in them; None where one reached nothing. `run` runs one."""
    if shutil.which(_CLI) is None:
        return "Cloud Run gave the container no `sandbox` command: is it of the second generation?"
    try:
        looked = run(f"ADDRESS, FILE = {METADATA_SERVER!r}, {os.path.abspath(__file__)!r}\n{_LOOK}")
    except OSError as error:
        return f"Cloud Run's sandbox does not begin: {error}"
    return _why_not_confined(looked.out, looked.errors)


def launching(command: Sequence[str]) -> list[str]:
    """The command in a sandbox of its own, which ends with it."""
    return [str(shutil.which(_CLI)), "do", "--", *command]


def _why_not_confined(said: bytes, errors: bytes) -> str | None:
    """Why no program may run, by what it wrote that it reaches; None where it reached nothing."""
    try:
        reached = json.loads(said)
    except ValueError:
        told = errors.decode("utf-8", "replace").strip()[-200:]
        return f"Cloud Run's sandbox ran no program ({told or 'it wrote nothing'})"
    if reached == []:
        return None
    return f"a program in Cloud Run's sandbox reaches {', '.join(map(str, reached))}"[:400]
