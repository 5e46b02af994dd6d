"""How entries are chained, and how a broken chain is found."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

GENESIS = "0" * 64


@dataclass(frozen=True)
class Head:
    """The entry that was appended last, according to the database."""

    number: int
    hash: str


@dataclass(frozen=True)
class Entry:
    """One link: `body` is the canonical text that was hashed, never a parsed value."""

    tenant_id: str
    number: int
    event_id: str
    body: str
    previous_hash: str
    hash: str


def link_hash(*, previous: str, tenant_id: str, number: int, event_id: str, body: str) -> str:
    """Lower-case hex SHA-256 over the five values, separated by line feeds, which neither an
    event's id nor a canonical body contains; the database computes the same when it appends."""
    text = "\n".join((previous, tenant_id, str(number), event_id, body))
    return hashlib.sha256(text.encode()).hexdigest()


def first_broken(entries: Iterable[Entry], head: Head | None = None) -> int | None:
    """The number of the first entry of one tenant that differs from what was appended, or None.
    `entries` come in order from the first; a missing entry breaks the chain at its place. Only
    `head` shows that the last entries are missing, or the last one and its hash were replaced."""
    previous = GENESIS
    expected = 0
    for expected, entry in enumerate(entries, start=1):
        link = link_hash(
            previous=previous,
            tenant_id=entry.tenant_id,
            number=expected,
            event_id=entry.event_id,
            body=entry.body,
        )
        if (entry.number, entry.previous_hash, entry.hash) != (expected, previous, link):
            return expected
        previous = entry.hash
    if head is None or (head.number, head.hash) == (expected, previous):
        return None
    return expected + 1 if expected < head.number else expected
