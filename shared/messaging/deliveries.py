"""Records in a tenant's log which of its deliveries were buried, and which of those were handled
after all."""

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
from shared.messaging.log import EVENT_LOG, logged_event
from shared.messaging.outbox import Outbox
from shared.messaging.recorder import LastEvent, Recorder, last_event
from shared.storage.batches import Document
from shared.storage.cursors import is_document_id
from shared.storage.firestore import TenantStore
from shared.storage.races import decide_again

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RECORDS = (DeliveryBuried.event_type, DeliveryRecovered.event_type)


@dataclass(frozen=True)
class Delivery:
    """What was brought to `path` of `function`, as far as it can be read: it may be what could
    not."""

    function: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        """The same for every copy of the delivery, redelivered ones too."""
        event_id = self.attribute("id") or hashlib.sha256(self.body).hexdigest()
        return derive_id(
            "dlv", self._time, self.function, self.path, self.attribute("source"), event_id
        )

    @property
    def mark(self) -> str:
        """What a copy that is delivered again carries: whose delivery it is, and which."""
        return f"{self.function}/{self.id}"

    @property
    def tenant_id(self) -> str:
        """Whose it is; empty where it names nobody who could be a tenant."""
        named = self.attribute("tenantid")
        return named if is_document_id(named) else ""

    def attribute(self, name: str) -> str:
        """An attribute of the event; empty where it has none."""
        return self.headers.get(f"ce-{name}", "")

    def event_id(self, told: str) -> str:
        """The id of the event that tells what became of the delivery."""
        return derive_id("evt", self._time, self.id, told)

    @property
    def _time(self) -> datetime:
        try:
            return max(parse_instant(self.attribute("time")), _EPOCH)
        except ValueError:
            return _EPOCH


class Deliveries:
    """Records what became of one function's dead letters."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    def are_told(self, delivery: Delivery) -> bool:
        """Whether the log records it: it is a tenant's, and no record of this function's own, for
        one that cannot be read would lead to more of them for ever."""
        is_own = delivery.attribute("source") == f"//assent/{self._outbox.noun}"
        is_record = delivery.attribute("type") in _RECORDS
        return bool(delivery.tenant_id) and not (is_own and is_record)

    async def tell_buried(self, delivery: Delivery, reason: str, at: datetime) -> None:
        """Records that the delivery was buried, once however often it is; caused by the event it
        brought where that is in the log, else a story of its own. Raises Unavailable."""

        async def once() -> None:
            store = TenantStore(delivery.tenant_id)
            told, brought = await store.get_many(_entries(delivery, "buried"))
            if told is None:
                change = Change()
                change.record(self._burial(delivery, brought, reason, at))
                await self._outbox.commit(store, change, now=at)

        if self.are_told(delivery):
            await decide_again(once)

    async def tell_recovered(self, delivery: Delivery, at: datetime) -> None:
        """Records that a delivery that was buried is handled now, once; also that it was buried,
        where that is not told yet. Raises Unavailable."""

        async def once() -> None:
            store = TenantStore(delivery.tenant_id)
            entries = _entries(delivery, "buried", "recovered")
            buried, recovered, brought = await store.get_many(entries)
            if recovered is not None:
                return
            change = Change()
            if buried is None:
                burial = self._burial(delivery, brought, "", at)
                change.record(burial)
            else:
                burial = logged_event(buried.data, at)
            change.record(
                self._recorder(delivery, at, last_event(burial)).record(
                    subject=burial.subject,
                    sequence=burial.sequence + 1,
                    data=burial.payload(DeliveryRecovered),
                    id=delivery.event_id("recovered"),
                )
            )
            await self._outbox.commit(store, change, now=at)

        if self.are_told(delivery):
            await decide_again(once)

    def _burial(
        self, delivery: Delivery, brought: Document | None, reason: str, at: datetime
    ) -> Envelope:
        cause = None
        if brought is not None and brought.data["type"] == delivery.attribute("type"):
            cause = LastEvent(id=brought.id, correlation_id=brought.data["correlationid"])
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


def _entries(delivery: Delivery, *told: str) -> list[tuple[str, str]]:
    """The log's entries that tell of the delivery, and last the event it brought."""
    ids = [*(delivery.event_id(each) for each in told), delivery.attribute("id")]
    return [(EVENT_LOG, id) for id in ids]
