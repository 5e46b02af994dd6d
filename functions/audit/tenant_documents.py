"""Gathers a tenant's own documents for an export of everything. It reads them from the event log,
which has all that happened, and reads the states of other functions only for RECORDS."""

import json
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from functions.audit.rules.documents import (
    File,
    Filing,
    Newest,
    content_line,
    event_line,
    record_line,
    thing_line,
)
from shared.messaging.contents import all_contents
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, decision_in, logged_event
from shared.storage.batches import Document
from shared.storage.firestore import READ_AT_ONCE, TenantStore
from shared.storage.subject_keys import opened

# What `runs` and `tools` keep without an event: what steps gave and models answered, and what was
# called.
RECORDS = ("run_steps", "run_turns", "invocations")


async def documents_of(tenant_id: str, at: datetime) -> AsyncIterator[File]:
    """The files, in their order: `events` has every event by its id, with what people wrote in it
    opened; `collections/<noun>` each thing as the newest of these events shows it, and
    `collections/run_steps` and the other RECORDS what runs gave and called; `contents` the texts
     that events name by their hashes. What is committed meanwhile may be missing, but no
    content that an event here names is. Raises SealBroken, ContentInvalid, Unavailable."""
    store, newest = TenantStore(tenant_id), Newest()
    async for file in _filed("events", _events(store, newest, at)):
        yield file
    for noun, ids in newest.by_noun():
        async for file in _filed(f"collections/{noun}", _things(store, ids, at)):
            yield file
    for collection in RECORDS:
        async for file in _filed(f"collections/{collection}", _records(store, collection)):
            yield file
    async for file in _filed("contents", _contents(store)):
        yield file


async def _filed(folder: str, lines: AsyncIterator[bytes]) -> AsyncIterator[File]:
    filing = Filing(folder)
    async for line in lines:
        if (file := filing.add(line)) is not None:
            yield file
    if (file := filing.end()) is not None:
        yield file


async def _events(store: TenantStore, newest: Newest, at: datetime) -> AsyncIterator[bytes]:
    async for entry in store.find_all(EVENT_LOG):
        event = _event(entry, at)
        if event is None:
            continue
        newest.note(event.subject, event.sequence, event.id)
        decided = decision_in(entry.data)
        data = await opened(store.tenant_id, event.data, in_json=True)
        yield event_line(event.attributes(), data, decided.record if decided else None)


async def _things(store: TenantStore, ids: Sequence[str], at: datetime) -> AsyncIterator[bytes]:
    for first in range(0, len(ids), READ_AT_ONCE):
        some = [(EVENT_LOG, each) for each in ids[first : first + READ_AT_ONCE]]
        for entry in await store.get_many(some):
            event = _event(entry, at) if entry is not None else None
            if event is not None:
                data = await opened(store.tenant_id, event.data, in_json=True)
                yield thing_line(event.attributes(), data)


async def _records(store: TenantStore, collection: str) -> AsyncIterator[bytes]:
    async for document in store.find_all(collection):
        state = json.dumps(json.loads(document.data["state"]), ensure_ascii=False)
        yield record_line(document.id, await opened(store.tenant_id, state, in_json=True))


async def _contents(store: TenantStore) -> AsyncIterator[bytes]:
    async for content in all_contents(store):
        yield content_line(content)


def _event(entry: Document, at: datetime) -> Envelope | None:
    """The event in an entry; None in a document that is no event of this tenant's."""
    try:
        event = logged_event(entry.data, at)
        # What is sealed is found where JSON does not escape it.
        data = json.dumps(json.loads(event.data), ensure_ascii=False)
    except (KeyError, ValueError, RecursionError):
        return None
    is_its_own = (event.tenantid, event.id) == (entry.tenant_id, entry.id)
    return event.but(data=data) if is_its_own else None
