"""The audit log in PostgreSQL."""

from functions.audit.rules import GENESIS, Entry, Head
from shared.kit.canonical import canonical_json
from shared.messaging.envelope import Envelope
from shared.storage.postgres import tenant_transaction


async def append(event: Envelope) -> None:
    """Appends the event to its tenant's chain; an event that is in the chain already stays in its
    place. Raises Unavailable."""
    body = canonical_json({**event.attributes(), "data": event.data}).decode()
    async with tenant_transaction(event.tenantid) as connection:
        await connection.execute(
            "SELECT append_audit_entry(%s, %s, %s)", (event.tenantid, event.id, body)
        )


async def read_chain(tenant_id: str) -> list[Entry]:
    """A tenant's entries from the first on. Raises Unavailable."""
    async with tenant_transaction(tenant_id) as connection:
        rows = await connection.execute(
            "SELECT tenant_id, number, event_id, body, previous_hash, hash"
            " FROM audit_entries ORDER BY number"
        )
        return [Entry(*row) for row in await rows.fetchall()]


async def read_head(tenant_id: str) -> Head:
    """The number and the hash of a tenant's last entry, which the appending function stores beside
    the entries. Raises Unavailable."""
    async with tenant_transaction(tenant_id) as connection:
        rows = await connection.execute("SELECT number, hash FROM audit_heads")
        row = await rows.fetchone()
        return Head(*row) if row else Head(0, GENESIS)
