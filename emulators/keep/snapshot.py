"""A snapshot of a stopped platform: one zip file, which is complete or absent."""

import json
import os
import shutil
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from emulators.failures import PlatformError
from emulators.keep.state import State
from shared.kit.instants import Instant
from shared.kit.models import Model

FORMAT = 1
_LABEL = "snapshot.json"
_STATE = "state.json"


class Unusable(PlatformError):
    """A snapshot that is broken, or that this checkout cannot read."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} {why}")


class Label(Model):
    """`version` is the project's, `platform_time` the time of the platform's clock, `taken_at` the
    real time."""

    format: int = FORMAT
    version: str
    taken_at: Instant
    platform_time: Instant


@dataclass(frozen=True)
class Snapshot:
    """A snapshot that is complete and that this checkout can read."""

    path: Path
    label: Label
    state: State

    @property
    def taken_at(self) -> str:
        """The real time, formatted for people."""
        return f"{self.label.taken_at:%Y-%m-%d %H:%M:%S} UTC"

    def extract(self, into: Path) -> dict[str, Path]:
        """The saved folders, restored below `into`, by name. Only their owner may enter them."""
        with zipfile.ZipFile(self.path) as archive:
            names = [name for name in archive.namelist() if name not in (_LABEL, _STATE)]
            archive.extractall(into, names)
        folders = {name: into / name for name in {name.partition("/")[0] for name in names}}
        for folder in folders.values():
            folder.chmod(0o700)
        return folders


def write_snapshot(path: Path, label: Label, state: State, folders: Mapping[str, Path]) -> None:
    """Writes the state and the folders under their names, waits until they are on the disk, and
    then replaces the file at `path`. Only its owner may read it, because it contains keys."""
    draft = path.with_name(f"{path.name}.partial")
    draft.unlink(missing_ok=True)
    with (
        open(draft, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
    ):
        archive.writestr(_LABEL, label.model_dump_json(indent=2))
        archive.writestr(_STATE, state.model_dump_json())
        for name, folder in folders.items():
            for found in (folder, *sorted(folder.rglob("*"))):
                archive.write(found, Path(name) / found.relative_to(folder))
    _put(draft, path)


def read_snapshot(path: Path, version: str) -> Snapshot:
    """Checks every byte. Raises Unusable for a snapshot that was changed, or that a platform of
    another format or version wrote."""
    try:
        with zipfile.ZipFile(path) as archive:
            if archive.testzip() is not None:
                raise Unusable(path, "is not as it was written")
            label, state = archive.read(_LABEL), archive.read(_STATE)
    except FileNotFoundError:
        raise Unusable(path, "is missing") from None
    except (zipfile.BadZipFile, zlib.error, KeyError, OSError, EOFError):
        raise Unusable(path, "is not as it was written") from None
    _check_readable(path, label, version)
    try:
        return Snapshot(path, Label.model_validate_json(label), State.model_validate_json(state))
    except ValidationError as error:
        place = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise Unusable(path, f"has another shape at {place}") from error


def copy_file(path: Path, into: Path) -> None:
    """Copies a file completely before it replaces the file at the destination."""
    draft = into.with_name(f"{into.name}.partial")
    shutil.copy(path, draft)
    _put(draft, into)


def _check_readable(path: Path, label: bytes, version: str) -> None:
    try:
        content = json.loads(label)
        written, its_version = content.get("format"), content.get("version")
    except (ValueError, AttributeError):
        raise Unusable(path, "cannot be read") from None
    if written != FORMAT:
        raise Unusable(path, f"has format {written}, and this platform reads {FORMAT}")
    if its_version != version:
        raise Unusable(path, f"is of version {its_version}, and this checkout is {version}")


def _put(draft: Path, path: Path) -> None:
    _sync(draft)
    draft.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
