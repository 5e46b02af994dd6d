"""The source archive from which an image is built."""

import hashlib
import io
import os
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from shared.manifest import Manifests

PYTHON_VERSION = "3.11"

_COMMON = ("shared", "events")
# Read by the programs that deploy, emulate and describe functions, and by callers; no function
# imports them.
_LEFT_OUT = (
    "shared/manifest",
    "shared/sdk",
    "shared/embeddings/making",
    "shared/inference/making",
    "shared/recognition/making",
    "shared/language/making",
)
# What functions read beside their code.
_DATA = (
    "shared/catalogue.toml",
    "shared/catalogue/plans.toml",
    "shared/built_in_tools.toml",
    "shared/operations.toml",
    "shared/policy/schema.cedarschema",
    "shared/policy/platform/constitution.cedar",
    "shared/policy/platform/roles.cedar",
    "functions/billing/unit_costs.json",
    "functions/knowledge/constitution/checks.md",
    "functions/knowledge/constitution/domain.md",
    "functions/knowledge/constitution/forbidden.toml",
    "functions/knowledge/constitution/policies.md",
)
# What browsers load, as its builds made it.
_PAGES = ("mobile_api/console/dist", "mobile_api/explorer/dist")
# What `make setup` made, and `make language`, for the images of these locks alone.
_OF_KNOWLEDGE = ("build/embeddings", "build/recognition")
MODELS: Mapping[str, tuple[str, ...]] = {
    "knowledge": _OF_KNOWLEDGE,
    "language": (*_OF_KNOWLEDGE, "build/language"),
}
# The buildpack refuses a source without this file.
_MAIN = '"""Each service names its own entry file in FUNCTION_SOURCE."""\n'
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16
_UNIX = 3


@dataclass(frozen=True)
class Archive:
    """A zip file; `sha256` is of all its bytes."""

    path: Path
    sha256: str


def build_archive(manifests: Manifests, lock: str, into: Path) -> Archive:
    """Writes `<into>/<lock>.zip`: the Python modules of all functions, of `events` and of `shared`,
    but not the manifests and the SDK; the catalogues and policies that these modules read; the
    models that go with the lock; and `requirements/<lock>.txt`, the packages to install.

    The same files give the same bytes on every machine. Runs no code of the checkout. Raises
    FileNotFoundError if a model of the lock is not made yet."""
    root = manifests.root
    functions = {folder.relative_to(root).parts[0] for folder in manifests.folders.values()}
    found = (file for top in (*_COMMON, *functions) for file in _modules(root / top))
    left_out = [root / each for each in _LEFT_OUT]
    modules = [file for file in found if not any(map(file.is_relative_to, left_out))]
    modules += (root / name for name in _DATA if (root / name).exists())
    pages = (file for each in _PAGES for file in (root / each).rglob("*"))
    modules += (file for file in pages if file.is_file())
    modules += (file for each in MODELS.get(lock, ()) for file in _made(root / each))
    data = _zipped(
        {
            **{file.relative_to(root).as_posix(): file.read_bytes() for file in modules},
            ".python-version": f"{PYTHON_VERSION}\n".encode(),
            "main.py": _MAIN.encode(),
            "requirements.txt": (root / "requirements" / f"{lock}.txt").read_bytes(),
        }
    )
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{lock}.zip"
    path.write_bytes(data)
    return Archive(path, hashlib.sha256(data).hexdigest())


def _modules(top: Path) -> Iterator[Path]:
    for folder, inner, files in os.walk(top):
        # What builds the pages is no module of ours, whatever language it is written in.
        inner[:] = [each for each in inner if each != "node_modules"]
        yield from (Path(folder) / name for name in files if name.endswith(".py"))


def _made(folder: Path) -> Iterator[Path]:
    if not folder.is_dir():
        target = "language" if folder.name == "language" else "setup"
        raise FileNotFoundError(f"{folder} is not there: make {target} makes it.")
    # Hidden are those of a setup that was killed.
    return (file for file in folder.iterdir() if file.is_file())


def _zipped(contents: Mapping[str, bytes]) -> bytes:
    """Stored, not deflated, because compressed bytes differ between builds of zlib."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.external_attr = _REGULAR_FILE
            entry.create_system = _UNIX
            archive.writestr(entry, contents[name])
    return buffer.getvalue()
