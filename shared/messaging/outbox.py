"""Commit once, then publish: a crash between any two lines costs seconds, never an event."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime

from shared.kit.errors import Unavailable
from shared.messaging.changes import Change
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG
from shared.messaging.pubsub import publish
from shared.messaging.timers import set_timers
from shared.storage.batches import Batch
from shared.storage.firestore import LostRace, TenantStore

_log = logging.getLogger(__name__)


class Outbox:
    """What one function uses to commit. `noun` is the function; its topic has the same name."""

    def __init__(self, noun: str) -> None:
        self.noun = noun

    async def commit(self, store: TenantStore, change: Change, *, now: datetime) -> None:
        """Commits the change, then publishes its events and sets its timers; returns when each of
        both has succeeded or failed.

        Raises LostRace or Unavailable only for the commit itself. Once that succeeded the change
        stands: what could not be published or set now is left to the sweep."""
        await store.commit(change)
        outcomes = await asyncio.gather(
            self.relay(store, change.events),
            set_timers(self.noun, store.tenant_id, change.timers, now=now),
            return_exceptions=True,
        )
        for outcome in outcomes:
            if isinstance(outcome, Unavailable):
                _log.warning("left to the sweep: %s", outcome)
            elif outcome is not None:
                raise outcome

    async def relay(self, store: TenantStore, events: Sequence[Envelope]) -> None:
        """Publishes events of the log, then clears their flags. Events may be published twice, for
        readers know each by its sequence. Raises Unavailable."""
        if not events:
            return
        await publish(self.noun, [(event.data.encode(), event.headers()) for event in events])
        cleared = Batch()
        for event in events:
            cleared.merge(EVENT_LOG, event.id, {"unpublished": False})
        try:
            await store.commit(cleared)
        except LostRace as error:
            raise Unavailable("the log's flags could not be cleared") from error
