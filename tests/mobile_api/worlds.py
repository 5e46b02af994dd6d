"""A tenant whose events were committed to the log and delivered."""

import asyncio
from collections.abc import Iterable

from mobile_api.aggregates import RUN
from mobile_api.service.project import project_event
from shared.kit.operations import start_counting
from shared.messaging.changes import Change
from shared.messaging.contents import keep, read_contents
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG
from shared.messaging.outbox import Outbox
from shared.storage.batches import Batch, Document
from shared.storage.firestore import TenantStore
from shared.storage.secrets import log_keys
from tests.mobile_api.stories import CONTENTS, START


def in_tenant(event: Envelope, tenant: str) -> Envelope:
    return event.model_copy(update={"tenantid": tenant})


async def log(tenant: str, events: Iterable[Envelope]) -> list[Envelope]:
    """Commits the events to the tenant's log, as their functions would, with what they name."""
    told = [in_tenant(event, tenant) for event in events]
    store = TenantStore(tenant)
    stored = (await read_contents(store, [each.hash for each in CONTENTS])).present
    batch = Batch()
    for content in CONTENTS:
        if content.hash not in stored:
            keep(batch, content, START, "amira")
    await store.commit(batch)
    for event in told:
        change = Change()
        change.record(event)
        change.seal(await log_keys(event.source.removeprefix("//assent/")))
        await TenantStore(tenant).commit(change)
    return told


async def deliver(events: Iterable[Envelope]) -> None:
    for event in events:
        await project_event(RUN.outbox, event)


async def deliver_at_once(events: Iterable[Envelope]) -> None:
    await asyncio.gather(*(project_event(RUN.outbox, event) for event in events))


async def happen(tenant: str, *events: Envelope) -> None:
    """Logged, then delivered in order."""
    await deliver(await log(tenant, events))


async def operations_of(event: Envelope) -> dict[str, int]:
    """What projecting the event costs a process that has seen nothing before."""
    counts = start_counting()
    await project_event(Outbox(RUN.function), event)
    return counts


async def commits_for(event: Envelope) -> int:
    return (await operations_of(event))["firestore-commits"]


async def recorded(tenant: str, type: str) -> list[Document]:
    """The entries of that type in the tenant's log."""
    page = await TenantStore(tenant).find(EVENT_LOG, where=[("type", "==", type)], limit=500)
    return page.items
