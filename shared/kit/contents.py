"""Contents: JSON values that events, states and lists name by their hash."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Self

from shared.kit.canonical import canonical_json, hash_of
from shared.kit.errors import ContentErased, ContentInvalid
from shared.kit.instants import format_instant


@dataclass(frozen=True)
class Content:
    """A JSON value as its canonical text, and that text's SHA-256. `stored_by` is who stored it
    first, of one that was read."""

    hash: str
    text: str
    stored_by: str | None = field(default=None, compare=False)

    @classmethod
    def of(cls, value: Any) -> Self:
        """The content of a JSON value. Raises Invalid where it has no canonical form."""
        canonical = canonical_json(value)
        return cls(hash_of(canonical), canonical.decode())

    @property
    def value(self) -> Any:
        """The JSON value."""
        return json.loads(self.text)


@dataclass(frozen=True)
class Tombstone:
    """What is left of an erased content."""

    hash: str
    erased_at: datetime


@dataclass(frozen=True)
class Contents:
    """Some contents of one tenant by their hash, with tombstones for the erased ones."""

    found: Mapping[str, Content | Tombstone]

    @property
    def present(self) -> tuple[str, ...]:
        """The hashes of those that are stored and not erased."""
        return tuple(hash for hash, each in self.found.items() if isinstance(each, Content))

    def get(self, hash: str) -> Content:
        """The content with that hash. Raises ContentErased, and ContentInvalid where nothing was
        stored under it."""
        content = self._of(hash)
        if isinstance(content, Tombstone):
            raise ContentErased(f"{hash} was erased at {format_instant(content.erased_at)}")
        return content

    def value(self, hash: str) -> Any:
        """The JSON value; raises as `get`."""
        return self.get(hash).value

    def stored_by(self, hash: str) -> str | None:
        """Who stored the content with that hash first; None where nobody did, or it was erased."""
        content = self.found.get(hash)
        return content.stored_by if isinstance(content, Content) else None

    def shown(self, hash: str) -> Any:
        """The JSON value, or None where it was erased. Raises ContentInvalid where nothing was
        stored under that hash."""
        content = self._of(hash)
        return None if isinstance(content, Tombstone) else content.value

    def erased_at(self, *hashes: str) -> datetime | None:
        """When the first of these contents was erased, or None."""
        found = (self.found.get(hash) for hash in hashes)
        return min((each.erased_at for each in found if isinstance(each, Tombstone)), default=None)

    def _of(self, hash: str) -> Content | Tombstone:
        if hash not in self.found:
            raise ContentInvalid(f"nothing is stored under {hash}")
        return self.found[hash]
