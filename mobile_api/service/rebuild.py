"""Rebuilds the projection from the first event on (docs/domain.md, invariant 8)."""

import asyncio
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from pydantic import ValidationError

from events.registry import published_types
from mobile_api.rules.counters import counter_changes
from mobile_api.rules.documents import Fields, Key
from mobile_api.rules.projection import apply, steps_of
from mobile_api.service.project import fact_of
from mobile_api.store import COUNTED, Seen, read_projection, write_document
from shared.kit.canonical import canonical_json, content_hash
from shared.kit.errors import Invalid, Unavailable
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, authentic_event, digest_of
from shared.storage.batches import Batch, Document, LostRace
from shared.storage.firestore import TenantStore
from shared.storage.secrets import log_keys

ROUNDS = 12
FIRST_PAUSE_SECONDS = 0.05
LONGEST_PAUSE_SECONDS = 2.0
# A commit holds at most 500 writes and 10 MiB.
MOST_WRITES = 400
MOST_BYTES = 4_000_000

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Rebuilt:
    """The result of a rebuild. `refused` entries of the log were not committed by the function that
    they name. Digests are SHA-256 over every document's canonical JSON."""

    tenant_id: str
    events: int
    refused: int
    documents: int
    digest_before: str
    digest_after: str
    written: int


async def rebuild(tenant_id: str, *, now: datetime, write: bool = True) -> Rebuilt:
    """Applies the rules of the live projection to the tenant's whole log and replaces the documents
    that differ. Events that arrive meanwhile are not lost: the documents that they change are read
    again.

    Projects an event of the log that was not delivered yet, and the later delivery then notifies
    nobody. An entry counts only if its digest verifies, so whoever runs this must be able to read
    the log keys of all functions, which no function can. Raises Unavailable."""
    store = TenantStore(tenant_id)
    for turn in range(ROUNDS):
        # Documents before the log: the log then contains every event that made them.
        seen = await read_projection(store)
        events, refused, wanted = await _fold(store, now)
        before = {key: document.data for key, document in seen.items()}
        differing = [key for key in {**before, **wanted} if before.get(key) != wanted.get(key)]
        try:
            if write:
                await _replace(store, seen, wanted, differing)
        except LostRace:
            await asyncio.sleep(min(LONGEST_PAUSE_SECONDS, FIRST_PAUSE_SECONDS * 2**turn))
            continue
        return Rebuilt(
            tenant_id=tenant_id,
            events=events,
            refused=refused,
            documents=len(wanted),
            digest_before=digest(before),
            digest_after=digest(wanted),
            written=len(differing),
        )
    raise Unavailable(f"{tenant_id} changes too fast to be rebuilt now")


def digest(documents: Mapping[Key, Fields]) -> str:
    """The same for the same documents in any order."""
    return content_hash([[*key, dict(documents[key])] for key in sorted(documents)])


async def _fold(store: TenantStore, now: datetime) -> tuple[int, int, dict[Key, Fields]]:
    documents: dict[Key, Fields] = {}
    events = refused = 0
    async for entry in store.find_all(EVENT_LOG):
        events += 1
        event = await _committed(entry, now)
        if event is None:
            refused += 1
            _log.warning("entry %r was not committed by the function that it names", entry.id)
            continue
        try:
            fact = fact_of(event)
            documents |= apply(steps_of(fact), documents) if fact else {}
        except (ValidationError, Invalid) as refusal:
            # The live projection dead-lettered it.
            _log.warning("%s cannot be read: %s", entry.id, type(refusal).__name__)
    return events, refused, {**documents, **counter_changes({}, documents)}


async def _committed(entry: Document, now: datetime) -> Envelope | None:
    """The event in the entry, if the function that it names as its source committed it."""
    function = str(entry.data.get("source", "")).removeprefix("//assent/")
    if function not in _publishers():
        return None
    keys = await log_keys(function, to_verify=[digest_of(entry)])
    return authentic_event(entry, keys, now, also_retired=True)


@cache
def _publishers() -> frozenset[str]:
    return frozenset(published_types())


async def _replace(
    store: TenantStore, seen: Seen, wanted: Mapping[Key, Fields], differing: list[Key]
) -> None:
    # Counters last: every concurrent live commit changes one of them, and this commit loses that
    # race.
    ordered = sorted(differing, key=lambda key: (key[0] in COUNTED, key))
    batch, size = Batch(), 0
    for key in ordered:
        fields = wanted.get(key)
        size += len(canonical_json(dict(fields or {})))
        if batch.writes and (len(batch.writes) >= MOST_WRITES or size > MOST_BYTES):
            await store.commit(batch)
            batch, size = Batch(), 0
        if fields is None:
            batch.delete(*key, seen[key])
        else:
            write_document(batch, key, seen, fields)
    if batch.writes:
        await store.commit(batch)
