"""A tenant's chain: what appends to it, covers it, looks at it, and tampers with it."""

import asyncio
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import dropwhile
from typing import Any

import psycopg

from functions.audit.appender import append
from functions.audit.check import Checked, check
from functions.audit.checkpoints import cover
from functions.audit.rules.chain import Broken, Head, Verification
from functions.audit.store import read_entries, read_head
from shared.audit_log.entries import Entry
from shared.audit_log.notes import TreeHead
from shared.kit.digests import load_key_ring, new_key_ring
from shared.kit.ids import derive_id
from shared.messaging.changes import Change
from shared.messaging.envelope import Envelope
from shared.storage.firestore import TenantStore

RING = load_key_ring(new_key_ring("agents"))
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


def event(tenant: str, number: int, text: str = "x", **changes: Any) -> Envelope:
    """A lookup that missed; the same for the same arguments."""
    id = derive_id("evt", AT, tenant, str(number))
    values = {
        "id": id,
        "type": "assent.lookup.missed.v1",
        "source": "//assent/agents",
        "subject": "lookup/mis_1",
        "time": AT,
        "tenantid": tenant,
        "actorid": "somebody",
        "correlationid": id,
        "causationid": id,
        "sequence": 1,
        "data": json.dumps({"id": text}),
        "received_at": AT,
    }
    return Envelope.model_validate({**values, **changes})


async def entries_of(tenant: str) -> list[Entry]:
    """All of the chain, up to its head."""
    return [each async for each in read_entries(tenant, (await read_head(tenant)).number)]


async def broken_at(tenant: str) -> Broken | None:
    """What the chain and its head show, without any checkpoint."""
    return first_broken(await entries_of(tenant), replace(await read_head(tenant), covered=0))


def first_broken(
    entries: Iterable[Entry], head: Head | None = None, checkpoints: Sequence[TreeHead] = ()
) -> Broken | None:
    """The first entry of one tenant that differs from what was appended, or None. `entries` come
    in order from the first; a missing entry breaks the chain at its place. Only the `head` and the
    `checkpoints` show that the last entries are missing, and only the checkpoints that the head is
    gone with them, or that entries were hashed anew."""
    verification = Verification(checkpoints)
    found = dropwhile(lambda broken: broken is None, map(verification.follow, entries))
    return next(found, None) or verification.end(head)


@dataclass(frozen=True)
class Chain:
    """`owner` is the address of the database for the role that owns the tables."""

    tenant: str
    owner: str

    async def append(self, *numbers: int, logged: bool = False, **changes: Any) -> None:
        """Appends one event for each number, in groups; in the log too, if it is `logged`."""
        events = [event(self.tenant, number, **changes) for number in numbers]
        for each in events if logged else ():
            change = Change()
            change.record(each)
            change.seal(RING)
            await TenantStore(self.tenant).commit(change)
        await asyncio.gather(*map(append, events))

    async def cover(self) -> None:
        await cover(self.tenant)

    async def check(self, *, with_log: bool = False) -> Checked:
        return await check(self.tenant, with_log=with_log)

    async def tamper(self, *statements: str) -> None:
        """As the owner, past every policy."""
        async with await psycopg.AsyncConnection.connect(self.owner) as owner:
            for statement in statements:
                await owner.execute(statement.format(tenant=f"tenant_id = '{self.tenant}'"))

    async def hash_anew(self, number: int) -> None:
        """Alters an entry and recomputes every hash after it, the head's too: all that the database
        knows agrees."""
        before = await entries_of(self.tenant)
        head = await read_head(self.tenant)
        await self.tamper("DELETE FROM audit_entries WHERE {tenant}")
        await self.tamper("DELETE FROM audit_heads WHERE {tenant}")
        for entry in before:
            altered = event(self.tenant, entry.number, "another text")
            await append(altered if entry.number == number else event(self.tenant, entry.number))
        await self.tamper(f"UPDATE audit_heads SET covered = {head.covered} WHERE {{tenant}}")
