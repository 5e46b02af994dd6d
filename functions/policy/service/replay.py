"""Decides past decisions again: those that allowed commands, and the answers of the API."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple

from functions.policy.aggregates import DECISIONS
from functions.policy.rules.replay import UNREADABLE, Past, Replay, Replaying
from functions.policy.service.sources import read_draft
from shared.kit.callers import Caller
from shared.kit.errors import FieldError, Invalid
from shared.kit.instants import format_instant
from shared.kit.parsing import refused_cursor
from shared.messaging.log import EVENT_LOG, decision_in
from shared.policy.slices import SliceKey, opened, read_slices, slice_key
from shared.storage.batches import Document
from shared.storage.firestore import TenantStore

# In one call; the answer's cursor goes on.
MOST_REPLAYED = 5_000
_PAGE = 200


class _Source(NamedTuple):
    """Where decisions lie, in the order of a time."""

    name: str
    collection: str
    time: str
    select: tuple[str, ...]
    read: Callable[[Document, SliceKey | None], Past]


def _allowed(entry: Document, key: SliceKey | None) -> Past:
    data = {**entry.data, "id": entry.id, "tenantid": entry.tenant_id}
    decided = decision_in(data)
    beside = None
    if decided is not None and decided.slice and key is not None:
        beside = opened(key, decided.slice, about=entry.id)
    return Past.allowed(data, beside)


def _asked(document: Document, key: SliceKey | None) -> Past:
    return Past.asked(document.data["state"])


# Each function's commands have their records in the log; the answers are this function's own.
_OF_ENTRIES = ("time", "actorid", "decision", "decision_slice")
SOURCES = (
    _Source("commands", EVENT_LOG, "decided_at", _OF_ENTRIES, _allowed),
    _Source("answers", DECISIONS.collection, "at", ("state",), _asked),
)


async def replay(
    caller: Caller, policy_id: str, since: datetime, until: datetime, cursor: str | None
) -> Replay:
    """Up to five thousand decisions of that time, decided again as if the version were published:
    first those about commands, then the answers, each newest first. Raises NotFound, PolicyInvalid,
    ContentErased, SealBroken, Unavailable, and Invalid for a cursor that is not one of ours, or for
    a time that ends before it begins."""
    if until < since:
        raise Invalid(FieldError("to", "must not be before `from`"))
    waiting, place = _begun(cursor)
    draft = await read_draft(caller, policy_id)
    replaying = Replaying(await asyncio.to_thread(draft.prepared))
    store = TenantStore(caller.tenant_id)
    key = await slice_key(store)
    for _ in range(MOST_REPLAYED // _PAGE):
        source = waiting[0]
        page = await store.find_page(
            source.collection,
            select=source.select,
            order_by=(source.time,),
            where=[
                (source.time, ">=", format_instant(since)),
                (source.time, "<", format_instant(until)),
            ],
            limit=_PAGE,
            cursor=place,
        )
        decisions = await asyncio.to_thread(_read, source, page.items, key)
        slices = await read_slices(store, key, replaying.missing(decisions))
        await asyncio.to_thread(replaying.add, decisions, slices)
        place = page.next_cursor
        if place is None:
            waiting = waiting[1:]
        if not waiting:
            return replaying.result(None)
    return replaying.result(f"{waiting[0].name}.{place or ''}")


def _read(source: _Source, found: Sequence[Document], key: SliceKey | None) -> list[Past]:
    decisions = []
    for document in found:
        try:
            decisions.append(source.read(document, key))
        except (KeyError, TypeError, ValueError):
            decisions.append(UNREADABLE)
    return decisions


def _begun(cursor: str | None) -> tuple[tuple[_Source, ...], str | None]:
    """The sources that are not done, and the place in the first of them."""
    if cursor is None:
        return SOURCES, None
    name, _, place = cursor.partition(".")
    names = [each.name for each in SOURCES]
    if name not in names:
        raise refused_cursor()
    return SOURCES[names.index(name) :], place or None
