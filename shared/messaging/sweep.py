"""The sweep: publishes events that were committed but not published, and fires overdue timers, so
that a crash loses nothing."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from shared.kit.errors import Unavailable
from shared.kit.instants import format_instant, parse_instant
from shared.messaging.backlog import Act, Backlog, set_aside
from shared.messaging.changes import Timer
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG
from shared.messaging.outbox import Outbox
from shared.messaging.pubsub import Unpublishable
from shared.messaging.timers import timer_event
from shared.storage.batches import Document, LostRace
from shared.storage.firestore import TenantStore

SWEEP_TYPE = "assent.sweep.due.v1"
# Together less than the 30 s that a manifest gives a request by default. A timer may wait for
# another service, which the slowest of our clients does for 20 s.
BUDGET_SECONDS = 8.0
LONGEST_TIMER_SECONDS = 21.0
# How many of one tenant's are in one request to Pub/Sub: an entry has up to a megabyte.
PUBLISHED_AT_ONCE = 12
# Several sweeps have failed to fire it; somebody must look.
PATIENCE = timedelta(minutes=5)

_log = logging.getLogger(__name__)


class Sweep:
    """One function's sweep. `timed` names the collections whose documents carry `next_timer_at`,
    `next_timer_type` and `sweep_at`, each with the noun of its subjects."""

    def __init__(
        self,
        outbox: Outbox,
        timed: dict[str, str],
        fire: Callable[[Envelope], Awaitable[None]],
        patience: timedelta = PATIENCE,
    ) -> None:
        self._outbox = outbox
        self._fire = fire
        self._patience = patience
        own = [("unpublished", "==", True), ("source", "==", f"//assent/{outbox.noun}")]
        self._unpublished = Backlog(EVENT_LOG, where=own, select=(), at_once=PUBLISHED_AT_ONCE)
        self._overdue = {
            noun: Backlog(collection, select=("next_timer_at", "next_timer_type"))
            for collection, noun in timed.items()
        }

    async def run(self, now: datetime) -> None:
        """Publishes stale entries and fires overdue timers of all tenants in turn, until none is
        left or 8 seconds have passed; the next sweep continues. What fails is set aside, and does
        not stop the others; the first failure is raised at the end."""
        until = time.monotonic() + BUDGET_SECONDS
        failures: list[BaseException] = []

        async def publish(entries: Sequence[Document]) -> None:
            failures.extend(await self._publish_stale(entries, now))

        def firing(noun: str) -> Act:
            async def fire(documents: Sequence[Document]) -> None:
                for document in documents:
                    failures.extend(await self._fire_overdue(document, noun, now))

            return fire

        ends = await asyncio.gather(
            self._unpublished.work_off(now, until, publish),
            *(each.work_off(now, until, firing(noun)) for noun, each in self._overdue.items()),
            return_exceptions=True,
        )
        for end in ends:
            failures.extend([end] if isinstance(end, BaseException) else end)
        if failures:
            raise failures[0]

    async def _publish_stale(self, found: Sequence[Document], now: datetime) -> Sequence[Exception]:
        """Publishes those entries of one tenant that this function committed. Returns the errors of
        those that Pub/Sub can never take, which it sets aside; raises Unavailable."""
        store = TenantStore(found[0].tenant_id)
        read = await store.get_many([(EVENT_LOG, each.id) for each in found])
        entries = {each.id: each for each in read if each and each.data.get("unpublished")}
        events = await self._outbox.own_events(store, list(entries.values()), now)
        for event in events:
            _log_if_stuck(f"event/{event.id}", event.time, now)
        failures: list[Exception] = []
        try:
            await self._outbox.relay(store, events)
        except Unpublishable:
            for event in events:
                try:
                    await self._outbox.relay(store, [event])
                except Unpublishable as error:
                    failures.append(await _keep_back(entries[event.id], error, now))
        return failures

    async def _fire_overdue(
        self, document: Document, noun: str, now: datetime
    ) -> Sequence[Exception]:
        """Fires the timer of a document. Returns its error; raises Unavailable where the document
        cannot be set aside.

        Sets it aside first, so that a timer that ends the process does not end every next one
        before others have their turn."""
        subject = f"{noun}/{document.id}"
        try:
            await set_aside(document, now)
        except LostRace:
            # Somebody else is at work on it.
            return []
        except Unavailable:
            raise
        except Exception as error:  # noqa: BLE001 - raised again at the end
            _log.exception("stuck: %s cannot be set aside", subject)
            return [error]
        try:
            event = self._event(document, noun, now)
            _log_if_stuck(subject, event.time, now, self._patience)
            async with asyncio.timeout(LONGEST_TIMER_SECONDS):
                await self._fire(event)
        except Exception as error:  # noqa: BLE001 - raised again at the end
            _log.exception("the timer of %s failed", subject)
            return [error]
        return []

    def _event(self, document: Document, noun: str, now: datetime) -> Envelope:
        timer = Timer(
            type=document.data["next_timer_type"],
            subject=f"{noun}/{document.id}",
            at=parse_instant(document.data["next_timer_at"]),
        )
        return timer_event(self._outbox.noun, document.tenant_id, timer, now)


async def _keep_back(entry: Document, error: Exception, now: datetime) -> Exception:
    """Sets aside an entry that no retry can publish, and names it. Raises Unavailable."""
    fields = {"stuck": f"event/{entry.id}", "stuck_seconds": 0}
    _log.error("stuck: event/%s, %s", entry.id, error, extra={"fields": fields})
    try:
        await set_aside(entry, now)
    except LostRace as lost:
        raise Unavailable(f"event/{entry.id} is being changed; it is swept later") from lost
    return error


def _log_if_stuck(
    subject: str, due: datetime, now: datetime, patience: timedelta = PATIENCE
) -> None:
    waited = now - due
    if waited > patience:
        fields = {"stuck": subject, "stuck_seconds": int(waited.total_seconds())}
        _log.error("stuck: %s, due %s", subject, format_instant(due), extra={"fields": fields})
