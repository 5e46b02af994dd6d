"""Records events that callers cause, up to a rate that no caller can exceed."""

import random
from collections import OrderedDict
from dataclasses import dataclass, replace
from datetime import timedelta

from shared.kit.ids import derive_id
from shared.kit.models import EventData
from shared.messaging.changes import Change
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.storage.batches import LostRace
from shared.storage.firestore import TenantStore

# Minutes that this process has seen full.
MOST_REMEMBERED = 4096


@dataclass(frozen=True)
class Rate:
    """At most `per_minute` events a minute of one tenant and one cause. The subject of each is
    `<noun>/<id>`, its id begins with `prefix`; its slot is a document of `collection`."""

    noun: str
    prefix: str
    collection: str
    per_minute: int


_full: OrderedDict[tuple[str, str], None] = OrderedDict()


async def record_at_most(
    rate: Rate, outbox: Outbox, recorder: Recorder, cause: str, data: EventData
) -> None:
    """Records the event in the log of the recorder's tenant, if the minute has a free slot of
    `cause`; otherwise nothing. Each record takes a slot, so no counter is needed. Once this process
    has seen a minute full, further ones of it cost nothing. Raises Unavailable."""
    store = TenantStore(recorder.tenant_id)
    minute = recorder.at.replace(second=0, microsecond=0)
    window = derive_id(rate.prefix, minute, cause)
    if (recorder.tenant_id, window) in _full:
        return
    taken = await store.count(rate.collection, where=[("window", "==", window)])
    if taken >= rate.per_minute:
        _remember(recorder.tenant_id, window)
        return
    first = random.randrange(rate.per_minute)  # noqa: S311 - spreads contenders, no secret
    for slot in (*range(first, rate.per_minute), *range(first)):
        id = derive_id(rate.prefix, minute, cause, str(slot))
        change = Change()
        change.create(
            rate.collection, id, {"window": window, "expire_at": minute + timedelta(days=1)}
        )
        subject = f"{rate.noun}/{id}"
        event = replace(recorder).record(
            subject=subject, sequence=1, data=data, workspace_id=recorder.workspace_id
        )
        change.record(event)
        try:
            await outbox.commit(store, change, now=recorder.at)
        except LostRace:
            continue
        return


def _remember(tenant_id: str, window: str) -> None:
    _full[tenant_id, window] = None
    if len(_full) > MOST_REMEMBERED:
        _full.popitem(last=False)
