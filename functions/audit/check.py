"""Checks one tenant's chain against what is kept apart from it: its checkpoints, and the log."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

from functions.audit import store
from functions.audit.rules.chain import Broken, Head, Verification
from functions.audit.rules.evidence import NO_EVIDENCE, is_body_of
from functions.audit.rules.receipts import REPORT, receipt_entries
from shared.audit_log.nodes import read_nodes
from shared.audit_log.notes import TreeHead
from shared.audit_log.opening import open_checkpoints
from shared.audit_log.stored_checkpoints import read_checkpoints
from shared.audit_log.tree import is_stored
from shared.kit import clock
from shared.kit.errors import Invalid, SignatureInvalid
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, logged_event
from shared.storage.firestore import TenantStore

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
    stored = await read_checkpoints(tenant_id)
    last = await store.read_head(tenant_id)
    try:
        checkpoints, found = await open_checkpoints(tenant_id, stored), list[str]()
    except SignatureInvalid as refusal:
        checkpoints, found = [], [f"a checkpoint is forged: {refusal.detail}"]
    if not found:
        head = Head(last.number, last.hash, covered=known)
        broken = await _first_broken(tenant_id, head, checkpoints)
        found = [] if broken is None else [f"entry {broken.number}: {broken.why}"]
    if with_log:
        found += [each async for each in _compare_with_log(tenant_id)]
    covered = checkpoints[-1].size if checkpoints else 0
    return Checked(tenant_id, last.number, len(stored), covered, tuple(found))


async def _first_broken(tenant_id: str, head: Head, checkpoints: list[TreeHead]) -> Broken | None:
    verification = Verification(checkpoints)
    compared, broken = 0, None
    async for entry in store.read_entries(tenant_id, head.number):
        broken = verification.follow(entry)
        if broken is None and entry.number % store.READ_AT_ONCE == 0:
            if verification.is_in_doubt:
                continue
            broken = await _beside(tenant_id, compared, entry.number, checkpoints, verification)
            compared = entry.number
        if broken is not None:
            break
    else:
        broken = verification.end(head)
    if broken is None:
        broken = await _beside(tenant_id, compared, head.number, checkpoints, verification)
    elif broken.number > compared:
        broken = await _misfiled(tenant_id, compared, broken.number - 1) or broken
    if broken is not None:
        return broken
    unknown = await store.first_after_head(tenant_id)
    return Broken(unknown, "it was added: the head does not know it") if unknown else None


async def _beside(
    tenant_id: str,
    after: int,
    up_to: int,
    checkpoints: list[TreeHead],
    verification: Verification,
) -> Broken | None:
    """What the database keeps beside these entries, and does not follow from them."""
    misfiled = await _misfiled(tenant_id, after, up_to)
    if misfiled is not None:
        return misfiled
    covered = checkpoints[-1].size if checkpoints else 0
    whole = {
        node: hash
        for node, hash in verification.nodes.items()
        if is_stored(node) and (node.place + 1) << node.level <= covered
    }
    verification.nodes.clear()
    stored = await read_nodes(tenant_id, whole)
    unlike = sorted(node.place << node.level for node in whole if stored.get(node) != whole[node])
    return Broken(unlike[0] + 1, "the tree has another hash from it on") if unlike else None


async def _misfiled(tenant_id: str, after: int, up_to: int) -> Broken | None:
    number = await store.first_misfiled(tenant_id, after, up_to)
    why = "searches find it by other attributes than it has"
    return Broken(number, why) if number is not None else None


async def _compare_with_log(tenant_id: str) -> AsyncIterator[str]:
    """A sentence for each event of the log whose entry is missing or is about something else."""
    until = clock.now() - ON_ITS_WAY
    async for events in _evidence(tenant_id):
        for event in events:
            if event.type in REPORT:
                async for each in _compare_receipts(event, is_due=event.time <= until):
                    yield each
        entries = await store.entries_of(tenant_id, [event.id for event in events])
        for event in events:
            entry = entries.get(event.id)
            if entry is None and event.time <= until:
                yield f"event {event.id} ({event.type}) has no entry"
            elif entry is not None and not is_body_of(entry.body, event.attributes(), event.data):
                yield f"entry {entry.number}: it is not what the log says of event {event.id}"


async def _compare_receipts(event: Envelope, *, is_due: bool) -> AsyncIterator[str]:
    """A sentence for each receipt in the event whose entry is missing or has another statement."""
    try:
        expected = receipt_entries(event.attributes(), event.data)
    except (ValueError, Invalid):
        yield f"event {event.id} ({event.type}) reports a receipt that is none"
        return
    ids = [each.event_id for each in expected]
    entries = await store.entries_of(event.tenantid, ids) if ids else {}
    for each in expected:
        entry = entries.get(each.event_id)
        if entry is None and is_due:
            yield f"receipt {each.event_id} of event {event.id} has no entry"
        elif entry is not None and entry.body != each.body:
            yield f"entry {entry.number}: it is not what event {event.id} says of {each.event_id}"


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
