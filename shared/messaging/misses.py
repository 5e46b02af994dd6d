"""Records lookups that found nothing: a caller may be trying other tenants' ids."""

import random
from datetime import datetime, timedelta

from shared.kit.bookkeeping import LookupMissed
from shared.kit.callers import Caller
from shared.kit.ids import derive_id
from shared.messaging.changes import Change
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.storage.firestore import LostRace, TenantStore

PER_MINUTE = 20
COLLECTION = "lookup_misses"


async def report_miss(outbox: Outbox, caller: Caller, id: str) -> None:
    """Records a lookup of `id` that found nothing, with a correlation of its own, up to twenty
    times a minute and principal. Each record takes a free slot of its minute; when all slots are
    taken, nothing is recorded. Needs no counter and no memory of the process. Raises
    Unavailable."""
    store = TenantStore(caller.tenant_id)
    minute = caller.received_at.replace(second=0, microsecond=0)
    window = derive_id("mis", minute, caller.principal)
    if await store.count(COLLECTION, where=[("window", "==", window)]) >= PER_MINUTE:
        return
    first = random.randrange(PER_MINUTE)  # noqa: S311 - spreads contenders, no secret
    for slot in (*range(first, PER_MINUTE), *range(first)):
        change = _change(outbox, caller, id, minute, window, slot)
        try:
            await outbox.commit(store, change, now=caller.received_at)
        except LostRace:
            continue
        return


def _change(
    outbox: Outbox, caller: Caller, id: str, minute: datetime, window: str, slot: int
) -> Change:
    miss = derive_id("mis", minute, caller.principal, str(slot))
    recorder = Recorder.for_command(function=outbox.noun, caller=caller)
    data = LookupMissed(
        function=outbox.noun, id=id, principal=caller.principal, asked_at=caller.received_at
    )
    change = Change()
    change.create(COLLECTION, miss, {"window": window, "expire_at": minute + timedelta(days=1)})
    change.record(recorder.record(subject=f"lookup/{miss}", sequence=1, data=data))
    return change
