"""The archive of an export: a tar file whose bytes follow from entries and signatures alone.

`shared.verify` reads it, and shares no code with this module: what either gets wrong, the other
refuses."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from joserfc.jwk import KeySet, OKPKey

from functions.audit.rules.documents import File
from shared.audit_log.checkpoints import StoredCheckpoint
from shared.audit_log.entries import Entry
from shared.audit_log.notes import ed25519, sign_note, verifier_key
from shared.audit_log.tree import leaf_hash
from shared.kit.canonical import canonical_json
from shared.kit.instants import format_instant

FORMAT = "assent-archive/1"
# Entries in each of its files.
SEGMENT = 1_000
_BLOCK = 512


class Archive:
    """One archive as it is written. Each method gives the next bytes of it."""

    def __init__(self) -> None:
        self.entries = 0
        self._files: list[dict[str, Any]] = []

    def segment(self, entries: Sequence[Entry]) -> bytes:
        """The lines and the leaves of the next entries: SEGMENT of them, or at the end those that
        are left."""
        number = self.entries // SEGMENT + 1
        self.entries += len(entries)
        lines = b"".join(map(_line, entries))
        leaves = b"".join(leaf_hash(each.hash) for each in entries)
        return self._file(f"entries/{number:08}.jsonl", lines) + self._file(
            f"tree/{number:08}", leaves
        )

    def document(self, file: File) -> bytes:
        """One more file, after the last entries."""
        return self._file(file.name, file.content)

    def end(
        self,
        *,
        tenant_id: str,
        log: str,
        checkpoint: StoredCheckpoint,
        at: datetime,
        keys: KeySet,
        key: OKPKey,
    ) -> bytes:
        """The checkpoint of exactly the entries that were added, the manifest, and its signature by
        `key`, which is one of the public `keys`."""
        written = self._file("checkpoint", checkpoint.note.encode())
        manifest = canonical_json(
            {
                "format": FORMAT,
                "log": log,
                "tenant_id": tenant_id,
                "entries": self.entries,
                "made_at": format_instant(at),
                "keys": [verifier_key(log, each) for each in ed25519(keys)],
                "files": self._files,
            }
        )
        written += self._file("manifest.json", manifest)
        text = f"{FORMAT}\n{log}\n{hashlib.sha256(manifest).hexdigest()}\n"
        written += self._file("manifest.note", sign_note(text, log, key).encode())
        return written + bytes(2 * _BLOCK)

    def _file(self, name: str, content: bytes) -> bytes:
        sha256 = hashlib.sha256(content).hexdigest()
        self._files.append({"name": name, "bytes": len(content), "sha256": sha256})
        return _header(name, len(content)) + content + bytes(-len(content) % _BLOCK)


def _line(entry: Entry) -> bytes:
    """The entry as a line of JSON that has the body's text as it was hashed."""
    return (
        f'{{"tenant_id":{json.dumps(entry.tenant_id)},"number":{entry.number},'
        f'"event_id":{json.dumps(entry.event_id)},"previous_hash":"{entry.previous_hash}",'
        f'"hash":"{entry.hash}","body":{entry.body}}}\n'
    ).encode()


def _header(name: str, size: int) -> bytes:
    """A POSIX ustar header without an owner or a time."""
    unsigned = (
        name.encode().ljust(100, b"\0")
        + b"0000644\x000000000\x000000000\0"
        + b"%011o\x0000000000000\0" % size
        + b" " * 8
        + b"0".ljust(101, b"\0")
        + b"ustar\x0000"
    ).ljust(_BLOCK, b"\0")
    return unsigned[:148] + b"%06o\0 " % sum(unsigned) + unsigned[156:]
