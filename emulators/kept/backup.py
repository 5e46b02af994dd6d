"""Taking what a stopped platform kept to somewhere else, and bringing it back."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from emulators.cloud_tasks.model import KeptQueues
from emulators.failures import PlatformError
from emulators.kept.keeping import FOLDER, open_end, version_of
from emulators.kept.shelf import Shelf, Snapshot, Unusable, copy_whole
from emulators.kept.state import read_state, write_state
from emulators.pubsub.ledger import KeptMessages
from emulators.workplace import Workplace


def back_up(state: Path, into: Path, root: Path) -> str:
    """Copies what was kept last in the directory `state` to the new folder `into`; says what it
    copied. Raises PlatformError while a platform runs there, and where there is nothing to copy."""
    with _shelf(state, root) as shelf:
        snapshot = shelf.newest()
        if snapshot is None:
            raise PlatformError(
                f"Nothing was kept in {state}. Start with make up KEEP=1, stop with Ctrl-C, then"
                " back up."
            )
        copy_whole(snapshot, into)
        late = "The platform did not stop in order since: what came later is not in the backup."
        return _described(f"Backed up into {into}:", snapshot) + (
            f"\n{late}" if open_end(shelf.directory).exists() else ""
        )


def restore(state: Path, backup: Path, root: Path, *, databases_only: bool = False) -> str:
    """Makes the backup what the next start with `keep` goes on from; says what it brought back.
    With `databases_only` nothing that waited in Pub/Sub and Cloud Tasks comes back, as after a
    disaster in the cloud, whose backups are of databases. Raises PlatformError while a platform
    runs in `state`, and for a backup that is broken or of another version."""
    with _shelf(state, root) as shelf:
        snapshot = shelf.read(backup)
        if databases_only:
            label, draft = snapshot.label, _without_what_waited(shelf, snapshot)
            shelf.finish(draft, label.platform_time, label.taken_at)
        else:
            shelf.adopt(snapshot)
        open_end(shelf.directory).unlink(missing_ok=True)
        return _described(f"Restored into {state}:", snapshot) + "\nStart it with make up KEEP=1."


@contextmanager
def _shelf(state: Path, root: Path) -> Iterator[Shelf]:
    """The shelf of a directory in which nothing runs meanwhile."""
    workplace = Workplace(state)
    workplace.reserve()
    try:
        yield Shelf(workplace.directory / FOLDER, version_of(root))
    except Unusable as why:
        raise PlatformError(f"The backup cannot be used: {why}.") from why
    except OSError as why:
        raise PlatformError(str(why)) from why
    finally:
        workplace.leave()


def _without_what_waited(shelf: Shelf, snapshot: Snapshot) -> Path:
    draft = shelf.copied(snapshot)
    state = read_state(snapshot)
    queues = tuple(replace(queue, tasks=(), ended=()) for queue in state.tasks.queues)
    waiting = {"tasks": KeptQueues(queues, ()), "messages": KeptMessages((), ())}
    write_state(state.model_copy(update=waiting), draft)
    return draft


def _described(what: str, snapshot: Snapshot) -> str:
    size = sum(file.bytes for file in snapshot.label.files.values())
    return f"{what} what was kept at {snapshot.taken_at} ({size / 1_000_000:.1f} MB)."
