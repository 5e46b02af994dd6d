"""What an entry of a receipt shows about itself, its neighbours, and the signed tree."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from functions.audit.rules.receipts import Recorded, recorded
from shared.audit_log.entries import Entry, link_hash
from shared.audit_log.notes import TreeHead
from shared.audit_log.tree import leaf_hash, root_with
from shared.kit.models import Data

Part = Literal["envelope", "entry", "chain", "inclusion"]
Result = Literal["holds", "tampered", "not_yet", "not_given"]


class ReceiptCheck(Data):
    """One check of a receipt: what was looked at, the result, and why."""

    part: Part
    result: Result
    detail: str


class Linked(NamedTuple):
    """An entry between its neighbours: the hash of the entry before it, and the one that the entry
    after it, or the head, says that it has; None where the database has neither. It is found in
    the workspace that the database files it under."""

    entry: Entry
    workspace_id: str | None
    before: str | None
    after: str | None


def check_entry(entry: Entry) -> tuple[ReceiptCheck, Recorded | None]:
    """Whether the entry's text is the statement that was hashed, and the receipt in it."""
    link = link_hash(
        previous=entry.previous_hash,
        tenant_id=entry.tenant_id,
        number=entry.number,
        event_id=entry.event_id,
        body=entry.body,
    )
    found = recorded(entry)
    if link != entry.hash:
        return _tampered(
            "entry", f"the hash of entry {entry.number} is not that of its text"
        ), found
    if found is None:
        why = f"entry {entry.number} is not the statement of {entry.event_id}"
        return _tampered("entry", why), None
    return _holds("entry", f"entry {entry.number} has the statement, and its hash is that"), found


def check_chain(linked: Linked) -> ReceiptCheck:
    """Whether the entry continues the one before it, and what follows continues the entry."""
    number = linked.entry.number
    if linked.before != linked.entry.previous_hash:
        return _tampered("chain", f"entry {number} does not continue the entry before it")
    if linked.after != linked.entry.hash:
        return _tampered("chain", f"what follows entry {number} does not continue it")
    return _holds("chain", f"entry {number} continues the one before, and is continued")


def check_inclusion(
    entry: Entry, head: TreeHead | None, path: Sequence[bytes] | None
) -> ReceiptCheck:
    """Whether the newest checkpoint covers the entry, by the proof that the database has; None
    where it lacks a part of it."""
    if head is None or head.size < entry.number:
        return ReceiptCheck(
            part="inclusion", result="not_yet", detail="no checkpoint covers it yet"
        )
    leaf = leaf_hash(entry.hash) if _is_hash(entry.hash) else b""
    root = None if path is None else root_with(leaf, entry.number - 1, head.size, path)
    if root != head.root:
        why = f"entry {entry.number} is not the one that the checkpoint of {head.size} covers"
        return _tampered("inclusion", why)
    return _holds("inclusion", f"the signed checkpoint of {head.size} entries covers it")


def check_envelope(is_same: bool, is_signed: bool) -> ReceiptCheck:
    """Whether an envelope that somebody has is of the same statement, and signed by this log."""
    if not is_same:
        return _tampered("envelope", "it has another statement than the log has of this receipt")
    if not is_signed:
        return _tampered("envelope", "no key of this log signed it")
    return _holds("envelope", "it has the statement of the log, and a key of this log signed it")


NO_ENVELOPE = ReceiptCheck(
    part="envelope", result="not_given", detail="send the envelope that you have to verify it"
)


def _holds(part: Part, why: str) -> ReceiptCheck:
    return ReceiptCheck(part=part, result="holds", detail=why)


def _tampered(part: Part, why: str) -> ReceiptCheck:
    return ReceiptCheck(part=part, result="tampered", detail=why)


def _is_hash(text: str) -> bool:
    return len(text) == 64 and not text.strip("0123456789abcdef")
