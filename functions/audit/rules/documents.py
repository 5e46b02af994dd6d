"""What an export of everything has beside the log: lines of JSON, in files of bounded size."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from shared.kit.contents import Content, Tombstone
from shared.kit.instants import format_instant

# A file ends after so many lines, or with the line that makes it this long.
MOST_LINES = 1_000
MOST_BYTES = 4 * 1024 * 1024
_NOUN = re.compile(r"[a-z][a-z_]{0,59}")


class Newest:
    """The newest event about each thing, which has the thing's state. Holds their ids only."""

    def __init__(self) -> None:
        self._events: dict[str, tuple[int, str]] = {}

    def note(self, subject: str, sequence: int, event_id: str) -> None:
        """Notes an event, in any order."""
        known = self._events.get(subject, (-1, ""))
        self._events[subject] = max(known, (sequence, event_id))

    def by_noun(self) -> Iterator[tuple[str, list[str]]]:
        """Each noun with the ids of the newest events of its things, in the order of their ids."""
        nouns: dict[str, list[str]] = {}
        for subject in sorted(self._events):
            noun = subject.partition("/")[0]
            if _NOUN.fullmatch(noun):
                nouns.setdefault(noun, []).append(self._events[subject][1])
        yield from sorted(nouns.items())


class File(NamedTuple):
    """One file of the archive."""

    name: str
    content: bytes


class Filing:
    """The files of one folder, line by line."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._files = 0
        self._lines: list[bytes] = []
        self._bytes = 0

    def add(self, line: bytes) -> File | None:
        """Adds a line; the file that is full with it, if one is."""
        self._lines.append(line)
        self._bytes += len(line)
        is_full = len(self._lines) == MOST_LINES or self._bytes >= MOST_BYTES
        return self.end() if is_full else None

    def end(self) -> File | None:
        """The last file, if there are lines that none has."""
        if not self._lines:
            return None
        self._files += 1
        file = File(f"{self._folder}/{self._files:08}.jsonl", b"".join(self._lines))
        self._lines, self._bytes = [], 0
        return file


def event_line(attributes: Mapping[str, str], data: str, decision: str | None) -> bytes:
    """An event with its attributes, its data as its readers may see it, and the record of the
    policy decision that allowed it."""
    more = {"decision": json.loads(decision)} if decision else {}
    return _line({**attributes, "data": json.loads(data), **more})


def thing_line(attributes: Mapping[str, str], data: str) -> bytes:
    """A thing as its newest event shows it; `as_of` is that event."""
    id = attributes["subject"].partition("/")[2]
    return _line({"id": id, "as_of": attributes["id"], "state": json.loads(data)})


def record_line(id: str, state: str) -> bytes:
    """A document that no event has, with its state."""
    return _line({"id": id, "state": json.loads(state)})


def content_line(content: Content | Tombstone) -> bytes:
    """A content under its hash; of one that was erased, when."""
    if isinstance(content, Tombstone):
        erased_at = format_instant(content.erased_at)
        return _line({"sha256": content.hash, "erased_at": erased_at})
    return _line({"sha256": content.hash, "text": content.text})


def _line(value: Mapping[str, Any]) -> bytes:
    # ASCII can write whatever was read, and no character of it ends a line.
    return json.dumps(value, separators=(",", ":")).encode() + b"\n"
