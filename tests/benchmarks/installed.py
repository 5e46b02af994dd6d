"""Programs of others that a figure is compared with, each in a virtualenv of its own."""

import hashlib
import subprocess
import sys
from pathlib import Path


def installed(pinned: Path, venv: Path, *, hashed: bool = True) -> Path:
    """The folder of the virtualenv's programs, after exactly the pinned packages were installed
    where they have changed; not `hashed`, also what these depend on. Raises CalledProcessError
    where the registry does not give them."""
    mark = venv / hashlib.sha256(pinned.read_bytes()).hexdigest()
    if not mark.exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(venv)], check=True)
        install = [str(venv / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        install += ["--disable-pip-version-check", "-r", str(pinned)]
        install += ["--require-hashes"] if hashed else []
        subprocess.run(install, check=True)
        mark.touch()
    return venv / "bin"
