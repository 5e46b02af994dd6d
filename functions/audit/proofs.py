"""Proofs about a tenant's newest checkpoint."""

import base64
from collections.abc import Mapping, Sequence

from functions.audit import store
from functions.audit.aggregates import RUN
from functions.audit.views import AuditCheckpoint, AuditProofs, ConsistencyProof, InclusionProof
from shared.audit_log.nodes import read_nodes
from shared.audit_log.notes import TreeHead
from shared.audit_log.opening import ChainBroken, log_of, newest_head, verifier_keys
from shared.audit_log.tree import Node, consistency, inclusion, peaks, root_of, root_with
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid, NotFound, VersionConflict
from shared.messaging.misses import report_miss


async def show_checkpoint(tenant_id: str) -> AuditCheckpoint:
    """The newest checkpoint. Raises NotFound where there is none yet, ChainBroken where the stored
    one is none of ours, Unavailable."""
    return (await _newest(tenant_id))[0]


async def prove(caller: Caller, entry: int | None, from_size: int | None) -> AuditProofs:
    """The proofs about the newest checkpoint that are asked for. Raises Invalid where none is, or
    a size beyond the checkpoint; NotFound for an entry that is not there, and for one that the
    caller's token does not open, which is recorded; VersionConflict for one that no checkpoint
    covers yet; ChainBroken where the database has another tree than was signed; Unavailable."""
    if entry is None and from_size is None:
        raise Invalid(FieldError("entry", "name an entry by its number, or a from_size, or both"))
    tenant_id = caller.tenant_id
    if entry is not None and caller.workspace_id is not None:
        await _refuse_elsewhere(caller, caller.workspace_id, entry)
    shown, head = await _newest(tenant_id)
    await _refuse_uncovered(tenant_id, head, entry, from_size)
    wanted = set(peaks(head.size))
    if entry is not None:
        wanted |= {Node(0, entry - 1), *inclusion(entry - 1, head.size).needs()}
    if from_size is not None:
        wanted |= {*consistency(from_size, head.size).needs(), *peaks(from_size)}
    hashes = await read_nodes(tenant_id, wanted)
    if not wanted <= hashes.keys() or root_of(head.size, hashes) != head.root:
        raise ChainBroken(f"{tenant_id}: the tree is not the one that was signed")
    return AuditProofs(
        checkpoint=shown,
        inclusion=_inclusion(tenant_id, entry, head, hashes) if entry is not None else None,
        consistency=_consistency(from_size, head, hashes) if from_size is not None else None,
    )


async def _newest(tenant_id: str) -> tuple[AuditCheckpoint, TreeHead]:
    newest = await newest_head(tenant_id)
    if newest is None:
        raise NotFound("there is no checkpoint yet; one is signed each hour that has new entries")
    stored, head = newest
    shown = AuditCheckpoint(
        log=log_of(tenant_id),
        size=head.size,
        root=_base64(head.root),
        note=stored.note,
        keys=await verifier_keys(tenant_id),
    )
    return shown, head


async def _refuse_elsewhere(caller: Caller, workspace_id: str, entry: int) -> None:
    if not await store.is_of_workspace(caller.tenant_id, entry, workspace_id):
        await report_miss(RUN.outbox, caller, f"audit_entry/{entry}")
        raise _no_entry(entry)


def _no_entry(entry: int) -> NotFound:
    return NotFound(f"there is no entry {entry}")


async def _refuse_uncovered(
    tenant_id: str, head: TreeHead, entry: int | None, from_size: int | None
) -> None:
    if from_size is not None and from_size > head.size:
        message = f"may be at most {head.size}, the newest checkpoint's size"
        raise Invalid(FieldError("from_size", message))
    if entry is not None and entry > head.size:
        if entry > (await store.read_head(tenant_id)).number:
            raise _no_entry(entry)
        raise VersionConflict(
            f"entry {entry} has no proof yet: the newest checkpoint covers {head.size} entries,"
            " and the next one is signed within the hour"
        )


def _inclusion(
    tenant_id: str, entry: int, head: TreeHead, hashes: Mapping[Node, bytes]
) -> InclusionProof:
    leaf, index = hashes[Node(0, entry - 1)], entry - 1
    path = inclusion(index, head.size).path(hashes)
    if root_with(leaf, index, head.size, path) != head.root:
        raise ChainBroken(f"{tenant_id}: entry {entry} is not the one that was covered")
    return InclusionProof(entry=entry, index=index, leaf=_base64(leaf), path=_texts(path))


def _consistency(size: int, head: TreeHead, hashes: Mapping[Node, bytes]) -> ConsistencyProof:
    path = consistency(size, head.size).path(hashes)
    return ConsistencyProof(from_size=size, path=_texts(path))


def _texts(path: Sequence[bytes]) -> tuple[str, ...]:
    return tuple(map(_base64, path))


def _base64(hash: bytes) -> str:
    return base64.b64encode(hash).decode()
