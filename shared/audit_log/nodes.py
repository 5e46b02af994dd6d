"""The stored nodes of a tenant's Merkle tree, in PostgreSQL."""

from collections.abc import Iterable

from shared.audit_log.tree import Node, below, leaf_hash, made_of
from shared.storage.postgres import tenant_transaction


async def read_nodes(tenant_id: str, wanted: Iterable[Node]) -> dict[Node, bytes]:
    """The hashes of these nodes of the tenant's tree, without those that the database lacks a part
    of. Raises Unavailable."""
    wanted = tuple(wanted)
    parts = {part for node in wanted for part in below(node)}
    leaves = [part.place + 1 for part in parts if part.level == 0]
    inner = [part for part in parts if part.level]
    async with tenant_transaction(tenant_id) as connection:
        rows = await connection.execute(
            "SELECT level, index, hash FROM audit_nodes"
            " WHERE (level, index) IN (SELECT * FROM unnest(%s::smallint[], %s::bigint[]))",
            ([each.level for each in inner], [each.place for each in inner]),
        )
        stored = {Node(level, index): hash for level, index, hash in await rows.fetchall()}
        rows = await connection.execute(
            "SELECT number, hash FROM audit_entries WHERE number = ANY(%s)", (leaves,)
        )
        stored |= {Node(0, number - 1): leaf_hash(hash) for number, hash in await rows.fetchall()}
    return {node: made_of(stored, node) for node in wanted if stored.keys() >= set(below(node))}
