"""Finds a receipt, and examines it before anything is signed of it."""

from typing import NamedTuple

from functions.audit import store
from functions.audit.aggregates import RUN
from functions.audit.rules.examination import (
    Linked,
    ReceiptCheck,
    check_chain,
    check_entry,
    check_inclusion,
)
from functions.audit.rules.receipts import Recorded
from shared.audit_log.entries import Entry
from shared.audit_log.nodes import read_nodes
from shared.audit_log.notes import TreeHead
from shared.audit_log.opening import ChainBroken, open_checkpoints
from shared.audit_log.stored_checkpoints import newest_checkpoint
from shared.audit_log.tree import inclusion
from shared.kit.callers import Caller
from shared.kit.errors import NotFound, SignatureInvalid
from shared.kit.ids import is_id
from shared.messaging.misses import report_miss


class Cover(NamedTuple):
    """A checkpoint that covers an entry, its note as it was signed, and the proof of it."""

    head: TreeHead
    note: str
    path: list[bytes]


class Examined(NamedTuple):
    """What was found: the entry, what it says, and each check; `cover` where a checkpoint covers
    it, by all that the database has."""

    entry: Entry
    recorded: Recorded | None
    checks: tuple[ReceiptCheck, ...]
    cover: Cover | None

    def whole(self) -> Recorded:
        """What the entry says. Raises ChainBroken where anything of it was tampered with."""
        broken = [each.detail for each in self.checks if each.result == "tampered"]
        if broken or self.recorded is None:
            raise ChainBroken(f"{self.entry.tenant_id}: {'; '.join(broken)}")
        return self.recorded


async def examine(caller: Caller, receipt_id: str) -> Examined:
    """The receipt with every check of it. Raises NotFound where the caller's token opens none of
    that id, Unavailable."""
    linked = await _find(caller, receipt_id)
    of_entry, recorded = check_entry(linked.entry)
    of_inclusion, cover = await _cover(caller.tenant_id, linked.entry)
    checks = (of_entry, check_chain(linked), of_inclusion)
    return Examined(linked.entry, recorded, checks, cover)


async def _find(caller: Caller, receipt_id: str) -> Linked:
    if is_id("rct", receipt_id):
        linked = await store.read_link(caller.tenant_id, receipt_id)
        if linked is not None and caller.sees(linked.workspace_id):
            return linked
        await report_miss(RUN.outbox, caller, receipt_id)
    raise NotFound(f"there is no receipt {receipt_id[:40]!r}")


async def _cover(tenant_id: str, entry: Entry) -> tuple[ReceiptCheck, Cover | None]:
    stored = await newest_checkpoint(tenant_id)
    if stored is None:
        return check_inclusion(entry, None, None), None
    try:
        (head,) = await open_checkpoints(tenant_id, [stored])
    except SignatureInvalid as error:
        forged = ReceiptCheck(part="inclusion", result="tampered", detail=f"forged: {error.detail}")
        return forged, None
    if head.size < entry.number:
        return check_inclusion(entry, head, None), None
    proof = inclusion(entry.number - 1, head.size)
    hashes = await read_nodes(tenant_id, proof.needs())
    path = proof.path(hashes) if proof.needs() <= hashes.keys() else None
    check = check_inclusion(entry, head, path)
    if path is None or check.result != "holds":
        return check, None
    return check, Cover(head, stored.note, path)
