"""Lookups that found nothing are worth knowing: somebody may be trying other tenants' ids."""

import hashlib
from datetime import datetime, timedelta

from pydantic import BaseModel

from shared.kit.callers import Caller
from shared.kit.ids import derive_id
from shared.messaging.changes import Change
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import Recorder
from shared.storage.firestore import LostRace, TenantStore

PER_MINUTE = 20


async def report_miss(outbox: Outbox, caller: Caller, data: BaseModel) -> None:
    """Records `data` (a LookupMissed event) as a story of its own, at most about twenty a minute
    and principal: each falls into one of twenty slots of its minute, and a taken slot says
    nothing. No counter, no memory of an instance. Raises Unavailable."""
    noun = data.event_type.split(".")[1]  # type: ignore[attr-defined]
    minute = caller.received_at.replace(second=0, microsecond=0)
    recorder = Recorder.for_command(function=outbox.noun, caller=caller, latest=None)
    subject = f"{noun}/{derive_id('mis', minute, caller.principal, _slot(data))}"
    event = recorder.record(subject=subject, sequence=1, data=data)
    change = Change()
    change.create("lookup_misses", subject.partition("/")[2], {"expire_at": _expiry(minute)})
    change.record(event)
    try:
        await outbox.commit(TenantStore(caller.tenant_id), change, now=caller.received_at)
    except LostRace:
        return


def _slot(data: BaseModel) -> str:
    digest = hashlib.sha256(data.model_dump_json(exclude={"asked_at"}).encode()).digest()
    return str(digest[0] % PER_MINUTE)


def _expiry(minute: datetime) -> datetime:
    return minute + timedelta(days=1)
