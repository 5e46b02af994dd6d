"""The platform's clock: the real clock plus an offset that all processes of the platform share."""

import asyncio
import os
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from shared.kit.clock import OFFSET
from shared.kit.instants import to_milliseconds


class VirtualClock:
    """Never runs backwards. Other processes see a move at once through `shared.kit.clock.now`,
    which reads `path`; this object is the file's only writer and belongs to one event loop."""

    def __init__(self, path: Path, offset: float = 0.0) -> None:
        """Continues from the offset that `path` holds; creates the file at `offset` seconds."""
        self.path = path
        if not path.exists():
            _create(path, offset)
        self._offset = timedelta(seconds=OFFSET.unpack(path.read_bytes())[0])
        self._moved = asyncio.Event()

    @property
    def offset(self) -> timedelta:
        """How far this clock is ahead of the real one."""
        return self._offset

    def now(self) -> datetime:
        """The current virtual instant, UTC, in whole milliseconds."""
        return to_milliseconds(datetime.now(UTC) + self._offset)

    def advance(self, seconds: float) -> datetime:
        """Moves the clock forward and wakes every sleeper. ValueError if `seconds` is negative."""
        if not seconds >= 0:
            raise ValueError(f"the clock cannot move by {seconds} seconds: it never runs backwards")
        return self._move_by(timedelta(seconds=seconds))

    def move_to(self, instant: datetime) -> datetime:
        """Moves the clock forward to `instant`; a past instant changes nothing."""
        return self._move_by(max(instant - (datetime.now(UTC) + self._offset), timedelta()))

    async def sleep_until(self, instant: datetime) -> None:
        """Returns once the clock shows `instant` or later, in real time or by a move."""
        while (remaining := (instant - self.now()).total_seconds()) > 0:
            moved = self._moved
            with suppress(TimeoutError):
                async with asyncio.timeout(remaining):
                    await moved.wait()

    def _move_by(self, step: timedelta) -> datetime:
        if step:
            self._offset += step
            _overwrite(self.path, self._offset)
            moved, self._moved = self._moved, asyncio.Event()
            moved.set()
        return self.now()


def _create(path: Path, offset: float) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    draft.write_bytes(OFFSET.pack(offset))
    draft.replace(path)


def _overwrite(path: Path, offset: timedelta) -> None:
    # Written in place, not renamed: a process that has mapped the file would keep the old inode.
    # Eight aligned bytes in one write, so that a reader sees the old offset or the new one.
    file = os.open(path, os.O_WRONLY)
    try:
        os.pwrite(file, OFFSET.pack(offset.total_seconds()), 0)
    finally:
        os.close(file)
