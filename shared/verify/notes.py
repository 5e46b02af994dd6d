"""Signed notes and the checkpoints in them (https://c2sp.org/signed-note, tlog-checkpoint)."""

import base64
import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_ED25519 = b"\x01"
_DASH = "\u2014 "


class Forged(Exception):
    """A note or a key is not what it should be."""


class Key(NamedTuple):
    """A verifier key: `text` is `name+id+key`, as it is published."""

    text: str
    name: str
    id: bytes
    public: bytes


class Checkpoint(NamedTuple):
    """How many leaves the log had, and the root of their tree."""

    log: str
    size: int
    root: bytes


def read_key(text: str) -> Key:
    """The key in `name+id+key`. Raises Forged for another text."""
    try:
        name, id, encoded = text.split("+", 2)
        typed = base64.b64decode(encoded, validate=True)
        expected = hashlib.sha256(name.encode() + b"\n" + typed).digest()[:4]
        if typed[:1] != _ED25519 or len(typed) != 33 or bytes.fromhex(id) != expected:
            raise ValueError("no Ed25519 key of that id")
    except ValueError as error:
        raise Forged(f"{text[:200]!r} is no verifier key") from error
    return Key(text, name, expected, typed[1:])


def open_note(note: bytes, keys: Sequence[Key]) -> tuple[str, Key]:
    """The text of the note, and which of the keys signed it. Raises Forged unless the note has
    exactly one signature, by one of them."""
    try:
        text, _, signatures = note.decode().rpartition("\n\n")
        if not signatures.startswith(_DASH) or not signatures.endswith("\n"):
            raise ValueError("no signature")
        name, encoded = signatures[len(_DASH) : -1].split(" ")
        raw = base64.b64decode(encoded, validate=True)
        if base64.b64encode(raw).decode() != encoded:
            raise ValueError("another spelling of the same signature")
        text += "\n"
        for key in keys:
            if (key.name, key.id) == (name, raw[:4]):
                Ed25519PublicKey.from_public_bytes(key.public).verify(raw[4:], text.encode())
                return text, key
    except (ValueError, InvalidSignature) as error:
        raise Forged("its signature does not verify") from error
    raise Forged("none of the keys signed it")


def read_checkpoint(text: str) -> Checkpoint:
    """The checkpoint in the text of a note. Raises Forged for another text."""
    try:
        log, size, root, end = text.split("\n")
        found = Checkpoint(log, int(size), base64.b64decode(root, validate=True))
    except ValueError as error:
        raise Forged("it is no checkpoint") from error
    written = f"{log}\n{found.size}\n{base64.b64encode(found.root).decode()}\n"
    if end or written != text or len(found.root) != 32 or found.size < 0:
        raise Forged("it is no checkpoint")
    return found
