"""The outbox: commits once, then publishes. A crash in between delays events and loses none."""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime

from shared.kit.errors import Unavailable
from shared.messaging.changes import Change
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, logged_event
from shared.messaging.pubsub import publish
from shared.messaging.timers import set_timers
from shared.storage.batches import Batch
from shared.storage.firestore import LostRace, TenantStore

# More than the events that follow from one delivery.
MOST_CAUSED = 100
# Deliveries whose events this process has published.
MOST_REMEMBERED = 4096

_log = logging.getLogger(__name__)


class Outbox:
    """Commits for one function. `noun` is the function; its topic has the same name."""

    def __init__(self, noun: str) -> None:
        self.noun = noun
        self._answered: OrderedDict[str, None] = OrderedDict()

    async def commit(self, store: TenantStore, change: Change, *, now: datetime) -> None:
        """Commits the change, then publishes its events and sets its timers; returns when each has
        succeeded or failed.

        Raises LostRace or Unavailable for the commit itself. After it, the sweep publishes events
        and sets timers that failed here; where the change `is_redelivered`, raises Unavailable
        instead, so that the delivery is retried until all is published."""
        await store.commit(change)
        await self.hand_over(store, change, now=now)

    async def hand_over(self, store: TenantStore, change: Change, *, now: datetime) -> None:
        """Publishes the events and sets the timers of a committed change, as `commit` does."""
        publishing = self._publish if change.is_redelivered else self.relay
        published, timed = await asyncio.gather(
            publishing(store, change.events),
            set_timers(self.noun, store.tenant_id, change.timers, now=now),
            return_exceptions=True,
        )
        if change.is_redelivered:
            if published is not None:
                raise published
            self._remember(*(event.causationid for event in change.events))
        for outcome in (published, timed):
            if isinstance(outcome, Unavailable):
                _log.warning("not published or set; the sweep will retry: %s", outcome)
            elif outcome is not None:
                raise outcome

    async def relay(self, store: TenantStore, events: Sequence[Envelope]) -> None:
        """Publishes events of the log, then clears their flags. May publish an event twice; readers
        recognise it by its sequence. Raises Unavailable."""
        if not events:
            return
        await self._publish(store, events)
        cleared = Batch()
        for event in events:
            cleared.merge(EVENT_LOG, event.id, {"unpublished": False})
        try:
            await store.commit(cleared)
        except LostRace as error:
            raise Unavailable("the log's flags could not be cleared") from error

    async def publish_again(self, store: TenantStore, delivery: Envelope) -> None:
        """Publishes again what followed from a delivery that was handled before, because the
        process that committed it may have died before it published. Does so once per process, so
        that redeliveries do not multiply. Raises Unavailable."""
        if delivery.id in self._answered:
            return
        caused = [
            ("causationid", "==", delivery.id),
            ("source", "==", f"//assent/{self.noun}"),
        ]
        page = await store.find(EVENT_LOG, where=caused, limit=MOST_CAUSED)
        await self._publish(
            store, [logged_event(entry.data, delivery.received_at) for entry in page.items]
        )
        self._remember(delivery.id)

    def _remember(self, *delivery_ids: str) -> None:
        for id in delivery_ids:
            self._answered[id] = None
        while len(self._answered) > MOST_REMEMBERED:
            self._answered.popitem(last=False)

    async def _publish(self, store: TenantStore, events: Sequence[Envelope]) -> None:
        if events:
            await publish(self.noun, [(event.data.encode(), event.headers()) for event in events])
