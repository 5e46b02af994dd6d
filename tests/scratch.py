"""A copy of the checkout that a test may change, and what it changed."""

import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
# What is installed, built or cached, and what only Git reads.
_LEFT_OUT = {".git", ".venv", "build", "node_modules", ".hypothesis"}
_BYTECODE = "__pycache__"


@dataclass(frozen=True)
class Scratch:
    """`root` has every file of the checkout; its virtualenv is the one that runs the tests."""

    root: Path

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """A command in the copy; what it imports of ours is the copy's."""
        return subprocess.run(
            command,
            cwd=self.root,
            env={**os.environ, "PYTHONPATH": str(self.root)},
            capture_output=True,
            text=True,
            check=False,
        )

    def python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return self.run(sys.executable, *arguments)

    def write(self, name: str, text: str) -> None:
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def lint_imports(self) -> subprocess.CompletedProcess[str]:
        return self.run(str(Path(sys.executable).with_name("lint-imports")), "--no-logo")

    def files(self) -> dict[str, str]:
        """Every file but caches by its path in the copy, with a digest of its content."""
        return {
            str(file.relative_to(self.root)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in _files(self.root)
        }


def _files(folder: Path) -> list[Path]:
    found: list[Path] = []
    for path in folder.iterdir():
        if path.name in {*_LEFT_OUT, _BYTECODE} or path.name.endswith("_cache"):
            continue
        found += _files(path) if path.is_dir() else [path]
    return found


def copy_checkout(into: Path) -> Scratch:
    """Copies the checkout into the folder `into`, which must not exist."""

    def left_out(folder: str, names: list[str]) -> set[str]:
        return {name for name in names if name in _LEFT_OUT or name.endswith("_cache")}

    shutil.copytree(ROOT, into, ignore=left_out)
    (into / ".venv").symlink_to(Path(sys.prefix), target_is_directory=True)
    return Scratch(into)
