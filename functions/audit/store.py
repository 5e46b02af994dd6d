"""The audit log in PostgreSQL, and its checkpoints in Firestore."""

from collections.abc import AsyncIterator, Sequence

from functions.audit.rules.chain import GENESIS, Entry, Head
from functions.audit.rules.checkpoints import Kept
from functions.audit.rules.evidence import entry_body
from shared.messaging.envelope import Envelope
from shared.messaging.log import tenants_of_log
from shared.storage.batches import Batch, Document, LostRace
from shared.storage.firestore import TenantStore
from shared.storage.postgres import platform_transaction, tenant_transaction

CHECKPOINTS = "audit_checkpoints"
READ_AT_ONCE = 500


async def append(event: Envelope) -> None:
    """Appends the event to its tenant's chain; an event that is in the chain already stays in its
    place. Raises Unavailable."""
    body = entry_body(event.attributes(), event.data)
    async with tenant_transaction(event.tenantid) as connection:
        await connection.execute(
            "SELECT append_audit_entry(%s, %s, %s)", (event.tenantid, event.id, body)
        )


async def read_entries(tenant_id: str, up_to: int) -> AsyncIterator[Entry]:
    """A tenant's entries from the first to number `up_to`, some hundred at a time. Raises
    Unavailable."""
    after = 0
    while after < up_to:
        async with tenant_transaction(tenant_id) as connection:
            rows = await connection.execute(
                "SELECT tenant_id, number, event_id, body, previous_hash, hash FROM audit_entries"
                " WHERE number > %s AND number <= %s"
                " ORDER BY number LIMIT %s",
                (after, up_to, READ_AT_ONCE),
            )
            entries = [Entry(*row) for row in await rows.fetchall()]
        for entry in entries:
            yield entry
        if len(entries) < READ_AT_ONCE:
            return
        after = entries[-1].number


async def entries_of(tenant_id: str, event_ids: Sequence[str]) -> dict[str, Entry]:
    """The entries of some events, by the event's id. Raises Unavailable."""
    async with tenant_transaction(tenant_id) as connection:
        rows = await connection.execute(
            "SELECT tenant_id, number, event_id, body, previous_hash, hash FROM audit_entries"
            " WHERE event_id = ANY(%s)",
            (list(event_ids),),
        )
        return {entry.event_id: entry for entry in (Entry(*row) for row in await rows.fetchall())}


async def read_head(tenant_id: str) -> Head:
    """A tenant's last entry, which the appending function stores beside the entries. Raises
    Unavailable."""
    return (await read_head_and_hash(tenant_id, 0))[0]


async def read_head_and_hash(tenant_id: str, number: int) -> tuple[Head, str | None]:
    """The head, and the hash of entry `number` where there is one. Raises Unavailable."""
    async with tenant_transaction(tenant_id) as connection:
        rows = await connection.execute("SELECT number, hash, covered FROM audit_heads")
        head = await rows.fetchone()
        rows = await connection.execute(
            "SELECT hash FROM audit_entries WHERE number = %s", (number,)
        )
        entry = await rows.fetchone()
    return Head(*head) if head else Head(0, GENESIS), entry[0] if entry else None


async def uncovered_tenants(limit: int) -> list[str]:
    """Up to `limit` tenants with entries that no checkpoint covers, the longest uncovered first.
    Raises Unavailable."""
    async with platform_transaction() as connection:
        rows = await connection.execute(
            "SELECT tenant_id FROM audit_heads WHERE number > covered"
            " ORDER BY covered_at NULLS FIRST, tenant_id LIMIT %s",
            (limit,),
        )
        return [tenant_id for (tenant_id,) in await rows.fetchall()]


async def note_covered(tenant_id: str, number: int) -> None:
    """Notes beside the chain that a checkpoint covers the entries up to `number`. Raises
    Unavailable."""
    async with tenant_transaction(tenant_id) as connection:
        await connection.execute("SELECT cover_audit_entries(%s, %s)", (tenant_id, number))


async def newest_checkpoint(tenant_id: str) -> Kept | None:
    """The stored checkpoint of the highest number. One read. Raises Unavailable."""
    page = await TenantStore(tenant_id).find(
        CHECKPOINTS, order_by="number", descending=True, limit=1
    )
    return _kept(page.items[0]) if page.items else None


async def read_checkpoints(tenant_id: str) -> list[Kept]:
    """Every stored checkpoint of a tenant. Raises Unavailable."""
    return [_kept(each) async for each in TenantStore(tenant_id).find_all(CHECKPOINTS)]


async def store_checkpoint(tenant_id: str, checkpoint: Kept) -> None:
    """Stores a checkpoint, create-only: one that is there already stays. Raises Unavailable."""
    batch = Batch()
    fields = {"number": checkpoint.number, "signature": checkpoint.signature}
    batch.create(CHECKPOINTS, f"{checkpoint.number:020}", fields)
    try:
        await TenantStore(tenant_id).commit(batch)
    except LostRace:
        # Of an earlier run that ended before it noted what it covers.
        return


async def audited_tenants() -> list[str]:
    """Every tenant with an event in the log or an entry of it: also one whose rows are all gone.
    Raises Unavailable."""
    async with platform_transaction() as connection:
        rows = await connection.execute("SELECT tenant_id FROM audit_heads")
        chained = [tenant_id for (tenant_id,) in await rows.fetchall()]
    return sorted({*chained, *await tenants_of_log()})


def _kept(document: Document) -> Kept:
    # By its name, which says what was stored first, and not by a field beside it.
    return Kept(int(document.id), document.data["signature"])
