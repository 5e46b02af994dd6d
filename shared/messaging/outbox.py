"""The outbox: commits once, then publishes. A crash in between delays events and loses none."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime

from shared.kit.errors import Unavailable
from shared.messaging.changes import Change
from shared.messaging.claim_check import carrier_of, messages_of
from shared.messaging.entry_refusals import report_of
from shared.messaging.envelope import Envelope
from shared.messaging.log import CLEARED, EVENT_LOG, authentic_event, digest_of, logged_event
from shared.messaging.pubsub import publish
from shared.messaging.timers import set_timers
from shared.storage.batches import Document, LostRace
from shared.storage.firestore import TenantStore
from shared.storage.secrets import log_keys

# More than the events that follow from one delivery.
MOST_CAUSED = 100
# Deliveries whose events this process has published.
MOST_REMEMBERED = 4096

_log = logging.getLogger(__name__)


class Outbox:
    """Commits for one function. `noun` is the function; its topic has the same name. `apart` names
    another topic for the events whose types begin with some nouns."""

    def __init__(self, noun: str, apart: Mapping[str, str] | None = None) -> None:
        self.noun = noun
        self._apart = apart or {}
        self._answered: OrderedDict[str, None] = OrderedDict()

    async def commit(self, store: TenantStore, change: Change, *, now: datetime) -> None:
        """Commits the change, then publishes its events and sets its timers; returns when each has
        succeeded or failed.

        Raises LostRace or Unavailable for the commit itself. After it, the sweep publishes events
        and sets timers that failed here; where the change `is_redelivered`, raises Unavailable
        instead, so that the delivery is retried until all is published."""
        await self.commit_only(store, change)
        await self.hand_over(store, change, now=now)

    async def commit_only(self, store: TenantStore, change: Change) -> None:
        """Commits the change; its events are in the log, and `hand_over` or the sweep publishes
        them. Raises LostRace, Unavailable."""
        if change.events:
            change.seal(await log_keys(self.noun))
        with self._in_doubt(change):
            await store.commit(change)

    async def has_committed(self, store: TenantStore, change: Change) -> bool:
        """Whether a commit of the change that lost its race lost it to its own first attempt: the
        store had applied that, but its answer did not arrive. Then it is to be handed over. Only
        the events of a change show it: False for one without. Raises Unavailable."""
        if not change.events:
            return False
        event = change.events[0].but(reader_clears=False)
        entry = await store.get(EVENT_LOG, event.id)
        # An id may be derived, so the id alone does not show whose event it is.
        return entry is not None and logged_event(entry.data, event.received_at) == event

    async def hand_over(self, store: TenantStore, change: Change, *, now: datetime) -> None:
        """Publishes the events and sets the timers of a committed change, as `commit` does."""
        events = change.events
        if change.left is not None:
            change.left.extend(events)
            events = []
        if change.is_redelivered:
            publishing = self._publish(events)
        else:
            publishing = self.relay(store, events, change.carried)
        with self._in_doubt(change):
            published, timed = await asyncio.gather(
                publishing,
                set_timers(self.noun, store.tenant_id, change.timers, now=now),
                return_exceptions=True,
            )
            if change.is_redelivered and published is not None:
                raise published
        if change.is_redelivered:
            self._remember(*(event.causationid for event in change.events))
        for outcome in (published, timed):
            if isinstance(outcome, Unavailable):
                _log.warning("not published or set; the sweep will retry: %s", outcome)
            elif outcome is not None:
                raise outcome

    async def relay(
        self, store: TenantStore, events: Sequence[Envelope], carried: Sequence[Envelope] = ()
    ) -> None:
        """Publishes events of the log, those `carried` with others about the same subject, then
        clears their flags, but for those whose reader does. May publish an event twice; readers
        recognise it by its sequence. Raises Unavailable."""
        if not events and not carried:
            return
        await self._publish(events, carried)
        carriers = ((each, carrier_of(each, events)) for each in carried)
        told = [*events, *(each for each, by in carriers if by is None or not by.reader_clears)]
        flagged = [event.id for event in told if not event.reader_clears]
        if flagged:
            await self._clear(store, *flagged)

    async def _clear(self, store: TenantStore, *event_ids: str) -> None:
        cleared = Change()
        cleared.clear(*event_ids)
        try:
            await store.commit(cleared)
        except LostRace as error:
            raise Unavailable("the log's flags could not be cleared") from error

    async def own_events(
        self, store: TenantStore, entries: Sequence[Document], now: datetime
    ) -> list[Envelope]:
        """The events of those entries that this function committed, as it committed them. Any other
        entry that names it as its source is refused: no sweep meets it again, an error is logged,
        and one event reports it. Raises Unavailable."""
        if not entries:
            return []
        keys = await log_keys(self.noun, to_verify=map(digest_of, entries))
        events = []
        for entry in entries:
            event = authentic_event(entry, keys, now)
            if event is not None:
                events.append(event)
            else:
                await self._refuse(store, entry, now)
        return events

    async def _refuse(self, store: TenantStore, entry: Document, now: datetime) -> None:
        if (entry.data.get("refused"), entry.data.get("unpublished")) == (True, False):
            return
        _log.error("not published: entry %r is not what this function committed", entry.id)
        refusal, report = Change(), report_of(self.noun, entry, now)
        refusal.merge(EVENT_LOG, entry.id, {**CLEARED, "refused": True})
        # The entry may be flagged again by whoever wrote it.
        if await store.get(EVENT_LOG, report.id) is None:
            refusal.record(report)
        try:
            await self.commit(store, refusal, now=now)
        except LostRace as error:
            raise Unavailable("an entry of the log could not be refused") from error

    async def publish_again(
        self, store: TenantStore, delivery: Envelope, *, clears: bool = False
    ) -> None:
        """Publishes again what followed from a delivery that was handled before, because the
        process that committed it may have died before it published. Does so once per process, so
        that redeliveries do not multiply. `clears`: clears the delivery's own flag too, which no
        commit of the reader did where nothing follows from it. Raises Unavailable."""
        if delivery.id in self._answered:
            return
        if clears:
            await self._clear(store, delivery.id, *delivery.carries)
        # Few others' entries have the same cause; an index of every entry's source costs more.
        caused = [("causationid", "==", delivery.id)]
        page = await store.find(EVENT_LOG, where=caused, limit=MOST_CAUSED)
        own = [each for each in page.items if each.data.get("source") == f"//assent/{self.noun}"]
        await self._publish(await self.own_events(store, own, delivery.received_at))
        self._remember(delivery.id)

    @contextmanager
    def _in_doubt(self, change: Change) -> Iterator[None]:
        """Where this fails, a delivery whose events these are has not been answered, though another
        one of it found nothing to publish meanwhile."""
        try:
            yield
        except BaseException:
            if change.is_redelivered:
                for event in change.events:
                    self._answered.pop(event.causationid, None)
            raise

    def _remember(self, *delivery_ids: str) -> None:
        for id in delivery_ids:
            self._answered[id] = None
        while len(self._answered) > MOST_REMEMBERED:
            self._answered.popitem(last=False)

    async def _publish(self, events: Sequence[Envelope], carried: Sequence[Envelope] = ()) -> None:
        for topic in dict.fromkeys(self.topic_of(each.type) for each in (*carried, *events)):
            some, more = (
                [each for each in found if self.topic_of(each.type) == topic]
                for found in (events, carried)
            )
            await publish(topic, messages_of(some, more))

    def topic_of(self, event_type: str) -> str:
        """Where an event of that type is published."""
        return self._apart.get(event_type.split(".")[1], self.noun)
