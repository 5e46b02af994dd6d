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


class Unusable(PlatformError):
    """A snapshot that is broken, or that this checkout cannot read."""

    def __init__(self, path: Path, why: str) -> None:
        super().__init__(f"{path} {why}")


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
        """None where nothing was ever kept. Raises Unusable, naming the file."""
        found = self._numbered()
        return self.read(found[-1]) if found else None

    def read(self, directory: Path) -> Snapshot:
        """The snapshot in `directory`, every byte of it checked. Raises Unusable."""
        label = self._label(directory / _LABEL)
        for name, file in label.files.items():
            path = directory / name
            if not path.is_file():
                raise Unusable(path, "is missing")
            if path.stat().st_size != file.bytes or _sha256(path) != file.sha256:
                raise Unusable(path, "is not as it was written")
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

    def finish(
        self, draft: Path, platform_time: datetime, taken_at: datetime | None = None
    ) -> Snapshot:
        """Labels the draft, waits until the disk has it, gives it its name and only then removes
        the older ones. `taken_at` is now unless it is given."""
        (draft / _LABEL).unlink(missing_ok=True)
        label = Label(
            format=FORMAT,
            version=self._version,
            taken_at=taken_at or to_milliseconds(datetime.now(UTC)),
            platform_time=platform_time,
            files={str(path.relative_to(draft)): _described(path) for path in _files(draft)},
        )
        (draft / _LABEL).write_text(label.model_dump_json(indent=2) + "\n")
        older = self._numbered()
        whole = self._named(draft)
        for directory in older:
            shutil.rmtree(directory, ignore_errors=True)
        return Snapshot(whole, label)

    def adopt(self, snapshot: Snapshot) -> Snapshot:
        """Makes a copy of a snapshot from elsewhere the newest one here; the others stay until the
        next orderly stop."""
        return Snapshot(self._named(self.copied(snapshot)), snapshot.label)

    def copied(self, snapshot: Snapshot) -> Path:
        """A draft that holds all of a snapshot."""
        draft = self.draft()
        shutil.copytree(snapshot.directory, draft, dirs_exist_ok=True)
        return draft

    def _named(self, draft: Path) -> Path:
        _to_disk(draft)
        whole = draft.with_suffix("")
        draft.rename(whole)
        _sync(self.directory)
        return whole

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
            raise Unusable(path, "is missing") from None
        except (ValueError, AttributeError):
            raise Unusable(path, "cannot be read") from None
        if written[0] != FORMAT:
            raise Unusable(path, f"has format {written[0]}, and this platform reads {FORMAT}")
        if written[1] != self._version:
            raise Unusable(
                path, f"is of version {written[1]}, and this checkout is {self._version}"
            )
        try:
            return Label.model_validate(content)
        except ValidationError:
            raise Unusable(path, "cannot be read") from None


def copy_whole(snapshot: Snapshot, into: Path) -> None:
    """A copy of the snapshot under a name of the caller's, which is there only once the copy is
    whole. FileExistsError where it is there already."""
    if into.exists():
        raise FileExistsError(f"{into} exists already")
    into.parent.mkdir(parents=True, exist_ok=True)
    draft = into.with_name(f"{into.name}{_PARTIAL}")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(snapshot.directory, draft)
    _to_disk(draft)
    draft.rename(into)
    _sync(into.parent)


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
