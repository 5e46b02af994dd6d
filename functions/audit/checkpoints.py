"""Covers new entries by checkpoints: each hour one for every tenant that has some."""

import asyncio
import logging

from functions.audit import store
from functions.audit.rules.chain import lost_since
from shared.audit_log.checkpoints import (
    StoredCheckpoint,
    signed_checkpoint,
)
from shared.audit_log.nodes import read_nodes
from shared.audit_log.opening import ChainBroken, log_of, open_checkpoints
from shared.audit_log.stored_checkpoints import newest_checkpoint, store_checkpoint
from shared.audit_log.tree import (
    GrowingTree,
    Node,
    inclusion,
    is_stored,
    leaf_hash,
    peaks,
    root_with,
)
from shared.kit.errors import SignatureInvalid
from shared.messaging.envelope import Envelope
from shared.storage.buckets import Bucket
from shared.storage.secrets import signing_key

SIGNING_KEY = "audit-signing-key"
BUCKET_KEY = "audit-bucket-key"
BUCKET = Bucket("audit-checkpoints", BUCKET_KEY)
# What an instance covers well within the time of one request; the next run continues.
MOST_TENANTS = 2_000
AT_ONCE = 8

_log = logging.getLogger(__name__)


async def cover_new_entries(schedule: Envelope) -> None:
    """Signs and stores one checkpoint for each tenant with entries that none covers, those that
    wait longest first. A tenant that fails does not stop the others; the first failure is raised at
    the end. Raises Unavailable, ChainBroken."""
    waiting = await store.uncovered_tenants(MOST_TENANTS)
    free = asyncio.Semaphore(AT_ONCE)

    async def one(tenant_id: str) -> None:
        async with free:
            await cover(tenant_id)

    outcomes = await asyncio.gather(*map(one, waiting), return_exceptions=True)
    failures = [each for each in outcomes if isinstance(each, BaseException)]
    for failure in failures:
        _log.error("entries of the audit log were not covered", exc_info=failure)
    if failures:
        raise failures[0]


async def cover(tenant_id: str) -> StoredCheckpoint | None:
    """Covers a tenant's entries up to the last one, unless the chain contradicts the newest
    checkpoint: to sign what replaced it would hide that. Publishes the checkpoint in the bucket,
    and returns it; None where there is no entry. Raises ChainBroken, Unavailable."""
    newest = await newest_checkpoint(tenant_id)
    tree = await _covered_tree(tenant_id, newest) if newest else GrowingTree()
    head = await store.read_head(tenant_id)
    if tree.size < head.number:
        await _grow(tenant_id, tree, head.number)
        key = await signing_key(SIGNING_KEY)
        newest = signed_checkpoint(log_of(tenant_id), tree.size, tree.root, key)
        await store_checkpoint(tenant_id, newest)
    if newest is not None:
        await BUCKET.put_once(f"{log_of(tenant_id)}/{newest.number:020}", newest.note.encode())
        await store.note_covered(tenant_id, newest.number)
    return newest


async def _covered_tree(tenant_id: str, newest: StoredCheckpoint) -> GrowingTree:
    """The tree under the newest checkpoint, made of what the database has now."""
    try:
        (head,) = await open_checkpoints(tenant_id, [newest])
    except SignatureInvalid as error:
        raise ChainBroken(f"{tenant_id}: {error.detail}") from error
    # Above the last entry too: a chain that somebody appended anew has another one there.
    last, proof = Node(0, head.size - 1), inclusion(head.size - 1, head.size)
    wanted = {last, *proof.needs(), *peaks(head.size)}
    hashes = await read_nodes(tenant_id, wanted)
    tree = GrowingTree(head.size, hashes) if wanted <= hashes.keys() else None
    lost = lost_since(head, tree.root if tree else None)
    if lost is None:
        found = root_with(hashes[last], last.place, head.size, proof.path(hashes))
        lost = lost_since(head, found)
    if lost is not None or tree is None:
        raise ChainBroken(f"{tenant_id}: {lost.why if lost else head}")
    return tree


async def _grow(tenant_id: str, tree: GrowingTree, up_to: int) -> None:
    """Adds the entries up to number `up_to`, and stores the nodes that become whole."""
    async for hashes in store.read_hashes(tenant_id, tree.size, up_to):
        whole = [node for each in hashes for node in tree.add(leaf_hash(each))]
        await store.store_nodes(tenant_id, [each for each in whole if is_stored(each[0])])
    if tree.size != up_to:
        raise ChainBroken(f"{tenant_id}: entry {tree.size + 1}: it is missing")
