"""Checks one tenant's chain against what is kept apart from it: its checkpoints, and the log."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from functions.audit import store
from functions.audit.checkpoints import PUBLIC_KEYS
from functions.audit.rules.chain import Broken, Head, Verification
from functions.audit.rules.checkpoints import Checkpoint, all_opened
from functions.audit.rules.evidence import NO_EVIDENCE, is_body_of
from shared.kit import clock
from shared.kit.errors import SignatureInvalid
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, logged_event
from shared.storage.firestore import TenantStore
from shared.storage.secrets import public_keys

# Younger events may still be on their way.
ON_ITS_WAY = timedelta(minutes=10)


@dataclass(frozen=True)
class Checked:
    """What was found. `covered` is the last entry that a checkpoint covers; `broken` says in
    sentences what is not as it was appended, and is empty for a whole chain."""

    tenant_id: str
    entries: int
    checkpoints: int
    covered: int
    broken: tuple[str, ...]


async def check(tenant_id: str, *, with_log: bool = False) -> Checked:
    """Verifies the chain as it is now; what is appended meanwhile is left to the next time. Raises
    Unavailable."""
    # In this order: each checkpoint that the first head knows of is among those read, and each
    # entry that one covers is not after the second head.
    known = (await store.read_head(tenant_id)).covered
    stored = await store.read_checkpoints(tenant_id)
    last = await store.read_head(tenant_id)
    keys = await public_keys(PUBLIC_KEYS, to_verify=[each.signature for each in stored])
    try:
        checkpoints, found = all_opened(stored, tenant_id, keys), []
    except SignatureInvalid as refusal:
        checkpoints, found = [], [f"a checkpoint is forged: {refusal.detail}"]
    if not found:
        head = Head(last.number, last.hash, covered=known)
        broken = await _first_broken(tenant_id, head, checkpoints)
        found = [] if broken is None else [f"entry {broken.number}: {broken.why}"]
    if with_log:
        found += [each async for each in _unlike_the_log(tenant_id)]
    covered = checkpoints[-1].number if checkpoints else 0
    return Checked(tenant_id, last.number, len(stored), covered, tuple(found))


async def _first_broken(tenant_id: str, head: Head, checkpoints: list[Checkpoint]) -> Broken | None:
    verification = Verification(checkpoints)
    async for entry in store.read_entries(tenant_id, head.number):
        broken = verification.follow(entry)
        if broken is not None:
            return broken
    return verification.end(head)


async def _unlike_the_log(tenant_id: str) -> AsyncIterator[str]:
    """A sentence for each event of the log whose entry is missing or is about something else."""
    until = clock.now() - ON_ITS_WAY
    async for events in _evidence(tenant_id):
        entries = await store.entries_of(tenant_id, [event.id for event in events])
        for event in events:
            entry = entries.get(event.id)
            if entry is None and event.time <= until:
                yield f"event {event.id} ({event.type}) has no entry"
            elif entry is not None and not is_body_of(entry.body, event.attributes(), event.data):
                yield f"entry {entry.number}: it is not what the log says of event {event.id}"


async def _evidence(tenant_id: str) -> AsyncIterator[list[Envelope]]:
    """The log's events that get an entry, some at a time."""
    batch: list[Envelope] = []
    async for document in TenantStore(tenant_id).find_all(EVENT_LOG):
        if document.data["type"] not in NO_EVIDENCE:
            batch.append(logged_event(document.data, clock.now()))
        if len(batch) == store.READ_AT_ONCE:
            yield batch
            batch = []
    yield batch
