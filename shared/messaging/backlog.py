"""What is overdue in one collection of all tenants, handed out so that no tenant waits for another
and nothing that fails is in the way of the rest."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import zip_longest

from shared.kit.instants import format_instant, parse_instant
from shared.messaging.log import EVENT_LOG
from shared.storage.batches import Batch, Document
from shared.storage.encoding import Condition
from shared.storage.firestore import TenantStore
from shared.storage.platform_store import PlatformStore

# Younger documents belong to a process that is still at work on them.
GRACE = timedelta(seconds=30)
# What failed is set aside for the first of these, for twice as long each time, at most the last.
FIRST_PAUSE = timedelta(seconds=30)
LONGEST_PAUSE = timedelta(minutes=30)
# What the first look at what is overdue takes of one tenant; each further look takes twice as many.
SHARE = 50
READ_AT_ONCE = 300
# How many of a function's waiting events are read to tell whether some are late.
LOOKED_AT = 8
# Turns at once, beside the one for what failed before.
WORKERS = 6

# By tenant, the oldest first.
Overdue = dict[str, list[Document]]
Act = Callable[[Sequence[Document]], Awaitable[None]]


class Backlog:
    """The documents of `collection` that match `where` and whose `sweep_at` is past; they are read
    with the fields in `select`. Each turn is for at most `at_once` documents of one tenant."""

    def __init__(
        self,
        collection: str,
        *,
        select: Iterable[str],
        where: Iterable[Condition] = (),
        at_once: int = 1,
    ) -> None:
        self._collection = collection
        self._where = tuple(where)
        self._select = (*select, "sweep_at", "sweeps")
        self._at_once = at_once
        self._place: Document | None = None

    async def work_off(self, now: datetime, until: float, act: Act) -> Sequence[Exception]:
        """Calls `act` for one tenant after the other, first for those with the fewest documents,
        with each one's oldest first, until nothing is overdue or the monotonic clock shows `until`.
        One query where nothing is overdue.

        `act` has to change each document, or to `set_aside` it. Where it raises an error, the
        tenant's other documents are left for the next sweep. Returns these errors; raises
        Unavailable where the collection cannot be read."""
        failures: dict[str, Exception] = {}
        share = SHARE
        while True:
            fresh, retried, is_all = await self._look(now, until, share, failures.keys())
            turns, again = self._in_turn(fresh), self._in_turn(retried)
            # What fails may end the process. What died with it has its next turn apart from it.
            lanes = [*[turns] * WORKERS, again]
            await asyncio.gather(*(_work(lane, until, act, failures) for lane in lanes))
            if is_all or time.monotonic() >= until:
                return list(failures.values())
            share *= 2

    async def _look(
        self, now: datetime, until: float, share: int, without: Iterable[str]
    ) -> tuple[Overdue, Overdue, bool]:
        """The oldest overdue documents of each tenant, at most `share` that were never set aside
        and `share` that were, and whether these are all.

        Reads past what a tenant has beyond its share, so that it hides nobody, but for half of the
        time that is left at most; the next look begins where this one ended."""
        began = time.monotonic()
        fresh: Overdue = {}
        retried: Overdue = {}
        is_all = self._place is None
        where = [*self._where, ("sweep_at", "<=", format_instant(now - GRACE))]
        while True:
            page = await PlatformStore().find(
                self._collection,
                where=where,
                order_by="sweep_at",
                limit=READ_AT_ONCE,
                after=self._place,
                select=self._select,
            )
            for document in page:
                if document.tenant_id in without:
                    continue
                kind = retried if document.data.get("sweeps") else fresh
                held = kind.setdefault(document.tenant_id, [])
                if len(held) < share:
                    held.append(document)
                else:
                    is_all = False
            self._place = page[-1] if len(page) == READ_AT_ONCE else None
            if self._place is None:
                return fresh, retried, is_all
            if time.monotonic() > (began + until) / 2:
                return fresh, retried, False

    def _in_turn(self, overdue: Overdue) -> Iterator[Sequence[Document]]:
        fewest_first = sorted(overdue.values(), key=len)
        for turns in zip_longest(*(self._turns(documents) for documents in fewest_first)):
            yield from (turn for turn in turns if turn)

    def _turns(self, documents: Sequence[Document]) -> Iterator[Sequence[Document]]:
        for first in range(0, len(documents), self._at_once):
            yield documents[first : first + self._at_once]


async def late_events(function: str, now: datetime) -> list[datetime]:
    """When each event was committed that the function should have published by now, of the
    LOOKED_AT that its sweep has next; those that failed before, too. Raises Unavailable."""
    entries = await PlatformStore().find(
        EVENT_LOG,
        where=[("unpublished", "==", True), ("source", "==", f"//assent/{function}")],
        order_by="sweep_at",
        limit=LOOKED_AT,
        select=("time",),
    )
    times = (_committed_at(each) for each in entries)
    return [each for each in times if each is not None and each <= now - GRACE]


def _committed_at(entry: Document) -> datetime | None:
    """None in an entry that cannot be read, which the next sweep refuses."""
    try:
        return parse_instant(entry.data["time"])
    except (KeyError, TypeError, ValueError):
        return None


async def set_aside(document: Document, now: datetime) -> None:
    """Keeps the sweep away from the document for a pause that doubles each time, from half a minute
    to half an hour, so that it stays behind others; its next state ends that. Makes no document
    longer that has `sweeps` already, so it works on the longest too.

    Raises LostRace if somebody changed the document since it was read, Unavailable."""
    sweeps = document.data.get("sweeps") or 0
    pause = min(FIRST_PAUSE * 2 ** min(sweeps, 10), LONGEST_PAUSE)
    aside = {"sweep_at": format_instant(now - GRACE + pause), "sweeps": sweeps + 1}
    batch = Batch()
    batch.merge(document.collection, document.id, aside, seen=document)
    await TenantStore(document.tenant_id).commit(batch)


async def _work(
    turns: Iterator[Sequence[Document]],
    until: float,
    act: Act,
    failures: dict[str, Exception],
) -> None:
    for turn in turns:
        if time.monotonic() >= until:
            return
        tenant_id = turn[0].tenant_id
        if tenant_id in failures:
            continue
        try:
            await act(turn)
        except Exception as error:  # noqa: BLE001 - returned; the other tenants go on
            failures[tenant_id] = error
