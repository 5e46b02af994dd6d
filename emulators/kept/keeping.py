"""Going on where an earlier platform stopped, and letting a later one do so."""

import tomllib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from emulators.cloud_tasks.model import HttpCall, KeptQueues, Task
from emulators.failures import PlatformError
from emulators.kept.shelf import Shelf, Snapshot, Unusable
from emulators.kept.state import State, read_state, write_state

FOLDER = "kept"


class Keeping:
    """What a platform started with `keep` does beside all others: takes up the newest snapshot of
    its directory, and leaves the next one when it ends in order."""

    def __init__(self, directory: Path, root: Path) -> None:
        """Raises PlatformError for a snapshot that cannot be taken up."""
        folder = directory / FOLDER
        self._shelf = Shelf(folder, version_of(root))
        # There while a platform runs: who finds it knows that the last one did not end in order.
        self._open_end = open_end(folder)
        self.snapshot, self.state = self._newest(folder)
        self.interrupted = self._open_end.exists()

    def _newest(self, folder: Path) -> tuple[Snapshot | None, State | None]:
        try:
            snapshot = self._shelf.newest()
            return snapshot, read_state(snapshot) if snapshot else None
        except Unusable as why:
            raise PlatformError(
                f"What was kept cannot be taken up: {why}.\n"
                "Start without --keep for a fresh platform (what is kept stays where it is), or"
                f" move {folder} away and start with --keep to begin anew."
            ) from why

    @property
    def news(self) -> str:
        """What an operator should know about how this platform begins."""
        lost = "The platform did not stop in order last time: "
        if self.snapshot is None:
            return (
                f"{lost}nothing had been kept yet, so it begins anew." if self.interrupted else ""
            )
        taken_at = self.snapshot.taken_at
        if self.interrupted:
            return f"{lost}it goes on from what was kept at {taken_at}; what came later is lost."
        return f"Going on from what was kept at {taken_at}."

    def begin(self) -> None:
        """From now on, an end without `keep` is an interruption."""
        self._open_end.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._open_end.touch()

    async def keep(
        self, state: State, platform_time: datetime, others: Callable[[Path], Awaitable[None]]
    ) -> Snapshot:
        """Makes the next snapshot of `state` and of what `others` write into its folder. Until it
        is whole the one before counts. Raises PlatformError."""
        draft = self._shelf.draft()
        await others(draft)
        write_state(state, draft)
        snapshot = self._shelf.finish(draft, platform_time)
        self._open_end.unlink(missing_ok=True)
        return snapshot


def open_end(folder: Path) -> Path:
    """A file that is there from the start of a platform to its end in order."""
    return folder / "running"


def version_of(root: Path) -> str:
    """The version of the project whose checkout is at `root`."""
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text())["project"]
    except (FileNotFoundError, KeyError):
        return "unversioned"
    return str(project["version"])


def moved(kept: KeptQueues, before: Mapping[str, str], now: Mapping[str, str]) -> KeptQueues:
    """The same queues, whose tasks go to where the functions are now. A function's address is for
    ever in the cloud; here its port may have been taken meanwhile."""
    places = {url: now[name] for name, url in before.items() if now.get(name, url) != url}
    if not places:
        return kept
    queues = (
        replace(queue, tasks=tuple(_moved(task, places) for task in queue.tasks))
        for queue in kept.queues
    )
    return replace(kept, queues=tuple(queues))


def _moved(task: Task, places: Mapping[str, str]) -> Task:
    for before, now in places.items():
        if task.call.url.startswith(f"{before}/"):
            url = now + task.call.url.removeprefix(before)
            return replace(task, call=_addressed(task.call, url, before, now))
    return task


def _addressed(call: HttpCall, url: str, before: str, now: str) -> HttpCall:
    identity = call.identity
    if identity is not None and identity.audience == before:
        identity = replace(identity, audience=now)
    return replace(call, url=url, identity=identity)
