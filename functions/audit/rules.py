"""How entries are chained, and where a chain is broken."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

GENESIS = "0" * 64


@dataclass(frozen=True)
class Head:
    """What the database says was appended last."""

    number: int
    hash: str


@dataclass(frozen=True)
class Entry:
    """One link: `body` is the canonical text that was hashed, never anything parsed from it."""

    tenant_id: str
    number: int
    event_id: str
    body: str
    previous_hash: str
    hash: str


def link_hash(*, previous: str, tenant_id: str, number: int, event_id: str, body: str) -> str:
    """Lower-case hex SHA-256 over the five, separated by line feeds, of which an event's id and a
    canonical body have none; the database computes the same when it appends."""
    text = "\n".join((previous, tenant_id, str(number), event_id, body))
    return hashlib.sha256(text.encode()).hexdigest()


def first_broken(entries: Iterable[Entry], head: Head | None = None) -> int | None:
    """The number of the first entry of one tenant that is not as it was appended, or None.
    `entries` come in order from the first; a missing one breaks the chain at its place. Only with
    `head` is it seen that the last are missing, or that the very last was replaced, hash and all.
    """
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
