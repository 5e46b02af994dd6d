"""Checkpoints: signed statements of how far a chain has come, kept apart from it."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import quote

from joserfc.jwk import KeySet, OKPKey

from shared.audit_log.notes import (
    TreeHead,
    checkpoint_text,
    open_note,
    read_checkpoint,
    sign_note,
)
from shared.kit.errors import SignatureInvalid


@dataclass(frozen=True)
class StoredCheckpoint:
    """A stored checkpoint: the number of the last entry that it covers, which it is filed under,
    and the signed note."""

    number: int
    note: str


def log_name(project: str, tenant_id: str) -> str:
    """The name of a tenant's log, in its checkpoints and of its key: no other log has it, and it
    has neither a space nor a plus."""
    return f"assent-audit/{project}/{quote(tenant_id, safe='@:')}"


def signed_checkpoint(log: str, number: int, root: bytes, key: OKPKey) -> StoredCheckpoint:
    """The checkpoint of a log with that many entries, signed and to be stored."""
    return StoredCheckpoint(
        number, sign_note(checkpoint_text(TreeHead(log, number, root)), log, key)
    )


def opened(stored: StoredCheckpoint, log: str, keys: KeySet) -> TreeHead:
    """The checkpoint, if one of `keys` signed it for this log and this number: a copy of an older
    one, or of another tenant's, is refused. Raises SignatureInvalid."""
    head = read_checkpoint(open_note(stored.note, log, keys))
    if (head.origin, head.size) != (log, stored.number):
        raise SignatureInvalid(
            f"the checkpoint filed as entry {stored.number} of {log} is of entry {head.size} of"
            f" {head.origin}"
        )
    return head


def all_opened(stored: Iterable[StoredCheckpoint], log: str, keys: KeySet) -> list[TreeHead]:
    """The checkpoints in the order of their numbers. Raises SignatureInvalid."""
    return sorted((opened(each, log, keys) for each in stored), key=lambda each: each.size)
