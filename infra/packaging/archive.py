"""A deployable's source archive, as Cloud Run builds it."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from infra.packaging.reach import reach_of
from infra.packaging.requirements import PYTHON_VERSION, requirements_of
from shared.manifest import Deployable, Manifests

# The buildpack compiles our modules in a way that lasts only under this; see README.md.
BUILD_ENVIRONMENT = {"SOURCE_DATE_EPOCH": "315532800"}

_EARLIEST = (1980, 1, 1, 0, 0, 0)
_REGULAR_FILE = 0o100644 << 16
_UNIX = 3


@dataclass(frozen=True)
class Archive:
    """`files` are the names inside, sorted; `sha256` is of the whole archive's bytes."""

    path: Path
    sha256: str
    files: tuple[str, ...]


def build_archive(manifests: Manifests, deployable: Deployable, into: Path) -> Archive:
    """Writes `<into>/<deployable>.zip`: what the deployable's target imports, the `main.py` that
    the buildpack starts, and the deployable's own requirements; nothing else.

    The same files give the same bytes, on any machine. Nothing of the checkout is run. Raises
    PackagingError where something that is imported cannot be packed."""
    contents = contents_of(manifests, deployable)
    data = _zipped(contents)
    into.mkdir(parents=True, exist_ok=True)
    path = into / f"{deployable.name}.zip"
    path.write_bytes(data)
    return Archive(path, hashlib.sha256(data).hexdigest(), tuple(sorted(contents)))


def contents_of(manifests: Manifests, deployable: Deployable) -> Mapping[str, bytes]:
    """The archive's files by name. Raises PackagingError."""
    root = manifests.root.resolve()
    deployable = replace(deployable, folder=deployable.folder.resolve())
    reach = reach_of(deployable, root)
    own = {file.as_posix(): (root / file).read_bytes() for file in reach.files}
    return own | {
        ".python-version": f"{PYTHON_VERSION}\n".encode(),
        "main.py": _main(deployable, root).encode(),
        "requirements.txt": requirements_of(reach.foreign, root).encode(),
    }


def _main(deployable: Deployable, root: Path) -> str:
    module = ".".join(deployable.source.relative_to(root).with_suffix("").parts)
    return (
        f'"""Where the Functions Framework starts {deployable.name}."""\n\n'
        f"from {module} import {deployable.target}\n\n"
        f'__all__ = ["{deployable.target}"]\n'
    )


def _zipped(contents: Mapping[str, bytes]) -> bytes:
    """Stored, not deflated: compressed bytes differ between builds of zlib."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(contents):
            entry = zipfile.ZipInfo(name, _EARLIEST)
            entry.external_attr = _REGULAR_FILE
            entry.create_system = _UNIX
            archive.writestr(entry, contents[name])
    return buffer.getvalue()
