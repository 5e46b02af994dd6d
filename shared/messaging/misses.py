"""Records lookups that found nothing: a caller may be trying other tenants' ids."""

from shared.kit.bookkeeping import LookupMissed
from shared.kit.callers import Caller
from shared.messaging.outbox import Outbox
from shared.messaging.rates import Rate, record_at_most
from shared.messaging.recorder import Recorder

PER_MINUTE = 20
RATE = Rate(noun="lookup", prefix="mis", collection="lookup_misses", per_minute=PER_MINUTE)


async def report_miss(outbox: Outbox, caller: Caller, id: str) -> None:
    """Records a lookup of `id` that found nothing, with a correlation of its own, up to twenty
    times a minute and principal. Raises Unavailable."""
    who = caller.impersonator or caller.principal
    within, at = caller.workspace_id, caller.received_at
    recorder = Recorder(outbox.noun, caller.tenant_id, who, at, workspace_id=within)
    data = LookupMissed(
        function=outbox.noun,
        id=id,
        principal=caller.principal,
        asked_at=caller.received_at,
        impersonator=caller.impersonator,
    )
    await record_at_most(RATE, outbox, recorder, caller.principal, data)
