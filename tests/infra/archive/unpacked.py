"""An archive in an empty directory, installed and started as the buildpack does it."""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from importlib.util import cache_from_source
from pathlib import Path
from types import MappingProxyType

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

# As the buildpack calls it, but for `--user`, which a virtualenv replaces.
_PIP_OPTIONS = (
    *("--upgrade", "--upgrade-strategy", "only-if-needed", "--force-reinstall"),
    *("--no-compile", "--no-warn-script-location", "--disable-pip-version-check"),
)

# Every import statement that may run, one by one.
_EXECUTE_IMPORTS = """
import ast, pathlib, sys
sys.path.insert(0, "")
optional, executed = sys.argv[1:], set()
for file in sorted(pathlib.Path().rglob("*.py")):
    tree = ast.parse(file.read_text())
    nodes = list(ast.walk(tree))
    unused = {id(inner) for node in nodes if isinstance(node, ast.If)
              and "TYPE_CHECKING" in ast.unparse(node.test)
              for body in node.body for inner in ast.walk(body)}
    for node in nodes:
        if isinstance(node, (ast.Import, ast.ImportFrom)) and id(node) not in unused:
            text, package = ast.unparse(node), ".".join(file.parent.parts)
            said = (text, package if getattr(node, "level", 0) else "")
            if said not in executed and not any(name in text for name in optional):
                exec(text, {"__package__": package})
                executed.add(said)
"""


@dataclass(frozen=True)
class Unpacked:
    """`source` holds the archive's files, `environment` a virtualenv with its requirements."""

    source: Path
    environment: Path

    @property
    def command(self) -> list[str]:
        """What the buildpack makes the web process, by this environment's Python."""
        bin = self.environment / "bin"
        return [str(bin / "python"), str(bin / "functions-framework")]

    def shell(self) -> Mapping[str, str]:
        """All that a process finds but for what the deployable is given."""
        return {"PATH": f"{self.environment / 'bin'}:/usr/bin:/bin", "PYTHONUNBUFFERED": "TRUE"}

    def packages(self) -> set[str]:
        """The names of the distributions that it has."""
        listed = self.run(_LIST_PACKAGES).stdout.split()
        return {canonicalize_name(name) for name in listed}

    def imports(self, *optional: str) -> subprocess.CompletedProcess[str]:
        """Executes every import of the archive, late ones too, but for those of `optional`."""
        return self.run(_EXECUTE_IMPORTS, *optional)

    def without(self, file: str, into: Path) -> "Unpacked":
        """A copy that lacks one of its files."""
        source = shutil.copytree(self.source, into / "source")
        (source / file).unlink()
        return Unpacked(source, self.environment)

    def run(
        self, program: str, *arguments: str, env: Mapping[str, str] = MappingProxyType({})
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program of Python in the folder."""
        return subprocess.run(
            [str(self.environment / "bin" / "python"), "-c", program, *arguments],
            cwd=self.source,
            env={**self.shell(), **env},
            capture_output=True,
            text=True,
            check=False,
        )


_LIST_PACKAGES = """
import importlib.metadata
print(*(each.metadata["Name"] for each in importlib.metadata.distributions()))
"""


def unpack(archive: Path, into: Path) -> Path:
    """The folder with the archive's files and no others."""
    with zipfile.ZipFile(archive) as content:
        content.extractall(into)
    return into


def required_by(source: Path) -> set[str]:
    """The names of the packages that the folder's requirements are on this platform."""
    lines = (source / "requirements.txt").read_text().splitlines()
    pins = [Requirement(line.rstrip("\\")) for line in lines if line[:1].isalnum()]
    return {
        canonicalize_name(pin.name) for pin in pins if pin.marker is None or pin.marker.evaluate()
    }


def link(source: Path, into: Path) -> Path:
    """A virtualenv with links to what the one that runs the tests has of the folder's requirements.
    Raises PackageNotFoundError for one that it lacks."""
    packages = _virtualenv(into)
    for distribution in map(metadata.distribution, required_by(source)):
        for file in distribution.files or ():
            if file.suffix == ".pyc":
                continue
            place, installed = packages / file, Path(str(distribution.locate_file(file)))
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to(installed)
            _link_bytecode(place, installed)
    return into


def _link_bytecode(place: Path, installed: Path) -> None:
    """Lets nobody compile again what `make setup` has compiled, of which no distribution knows."""
    if place.suffix != ".py":
        return
    compiled = Path(cache_from_source(str(installed)))
    linked = Path(cache_from_source(str(place)))
    if compiled.exists() and not linked.is_symlink():
        linked.parent.mkdir(exist_ok=True)
        linked.symlink_to(compiled)


def install(source: Path, into: Path) -> Path:
    """A fresh virtualenv with the folder's requirements, hashes checked; then checks as the
    buildpack does that nothing installed misses anything."""
    _virtualenv(into)
    pip = (sys.executable, "-m", "pip", "--python", str(into))
    requirements = str(source / "requirements.txt")
    _run(*pip, "install", "--quiet", "--require-hashes", "-r", requirements, *_PIP_OPTIONS)
    _run(*pip, "check")
    return into


def _virtualenv(into: Path) -> Path:
    _run(sys.executable, "-m", "venv", "--without-pip", str(into))
    (packages,) = into.glob("lib/python*/site-packages")
    return packages


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
