"""The writes of one commit as data: collected first, committed once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from shared.kit.errors import AssentError


@dataclass(frozen=True)
class Document:
    """A document as it was read. `update_time` is the store's own version of it."""

    collection: str
    id: str
    tenant_id: str
    data: Mapping[str, Any]
    update_time: Any

    @property
    def size(self) -> int:
        """How many bytes its values are as text."""
        texts = (each if isinstance(each, bytes) else str(each) for each in self.data.values())
        return sum(len(each if isinstance(each, bytes) else each.encode()) for each in texts)


@dataclass(frozen=True)
class Write:
    """One change. `seen` is a document that must be unchanged when the commit is applied."""

    kind: Literal["create", "replace", "check", "put", "delete", "merge"]
    collection: str
    id: str
    data: Mapping[str, Any] = field(default_factory=dict)
    seen: Document | None = None


@dataclass(frozen=True)
class Add:
    """A number to add to the field's value at the time of the commit."""

    amount: int


@dataclass(frozen=True)
class AtLeast:
    """Raises a field to this number, unless it is higher already."""

    value: int


class ServerTime:
    """The time at which the store applies the commit."""


class Removed:
    """In a merge: the document has that field no more, and so no entry in an index with it."""


@dataclass
class Batch:
    """Changes of one tenant that happen together or not at all. Once it is committed, `written` has
    the documents that it created or replaced, as a read at that moment would give them, without
    those that the store itself computed a part of."""

    writes: list[Write] = field(default_factory=list)
    written: dict[tuple[str, str], Document] = field(default_factory=dict)

    def create(self, collection: str, id: str, data: Mapping[str, Any]) -> None:
        """Creates a document, which must not exist yet."""
        self.writes.append(Write("create", collection, id, data))

    def replace(self, seen: Document, data: Mapping[str, Any]) -> None:
        """Replaces the document if nobody changed it since it was read; removes fields not in
        `data`."""
        self.writes.append(Write("replace", seen.collection, seen.id, data, seen))

    def check(self, seen: Document) -> None:
        """Adds only a condition: nobody changed the document since it was read."""
        self.writes.append(Write("check", seen.collection, seen.id, {}, seen))

    def put(self, collection: str, id: str, data: Mapping[str, Any]) -> None:
        """Writes a document, whether or not it exists."""
        self.writes.append(Write("put", collection, id, data))

    def merge(
        self, collection: str, id: str, data: Mapping[str, Any], seen: Document | None = None
    ) -> None:
        """Writes some fields of a document, creates it if missing; takes `Add`, `AtLeast` and
        `Removed`. With `seen`, provided that nobody changed it."""
        self.writes.append(Write("merge", collection, id, data, seen))

    def delete(self, collection: str, id: str, seen: Document | None = None) -> None:
        """Deletes a document; with `seen`, provided that nobody changed it."""
        self.writes.append(Write("delete", collection, id, {}, seen))

    def note_written(self, tenant_id: str, update_times: Sequence[Any]) -> None:
        """Notes that the batch was committed, with the store's version of each write."""
        for write, update_time in zip(self.writes, update_times, strict=True):
            if write.kind in ("create", "replace") and not _has_sentinel(write.data):
                place = write.collection, write.id
                self.written[place] = Document(*place, tenant_id, write.data, update_time)


def _has_sentinel(data: Mapping[str, Any]) -> bool:
    return any(isinstance(each, Add | AtLeast | ServerTime | Removed) for each in data.values())


class LostRace(AssentError):
    """A document of the decision changed, or the same commit was applied before: decide again."""

    code = "version_conflict"
    title = "Another change was committed first"
    http_status = 409
    retriable = True
