"""The sweep: publishes events that were committed but not published, and fires overdue timers, so
that a crash loses nothing."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from shared.kit.errors import AssentError
from shared.kit.instants import format_instant, parse_instant
from shared.messaging.changes import Timer
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG
from shared.messaging.outbox import Outbox
from shared.messaging.timers import timer_event
from shared.storage.batches import Document
from shared.storage.firestore import PlatformStore, TenantStore

SWEEP_TYPE = "assent.sweep.due.v1"
# Younger entries belong to a commit whose own process is still publishing them.
GRACE = timedelta(seconds=30)
AT_ONCE = 100
# Every minute's sweep has failed to fire it; somebody must look.
PATIENCE = timedelta(minutes=5)

_log = logging.getLogger(__name__)


class Sweep:
    """One function's sweep. `timed` names the collections whose documents carry `next_timer_at`
    and `next_timer_type`, each with the noun of its subjects."""

    def __init__(
        self,
        outbox: Outbox,
        timed: dict[str, str],
        fire: Callable[[Envelope], Awaitable[None]],
    ) -> None:
        self._outbox = outbox
        self._timed = timed
        self._fire = fire

    async def run(self, now: datetime) -> None:
        """Publishes stale entries and fires overdue timers, at most a hundred of each kind; the
        next sweep continues. A failure does not stop the others; the first failure is raised at the
        end."""
        failures = [*await self._publish_stale(now), *await self._fire_overdue(now)]
        if failures:
            raise failures[0]

    async def _publish_stale(self, now: datetime) -> Sequence[Exception]:
        entries = await PlatformStore().find(
            EVENT_LOG,
            where=[
                ("unpublished", "==", True),
                ("source", "==", f"//assent/{self._outbox.noun}"),
                ("time", "<=", format_instant(now - GRACE)),
            ],
            order_by="time",
            limit=AT_ONCE,
        )
        by_tenant: dict[str, list[Document]] = {}
        for entry in entries:
            by_tenant.setdefault(entry.tenant_id, []).append(entry)
        failures: list[Exception] = []
        for tenant_id, committed in by_tenant.items():
            store = TenantStore(tenant_id)
            try:
                events = await self._outbox.own_events(store, committed, now)
                for event in events:
                    _log_if_stuck(f"event/{event.id}", event.time, now)
                await self._outbox.relay(store, events)
            except AssentError as error:
                failures.append(error)
        return failures

    async def _fire_overdue(self, now: datetime) -> Sequence[Exception]:
        failures: list[Exception] = []
        for collection, noun in self._timed.items():
            overdue = await PlatformStore().find(
                collection,
                where=[("next_timer_at", "<=", format_instant(now - GRACE))],
                order_by="next_timer_at",
                limit=AT_ONCE,
            )
            for document in overdue:
                due = parse_instant(document.data["next_timer_at"])
                _log_if_stuck(f"{noun}/{document.id}", due, now)
                try:
                    await self._fire(self._event(document, noun, now))
                except Exception as error:  # noqa: BLE001 - raised again at the end
                    _log.exception("the timer of %s/%s failed", noun, document.id)
                    failures.append(error)
        return failures

    def _event(self, document: Document, noun: str, now: datetime) -> Envelope:
        timer = Timer(
            type=document.data["next_timer_type"],
            subject=f"{noun}/{document.id}",
            at=parse_instant(document.data["next_timer_at"]),
        )
        return timer_event(self._outbox.noun, document.tenant_id, timer, now)


def _log_if_stuck(subject: str, due: datetime, now: datetime) -> None:
    waited = now - due
    if waited > PATIENCE:
        fields = {"stuck": subject, "stuck_seconds": int(waited.total_seconds())}
        _log.error("stuck: %s, due %s", subject, format_instant(due), extra={"fields": fields})
