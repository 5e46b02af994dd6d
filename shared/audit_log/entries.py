"""The entries of a tenant's audit log, and how they are hashed. Pure."""

import hashlib
from dataclasses import dataclass

GENESIS = "0" * 64


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
    place = place_of(previous=previous, tenant_id=tenant_id, number=number, event_id=event_id)
    return hashlib.sha256(f"{place}\n{body}".encode()).hexdigest()


def place_of(*, previous: str, tenant_id: str, number: int, event_id: str) -> str:
    """What is hashed before a body: the entry's place in its chain."""
    return "\n".join((previous, tenant_id, str(number), event_id))
