"""The proof that a checkpoint covers an entry of the audit log, with the entry's own text."""

from typing import Any

from shared.audit_log.entries import EntryProof, link_hash, place_of
from shared.audit_log.nodes import read_nodes
from shared.audit_log.notes import TreeHead, written_proof
from shared.audit_log.opening import ChainBroken, newest_head, verifier_keys
from shared.audit_log.tree import inclusion, leaf_hash, root_with
from shared.storage.postgres import tenant_transaction

_ENTRY = "SELECT number, event_id, body, previous_hash FROM audit_entries WHERE tenant_id = %s AND "
_OF_EVENT = f"{_ENTRY}event_id = %s"
_FIRST_ABOUT = f"{_ENTRY}action = %s AND subject = %s ORDER BY at, number LIMIT 1"


async def prove_event(tenant_id: str, event_id: str) -> EntryProof | None:
    """The entry of that event or receipt with its proof; None where there is none, or none that a
    checkpoint covers yet. Raises ChainBroken where it is not what was covered, Unavailable."""
    return await _prove(tenant_id, _OF_EVENT, event_id)


async def prove_first(tenant_id: str, action: str, subject: str) -> EntryProof | None:
    """The same of the first entry of that action about that subject."""
    return await _prove(tenant_id, _FIRST_ABOUT, action, subject)


async def _prove(tenant_id: str, statement: str, *sought: str) -> EntryProof | None:
    async with tenant_transaction(tenant_id) as connection:
        rows = await connection.execute(statement, (tenant_id, *sought))
        found = await rows.fetchone()
    newest = await newest_head(tenant_id) if found is not None else None
    if found is None or newest is None:
        return None
    stored, head = newest
    number, event_id, body, previous = found
    if head.size < number:
        return None
    named: Any = {
        "previous": previous,
        "tenant_id": tenant_id,
        "number": number,
        "event_id": event_id,
    }
    path = await _path(tenant_id, number, link_hash(**named, body=body), head)
    return EntryProof(
        body=body,
        proof=written_proof(number - 1, path, stored.note, place_of(**named).encode()),
        keys=await verifier_keys(tenant_id),
    )


async def _path(tenant_id: str, number: int, link: str, head: TreeHead) -> list[bytes]:
    proof = inclusion(number - 1, head.size)
    hashes = await read_nodes(tenant_id, proof.needs())
    path = proof.path(hashes) if proof.needs() <= hashes.keys() else []
    if root_with(leaf_hash(link), number - 1, head.size, path) != head.root:
        raise ChainBroken(f"{tenant_id}: entry {number} is not the one that was covered")
    return path
