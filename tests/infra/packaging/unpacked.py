"""An archive in an empty directory, installed and started as the buildpack does it."""

import shutil
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# As the buildpack calls it, but for `--user`, which a virtualenv replaces.
_PIP_OPTIONS = (
    *("--upgrade", "--upgrade-strategy", "only-if-needed", "--force-reinstall"),
    *("--no-compile", "--no-warn-script-location", "--disable-pip-version-check"),
)

# Every import statement that may run, one by one; the entry file also has the other target's.
_EXECUTE_IMPORTS = """
import ast, pathlib, sys
sys.path.insert(0, "")
entry, *optional = sys.argv[1:]
for file in sorted(pathlib.Path().rglob("*.py")):
    if str(file) == entry:
        continue
    tree = ast.parse(file.read_text())
    unused = {id(inner) for node in ast.walk(tree) if isinstance(node, ast.If)
              and "TYPE_CHECKING" in ast.unparse(node.test)
              for body in node.body for inner in ast.walk(body)}
    for node in ast.walk(tree):
        if isinstance(node, (ast.Import, ast.ImportFrom)) and id(node) not in unused:
            text = ast.unparse(node)
            if not any(name in text for name in optional):
                exec(text, {"__package__": ".".join(file.parent.parts)})
"""


@dataclass(frozen=True)
class Unpacked:
    """`source` holds the archive's files, `environment` a virtualenv with its requirements."""

    source: Path
    environment: Path

    @property
    def command(self) -> list[str]:
        """What the buildpack makes the web process."""
        return [str(self.environment / "bin" / "functions-framework")]

    def shell(self) -> Mapping[str, str]:
        """All that a process finds but for what the deployable is given."""
        return {"PATH": f"{self.environment / 'bin'}:/usr/bin:/bin", "PYTHONUNBUFFERED": "TRUE"}

    def packages(self) -> set[str]:
        """The names of the installed distributions."""
        listed = self._python("-c", _LIST_PACKAGES)
        return set(listed.stdout.split())

    def imports(self, *, entry: str, optional: list[str]) -> subprocess.CompletedProcess[str]:
        """Executes every import statement of the archive, late ones too."""
        return self._python("-c", _EXECUTE_IMPORTS, entry, *optional)

    def without(self, file: str, into: Path) -> "Unpacked":
        """A copy that lacks one of its files."""
        source = shutil.copytree(self.source, into / "source")
        (source / file).unlink()
        return Unpacked(source, self.environment)

    def _python(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.environment / "bin" / "python"), *arguments],
            cwd=self.source,
            env=dict(self.shell()),
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


def install(source: Path, into: Path) -> Path:
    """A fresh virtualenv with the folder's own requirements, hashes checked; then checks as the
    buildpack does that nothing installed misses anything."""
    _run(sys.executable, "-m", "venv", "--without-pip", str(into))
    pip = (sys.executable, "-m", "pip", "--python", str(into))
    requirements = str(source / "requirements.txt")
    _run(*pip, "install", "--quiet", "--require-hashes", "-r", requirements, *_PIP_OPTIONS)
    _run(*pip, "check")
    return into


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
