"""How long the command `assent` takes to say what it can do: as somebody has it who installed the
package, and as a checkout runs it. Each start is a process of its own, in turns."""

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.benchmarks.figures import Figure, at_most, median
from tests.benchmarks.started import ROOT

ROUNDS = 15
LONGEST = at_most(0.2)
SDK = ROOT / "shared" / "sdk"
LOCK = ROOT / "requirements" / "dev.txt"
_INSTALLED, _CHECKOUT, _BARE = "command_help", "command_help_of_checkout", "command_interpreter"
_PINNED = re.compile(r"^([\w.-]+)(?:\[[\w,-]+\])?==([\w.+!-]+)", re.MULTILINE)


def measure() -> dict[str, Figure]:
    """The medians, in seconds from the start of the process to its end."""
    with tempfile.TemporaryDirectory(prefix="assent-command-") as folder:
        programs = _installed(Path(folder))
        return figures_of(
            _timed(
                {
                    _INSTALLED: [str(programs / "assent"), "--help"],
                    _CHECKOUT: [sys.executable, "-m", "shared.sdk.cli", "--help"],
                    _BARE: [str(programs / "python"), "-c", "pass"],
                }
            )
        )


def figures_of(seconds: Mapping[str, Sequence[float]]) -> dict[str, Figure]:
    """From the starts of each; the interpreter's own explain the others."""
    return {
        name: Figure(median(each), "s", aim=None if name == _BARE else LONGEST)
        for name, each in seconds.items()
    }


def pinned(lock: str) -> tuple[str, ...]:
    """The versions of a lock as pip takes them for constraints: without extras, and without hashes,
    which a folder that is installed has none of."""
    return tuple(f"{name}=={version}" for name, version in _PINNED.findall(lock))


def _installed(folder: Path) -> Path:
    """The folder of a new virtualenv's programs, in which the package is installed with the extra
    `cli`, and what that needs in the lock's versions. Raises CalledProcessError where the registry
    does not give them."""
    # Setuptools writes into the folder that it builds.
    source = shutil.copytree(SDK, folder / "sdk", ignore=shutil.ignore_patterns("typescript"))
    constraints = folder / "constraints.txt"
    constraints.write_text("\n".join(pinned(LOCK.read_text())))
    venv = folder / "venv"
    subprocess.run([sys.executable, "-m", "venv", str(venv)], check=True)
    install = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    install += ["--disable-pip-version-check", "-c", str(constraints), f"{source}[cli]"]
    subprocess.run(install, check=True)
    return venv / "bin"


def _timed(commands: Mapping[str, Sequence[str]]) -> dict[str, list[float]]:
    found: dict[str, list[float]] = {name: [] for name in commands}
    for number in range(-1, ROUNDS):  # The first compiles what is not yet.
        for name, command in commands.items():
            began = time.perf_counter()
            subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
            if number >= 0:
                found[name].append(time.perf_counter() - began)
    return found
