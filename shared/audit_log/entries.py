"""The entries of a tenant's audit log, and how they are hashed. Pure."""

import hashlib
from dataclasses import dataclass

from shared.kit.models import Data

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


class EntryProof(Data):
    """An entry of the log with all that verifies it without us: `body` is its text, `proof` shows
    that a checkpoint covers it (C2SP tlog-proof), and its `extra` is what is hashed before the
    text: the previous hash, the tenant, the number and the id, with a line feed between each two;
    `keys` are the verifier keys of the log."""

    body: str
    proof: str
    keys: tuple[str, ...]


def link_hash(*, previous: str, tenant_id: str, number: int, event_id: str, body: str) -> str:
    """Lower-case hex SHA-256 over the five values, separated by line feeds, which neither an
    event's id nor a canonical body contains; the database computes the same when it appends."""
    place = place_of(previous=previous, tenant_id=tenant_id, number=number, event_id=event_id)
    return hashlib.sha256(f"{place}\n{body}".encode()).hexdigest()


def place_of(*, previous: str, tenant_id: str, number: int, event_id: str) -> str:
    """What is hashed before a body: the entry's place in its chain."""
    return "\n".join((previous, tenant_id, str(number), event_id))
