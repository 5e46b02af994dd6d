"""Snapshots on disk. A snapshot is whole or it is not there, whatever happens while it is made."""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

from pydantic import StringConstraints, ValidationError

from emulators.failures import PlatformError
from shared.kit.instants import Instant, to_milliseconds
from shared.kit.models import Model

FORMAT = 1
STATE = "state.json"
_LABEL = "snapshot.json"
_NUMBERED = re.compile(r"\d{6}")
_PARTIAL = ".partial"
_BLOCK = 1 << 20


class _File(Model):
    bytes: int
    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Label(Model):
    """What a snapshot says about itself: `version` is the project's, `platform_time` what the
    platform's clock showed, `taken_at` the real time."""

    format: int
    version: str
    taken_at: Instant
    platform_time: Instant
    files: dict[str, _File]


@dataclass(frozen=True)
class Snapshot:
    """A snapshot that is whole: every file is there, as long and with the hash it had."""

    directory: Path
    label: Label

    @property
    def number(self) -> int:
        """Counts the snapshots of a platform's directory from 1."""
        return int(self.directory.name)

    @property
    def taken_at(self) -> str:
        """The real time, for a reader."""
        return f"{self.label.taken_at:%Y-%m-%d %H:%M:%S} UTC"


class Shelf:
    """The snapshots of one platform's directory. The newest whole one counts; a new one is written
    beside it and takes its place in one rename."""

    def __init__(self, directory: Path, version: str) -> None:
        self.directory = directory
        self._version = version

    def newest(self) -> Snapshot | None:
        """None where nothing was ever kept. Raises PlatformError, naming the file, for a snapshot
        that is broken or of another version of the project."""
        found = self._numbered()
        return self.read(found[-1]) if found else None

    def read(self, directory: Path) -> Snapshot:
        """The snapshot in `directory`, every byte of it checked. Raises PlatformError."""
        label = self._label(directory / _LABEL)
        for name, file in label.files.items():
            path = directory / name
            if not path.is_file():
                raise self._refused(path, "is missing")
            if path.stat().st_size != file.bytes or _sha256(path) != file.sha256:
                raise self._refused(path, "is not as it was written")
        return Snapshot(directory, label)

    def draft(self) -> Path:
        """A new, empty folder for the next snapshot; only its owner may look into it, since signing
        keys will be in it. What an earlier attempt left is removed."""
        self.directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for partial in self.directory.glob(f"*{_PARTIAL}"):
            shutil.rmtree(partial)
        found = self._numbered()
        number = int(found[-1].name) + 1 if found else 1
        draft = self.directory / f"{number:06}{_PARTIAL}"
        draft.mkdir(mode=0o700)
        return draft

    def finish(self, draft: Path, platform_time: datetime) -> Snapshot:
        """Labels the draft, waits until the disk has it, gives it its name and only then removes
        the older ones."""
        label = Label(
            format=FORMAT,
            version=self._version,
            taken_at=to_milliseconds(datetime.now(UTC)),
            platform_time=platform_time,
            files={str(path.relative_to(draft)): _described(path) for path in _files(draft)},
        )
        (draft / _LABEL).write_text(label.model_dump_json(indent=2) + "\n")
        _to_disk(draft)
        older = self._numbered()
        whole = draft.with_suffix("")
        draft.rename(whole)
        _sync(self.directory)
        for directory in older:
            shutil.rmtree(directory, ignore_errors=True)
        return Snapshot(whole, label)

    def _numbered(self) -> list[Path]:
        if not self.directory.is_dir():
            return []
        found = (path for path in self.directory.iterdir() if _NUMBERED.fullmatch(path.name))
        return sorted(found)

    def _label(self, path: Path) -> Label:
        try:
            content = json.loads(path.read_bytes())
            written = content.get("format"), content.get("version")
        except FileNotFoundError:
            raise self._refused(path, "is missing") from None
        except (ValueError, AttributeError):
            raise self._refused(path, "cannot be read") from None
        if written[0] != FORMAT:
            raise self._refused(path, f"has format {written[0]}, and this platform reads {FORMAT}")
        if written[1] != self._version:
            raise self._refused(
                path, f"is of version {written[1]}, and this checkout is {self._version}"
            )
        try:
            return Label.model_validate(content)
        except ValidationError:
            raise self._refused(path, "cannot be read") from None

    def _refused(self, path: Path, why: str) -> PlatformError:
        return refused(path, why)


def refused(path: Path, why: str) -> PlatformError:
    """The refusal of a kept state, with what to do about it."""
    return PlatformError(
        f"The kept state cannot be taken up: {path} {why}.\n"
        "Start without --keep for a fresh platform (what is kept stays where it is), or move"
        f" {path.parent} away and start with --keep to begin anew."
    )


def _files(directory: Path) -> Iterator[Path]:
    return (path for path in sorted(directory.rglob("*")) if path.is_file())


def _described(path: Path) -> _File:
    return _File(bytes=path.stat().st_size, sha256=_sha256(path))


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _to_disk(draft: Path) -> None:
    for path in (*draft.rglob("*"), draft):
        _sync(path)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
