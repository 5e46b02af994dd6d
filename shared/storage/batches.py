"""What one commit writes, as data: decided first, committed once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Document:
    """A document as it was read. `update_time` is the store's own version of it."""

    collection: str
    id: str
    tenant_id: str
    data: Mapping[str, Any]
    update_time: Any


@dataclass(frozen=True)
class Write:
    """One change. `seen` holds the document whose being unchanged is a condition of the commit."""

    kind: Literal["create", "replace", "check", "put", "delete", "merge"]
    collection: str
    id: str
    data: Mapping[str, Any] = field(default_factory=dict)
    seen: Document | None = None


@dataclass(frozen=True)
class Add:
    """A number to add to a field, whatever the field holds when the commit is applied."""

    amount: int


@dataclass(frozen=True)
class AtLeast:
    """A number a field is raised to, unless it is higher already."""

    value: int


class ServerTime:
    """The moment at which the store applies the commit."""


@dataclass
class Batch:
    """Changes of one tenant that happen together or not at all."""

    writes: list[Write] = field(default_factory=list)

    def create(self, collection: str, id: str, data: Mapping[str, Any]) -> None:
        """A document that must not exist yet."""
        self.writes.append(Write("create", collection, id, data))

    def replace(self, seen: Document, data: Mapping[str, Any]) -> None:
        """The whole document, provided that nobody changed it since it was read; a field that
        `data` lacks is gone."""
        self.writes.append(Write("replace", seen.collection, seen.id, data, seen))

    def check(self, seen: Document) -> None:
        """A condition only: nobody changed the document since it was read."""
        self.writes.append(Write("check", seen.collection, seen.id, {}, seen))

    def put(self, collection: str, id: str, data: Mapping[str, Any]) -> None:
        """A document, whether or not it exists."""
        self.writes.append(Write("put", collection, id, data))

    def merge(self, collection: str, id: str, data: Mapping[str, Any]) -> None:
        """Some fields of a document, created where missing; values may be `Add` and `AtLeast`."""
        self.writes.append(Write("merge", collection, id, data))

    def delete(self, collection: str, id: str, seen: Document | None = None) -> None:
        """No such document any more; with `seen`, provided that nobody changed it."""
        self.writes.append(Write("delete", collection, id, {}, seen))
