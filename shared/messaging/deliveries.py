"""Records a tenant's dead-lettered deliveries in its log, and which of them were handled later."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from shared.kit.bookkeeping import DeliveryBuried, DeliveryRecovered
from shared.kit.ids import derive_id
from shared.kit.instants import parse_instant
from shared.messaging.changes import Change
from shared.messaging.dead_letters import fitting
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, authentic_event, digest_of
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import LastEvent, Recorder, last_event
from shared.storage.batches import Document
from shared.storage.cursors import is_document_id
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again
from shared.storage.secrets import log_keys

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RECORDS = (DeliveryBuried.event_type, DeliveryRecovered.event_type)


@dataclass(frozen=True)
class Delivery:
    """A delivery to `path` of `function`. Parts of it may be unreadable."""

    function: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The id of the delivery; each redelivery has the same."""
        event_id = self.attribute("id") or hashlib.sha256(self.body).hexdigest()
        return derive_id(
            "dlv", self._time, self.function, self.path, self.attribute("source"), event_id
        )

    @property
    def mark(self) -> str:
        """The attribute of a redelivery that names the function and the delivery."""
        return f"{self.function}/{self.id}"

    @property
    def tenant_id(self) -> str:
        """The delivery's tenant; empty where it names none, or an impossible one."""
        named = self.attribute("tenantid")
        return named if is_document_id(named) else ""

    def attribute(self, name: str) -> str:
        """An attribute of the event; empty where it is missing."""
        return self.headers.get(f"ce-{name}", "")

    def event_id(self, outcome: str) -> str:
        """The id of the event that records the outcome of the delivery."""
        return derive_id("evt", self._time, self.id, outcome)

    @property
    def _time(self) -> datetime:
        try:
            return max(parse_instant(self.attribute("time")), _EPOCH)
        except ValueError:
            return _EPOCH


class Deliveries:
    """Records the outcomes of one function's dead letters."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def are_recorded(self, delivery: Delivery) -> bool:
        """Whether the log records the delivery: it has a tenant, and is no record of this
        function's own dead letters. An unreadable one would lead to further records without end."""
        is_own = delivery.attribute("source") == f"//assent/{self._outbox.noun}"
        is_record = delivery.attribute("type") in _RECORDS
        return bool(delivery.tenant_id) and not (is_own and is_record)

    async def record_buried(self, delivery: Delivery, reason: str, at: datetime) -> None:
        """Records once that the delivery was dead-lettered. The cause is the delivered event where
        that is in the log; otherwise the record starts a correlation. Raises Unavailable."""

        async def once() -> None:
            store = TenantStore(delivery.tenant_id)
            recorded, delivered = await store.get_many(_entries(delivery, "buried"))
            if recorded is None:
                change = Change()
                change.record(self._burial(delivery, delivered, reason, at))
                await self._outbox.commit(store, change, now=at)

        if self.are_recorded(delivery):
            await decide_again(once)

    async def record_recovered(self, delivery: Delivery, at: datetime) -> None:
        """Records once that a dead-lettered delivery was handled; also that it was dead-lettered,
        where that is not recorded yet. Raises Unavailable."""

        async def once() -> None:
            store = TenantStore(delivery.tenant_id)
            entries = _entries(delivery, "buried", "recovered")
            buried, recovered, delivered = await store.get_many(entries)
            if recovered is not None:
                return
            change = Change()
            if buried is None:
                burial = self._burial(delivery, delivered, "", at)
                change.record(burial)
            else:
                burial = await self._recorded(buried, at) or self._burial(
                    delivery, delivered, "", at
                )
            change.record(
                self._recorder(delivery, at, last_event(burial)).record(
                    subject=burial.subject,
                    sequence=burial.sequence + 1,
                    data=burial.payload(DeliveryRecovered),
                    id=delivery.event_id("recovered"),
                )
            )
            await self._outbox.commit(store, change, now=at)

        if self.are_recorded(delivery):
            await decide_again(once)

    async def _recorded(self, entry: Document, at: datetime) -> Envelope | None:
        """The event in the entry, if this function committed it. Raises Unavailable."""
        keys = await log_keys(self._outbox.noun, to_verify=[digest_of(entry)])
        return authentic_event(entry, keys, at)

    def _burial(
        self, delivery: Delivery, delivered: Document | None, reason: str, at: datetime
    ) -> Envelope:
        cause = None
        entry = delivered.data if delivered is not None else {}
        if entry.get("type") == delivery.attribute("type") and entry.get("correlationid"):
            cause = LastEvent(id=delivery.attribute("id"), correlation_id=entry["correlationid"])
        data = {
            "delivery_id": delivery.id,
            "function": delivery.function,
            "path": delivery.path,
            "delivered_id": delivery.attribute("id"),
            "delivered_type": delivery.attribute("type"),
            "delivered_subject": delivery.attribute("subject"),
            "reason": reason,
        }
        return self._recorder(delivery, at, cause).record(
            subject=f"delivery/{delivery.id}",
            sequence=1,
            data=DeliveryBuried(**{name: fitting(text) for name, text in data.items()}),
            id=delivery.event_id("buried"),
        )

    def _recorder(self, delivery: Delivery, at: datetime, cause: LastEvent | None) -> Recorder:
        function = self._outbox.noun
        return Recorder(function, delivery.tenant_id, f"service:{function}", at, cause)


def _entries(delivery: Delivery, *outcomes: str) -> list[tuple[str, str]]:
    """The log's entries of the delivery's outcomes; the last is the delivered event."""
    ids = [*(delivery.event_id(outcome) for outcome in outcomes), delivery.attribute("id")]
    return [(EVENT_LOG, id) for id in ids]
