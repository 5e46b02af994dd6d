"""Continues from the state of an earlier platform; backs up and restores that state."""

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from emulators.cloud_tasks.queues import SavedQueues
from emulators.directory import PlatformDirectory
from emulators.failures import PlatformError
from emulators.keep.snapshot import (
    Label,
    Snapshot,
    Unusable,
    copy_file,
    read_snapshot,
    write_snapshot,
)
from emulators.keep.state import State
from emulators.pubsub.ledger import SavedMessages
from shared.kit.instants import to_milliseconds


class Keeper:
    """The folder `kept` of a platform's directory: the snapshot of its last orderly stop, and a
    file that exists from a start with `--keep` to an orderly stop."""

    def __init__(self, directory: Path, root: Path) -> None:
        self.folder = directory / "kept"
        self.version = version_of(root)
        self.path = self.folder / "snapshot.zip"
        # The snapshot that a restore replaced, until the next orderly stop.
        self.replaced = self.folder / "before-restore.zip"
        self._running = self.folder / "running"

    @property
    def interrupted(self) -> bool:
        """Whether the last platform that was started with `--keep` did not stop in order."""
        return self._running.exists()

    def newest(self) -> Snapshot | None:
        """The newest snapshot, or None. Raises Unusable, naming the file."""
        return read_snapshot(self.path, self.version) if self.path.exists() else None

    def continued(self) -> tuple[Snapshot | None, str]:
        """The snapshot that a platform starts from, and a message for its operator. Raises
        PlatformError for a snapshot that cannot be used."""
        try:
            snapshot = self.newest()
        except Unusable as why:
            raise PlatformError(
                f"What was kept cannot be used: {why}.\n"
                "Start without --keep for a fresh platform (what is kept stays where it is), or"
                f" move {self.folder} away and start with --keep to begin anew."
            ) from why
        lost = "The platform did not stop in order last time: "
        if snapshot is None:
            news = f"{lost}nothing had been kept yet, so it begins anew."
            return None, news if self.interrupted else ""
        if self.interrupted:
            return snapshot, (
                f"{lost}it goes on from what was kept at {snapshot.taken_at};"
                " what came later is lost."
            )
        return snapshot, f"Going on from what was kept at {snapshot.taken_at}."

    def begin(self) -> None:
        """Marks the platform as running: an end without `save` is then an interruption."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._running.touch()

    def save(self, state: State, platform_time: datetime, folders: Mapping[str, Path]) -> None:
        """Saves a new snapshot; the previous one stays valid until the new one is complete. Raises
        OSError."""
        label = Label(
            version=self.version,
            taken_at=to_milliseconds(datetime.now(UTC)),
            platform_time=platform_time,
        )
        write_snapshot(self.path, label, state, folders)
        self.end()
        self.replaced.unlink(missing_ok=True)

    def end(self) -> None:
        self._running.unlink(missing_ok=True)


def back_up(state: Path, into: Path, root: Path) -> str:
    """Copies the newest snapshot of the directory `state` to the new file `into`; returns a
    description. Raises PlatformError while a platform runs there, and where there is no
    snapshot."""
    with _stopped(state, root) as keeper:
        snapshot = keeper.newest()
        if snapshot is None:
            raise PlatformError(
                f"Nothing was kept in {state}. Start with make up KEEP=1, stop with Ctrl-C, then"
                " back up."
            )
        if into.exists():
            raise PlatformError(f"{into} exists already")
        into.parent.mkdir(parents=True, exist_ok=True)
        copy_file(snapshot.path, into)
        late = "The platform did not stop in order since: what came later is not in the backup."
        return _described(f"Backed up into {into}:", snapshot) + (
            f"\n{late}" if keeper.interrupted else ""
        )


def restore(state: Path, backup: Path, root: Path, *, databases_only: bool = False) -> str:
    """Lets the next start with `keep` continue from the backup; returns a description of it. With
    `databases_only` the messages and tasks that were under way are left out, as after a disaster in
    the cloud, whose backups are of databases. Raises PlatformError while a platform runs in
    `state`, and for a backup that is broken or of another version."""
    with _stopped(state, root) as keeper:
        snapshot = read_snapshot(backup, keeper.version)
        keeper.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if keeper.path.exists():
            copy_file(keeper.path, keeper.replaced)
        if databases_only:
            _write_databases(snapshot, keeper.path)
        else:
            copy_file(snapshot.path, keeper.path)
        keeper.end()
        return _described(f"Restored into {state}:", snapshot) + "\nStart it with make up KEEP=1."


def version_of(root: Path) -> str:
    """The version of the project whose checkout is at `root`."""
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    except (FileNotFoundError, KeyError):
        return "unversioned"
    return str(project["version"])


@contextmanager
def _stopped(state: Path, root: Path) -> Iterator[Keeper]:
    """The keeper of a directory; no platform can run there meanwhile."""
    directory = PlatformDirectory(state)
    directory.reserve()
    try:
        yield Keeper(directory.path, root)
    except Unusable as why:
        raise PlatformError(f"The backup cannot be used: {why}.") from why
    except OSError as why:
        raise PlatformError(str(why)) from why
    finally:
        directory.leave()


def _write_databases(snapshot: Snapshot, path: Path) -> None:
    queues = snapshot.state.tasks.queues
    empty = tuple(replace(queue, tasks=(), ended=()) for queue in queues)
    waiting = {"tasks": SavedQueues(empty, ()), "messages": SavedMessages((), ())}
    with TemporaryDirectory(dir=path.parent) as temporary:
        folders = snapshot.extract(Path(temporary))
        write_snapshot(path, snapshot.label, snapshot.state.model_copy(update=waiting), folders)


def _described(what: str, snapshot: Snapshot) -> str:
    size = snapshot.path.stat().st_size
    return f"{what} what was kept at {snapshot.taken_at} ({size / 1_000_000:.1f} MB)."
