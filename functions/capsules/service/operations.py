"""The operations that there are where a capsule lies: read as a plan is compiled or rehearsed."""

from collections.abc import Iterable

from shared.aggregates.command import Command
from shared.connectors import OWN, Operations, connectors_named, read_connectors


async def known_operations(work: Command, named: Iterable[str]) -> Operations:
    """Assent's own operations, and those of the connectors that these are of. One round trip where
    there are such. Raises Unavailable."""
    names = connectors_named(named)
    if not names:
        return OWN
    return Operations(await read_connectors(work.store, names, work.workspace_id))
