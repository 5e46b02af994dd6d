"""The clock. A request reads it once, at its entry."""

import os
import struct
from datetime import UTC, datetime, timedelta
from functools import cache
from mmap import ACCESS_READ, mmap

from shared.kit.instants import to_milliseconds

OFFSET = struct.Struct("<d")


def now() -> datetime:
    """The current instant. Where ASSENT_CLOCK_FILE names an offset file (seconds, a little-endian
    double), the offset is added: the local platform moves the time of every process with it."""
    path = os.environ.get("ASSENT_CLOCK_FILE")
    moment = datetime.now(UTC)
    if path:
        moment += timedelta(seconds=OFFSET.unpack(_offset_file(path)[: OFFSET.size])[0])
    return to_milliseconds(moment)


@cache
def _offset_file(path: str) -> mmap:
    with open(path, "rb") as file:
        return mmap(file.fileno(), OFFSET.size, access=ACCESS_READ)
