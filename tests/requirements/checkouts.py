"""A checkout that has nothing but a Makefile and a lock, and `make setup` in it."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
# From Python 3.11.0, the oldest Python that is supported.
OLDEST_PIP = "22.3"
OLDEST_PIP_HASH = "1daab4b8d3b97d1d763caeb01a4640a2250a0ea899e257b1e44b9eded91e15ab"


@dataclass(frozen=True)
class Checkout:
    """`pip` is what its environment tells pip in place of this machine's configuration."""

    folder: Path
    pip: Mapping[str, str]

    @property
    def python(self) -> Path:
        return self.folder / ".venv" / "bin" / "python"

    @classmethod
    def make(
        cls, folder: Path, lock: str, virtualenv: Path | None = None, **pip: str
    ) -> "Checkout":
        """With a copy of `virtualenv` if that is given."""
        (folder / "requirements").mkdir(parents=True)
        (folder / "requirements" / "dev.txt").write_text(lock)
        shutil.copy(ROOT / "Makefile", folder)
        if virtualenv is not None:
            shutil.copytree(virtualenv, folder / ".venv", symlinks=True)
        return cls(folder, {"PIP_CONFIG_FILE": os.devnull, **pip})

    def set_up(self) -> subprocess.CompletedProcess[str]:
        return self.run("make", "--silent", f"PYTHON={sys.executable}", "setup")

    def let_pip_resolve(self) -> None:
        """Takes away what `make setup` tells pip so that the lock is all it installs."""
        makefile = self.folder / "Makefile"
        text = makefile.read_text()
        assert " --no-deps " in text
        makefile.write_text(text.replace(" --no-deps ", " "))

    def install_pip(self, wheel: Path) -> None:
        """A virtualenv that has this pip and nothing else."""
        self.run(sys.executable, "-m", "venv", "--without-pip", ".venv").check_returncode()
        command = (str(self.python), f"{wheel}/pip", "install", "--no-index", str(wheel))
        self.run(*command).check_returncode()

    def version_of_pip(self) -> tuple[int, ...]:
        said = self.run(str(self.python), "-m", "pip", "--version").stdout
        found = re.match(r"pip (\d+(?:\.\d+)*) ", said)
        assert found is not None, said
        return tuple(int(part) for part in found[1].split("."))

    def installed(self) -> dict[str, str]:
        """Every distribution in the virtualenv but pip and setuptools, with its version."""
        listed = self.run(str(self.python), "-c", _LIST)
        found = dict(line.split("==") for line in listed.stdout.splitlines())
        return {name: found[name] for name in found if name not in ("pip", "setuptools")}

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        # Whatever pip, make or this virtualenv say to programs below them stays outside.
        clean = {"PATH": os.environ["PATH"], "HOME": str(self.folder), "LC_ALL": "C.UTF-8"}
        return subprocess.run(
            command,
            cwd=self.folder,
            env={**clean, **self.pip},
            capture_output=True,
            text=True,
            check=False,
        )


_LIST = """
import importlib.metadata
for each in importlib.metadata.distributions():
    print(f"{each.metadata['Name'].lower()}=={each.version}")
"""
