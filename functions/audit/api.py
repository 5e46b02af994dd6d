"""HTTP in, HTTP out: a tenant's entries, its newest checkpoint, and proofs."""

from typing import Annotated

from fastapi import Query

from functions.audit.aggregates import RUN
from functions.audit.proving import prove, show_checkpoint
from functions.audit.rules.readers import refuse_reader
from functions.audit.searching import search
from functions.audit.views import AuditCheckpoint, AuditEntryPage, AuditProofs
from shared.kit.callers import Caller
from shared.runtime.routes import Cursor, Limit, Router

__all__ = ["ROUTER", "RUN"]

ROUTER = Router(prefix="/v1/audit", tag="audit", read=("audit:read",), write=("audit:write",))

Sought = Annotated[str | None, Query(max_length=200)]
# No log has so many entries.
Number = Annotated[int | None, Query(ge=1, lt=1 << 53)]


@ROUTER.get("/entries")
async def list_entries(
    caller: Caller,
    actor: Sought = None,
    action: Sought = None,
    subject: Sought = None,
    since: Annotated[str | None, Query(alias="from", max_length=40)] = None,
    before: Annotated[str | None, Query(alias="to", max_length=40)] = None,
    limit: Limit = 25,
    cursor: Cursor = None,
) -> AuditEntryPage:
    """Lists entries, newest first: by their actor, action (an event's type) and subject, and from
    one time up to before another."""
    refuse_reader(caller.actor)
    return await search(
        caller,
        actor=actor,
        action=action,
        subject=subject,
        since=since,
        before=before,
        limit=limit,
        cursor=cursor,
    )


@ROUTER.get("/checkpoint")
async def get_checkpoint(caller: Caller) -> AuditCheckpoint:
    """Shows the newest checkpoint, a C2SP signed note, with the keys that verify it."""
    refuse_reader(caller.actor)
    return await show_checkpoint(caller.tenant_id)


@ROUTER.get("/proofs")
async def get_proofs(caller: Caller, entry: Number = None, from_size: Number = None) -> AuditProofs:
    """Proves that the newest checkpoint covers an entry, that it continues an earlier one, or
    both."""
    refuse_reader(caller.actor)
    return await prove(caller.tenant_id, entry, from_size)
