"""One tenant whose people are told, and what is outside of it."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
from joserfc.jwk import OKPKey
from pydantic import BaseModel

from events.approvals import ApprovalState, Subject
from events.deliveries import DeliveryAcknowledged
from events.devices import DeviceKey, DeviceRegistered
from events.members import MemberState, WorkspaceRoles
from events.mobile_api import NotificationRequested
from events.quorum import Rule
from functions.notifications.aggregates import DELIVERIES
from functions.notifications.reactions import HANDLERS
from functions.notifications.rules.delivery import DELIVERY_DUE, Delivery
from shared.devices.device import COLLECTION as DEVICES
from shared.devices.device import Registration, Subscription
from shared.kit import clock
from shared.kit.errors import Unavailable
from shared.kit.ids import new_id
from shared.members.reading import COLLECTION as MEMBERS
from shared.messaging.changes import Timer
from shared.messaging.envelope import Envelope
from shared.messaging.timers import timer_event
from shared.storage.batches import Batch, LostRace
from shared.storage.firestore import TenantStore
from shared.storage.subject_keys import sealed
from tests.bearers import authorization
from tests.functions.notifications.push_service import Browser, Outside
from tests.shared.cloud import Mailbox

SCOPES = ("governance:read", "identity:write")
DAY = timedelta(days=1)
__all__ = ["DeliveryAcknowledged"]


@dataclass
class World:
    """Tells, sends and asks as the platform and its people do."""

    api: httpx.AsyncClient
    key: OKPKey
    tenant: str
    topic: Mailbox
    outside: Outside
    browser: Browser = field(default_factory=Browser)

    @property
    def store(self) -> TenantStore:
        return TenantStore(self.tenant)

    async def send(
        self, method: str, path: str, body: Any = None, *, by: str = "gov", **claims: Any
    ) -> httpx.Response:
        tenant = claims.pop("tenant", self.tenant)
        scopes = claims.pop("scopes", SCOPES)
        sent_headers = claims.pop("headers", {})
        headers = sent_headers | authorization(
            self.key, by, tenant, scopes, ("governor",), **claims
        )
        more = {} if body is None else {"json": body}
        return await self.api.request(method, f"/v1/notifications{path}", headers=headers, **more)

    async def sent(self, method: str, path: str, body: Any = None, **claims: Any) -> Any:
        answer = await self.send(method, path, body, **claims)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    async def put(self, collection: str, id: str, state: BaseModel, **fields: Any) -> None:
        batch = Batch()
        batch.put(collection, id, {"state": state.model_dump_json(), **fields})
        while True:
            with suppress(Unavailable, LostRace):
                # A cold emulator takes longer than a function waits.
                return await self.store.commit(batch)

    async def joins(
        self, principal: str, *roles: str, workspaces: Sequence[WorkspaceRoles] = (), **fields: Any
    ) -> None:
        at = fields.pop("joined_at", clock.now())
        member = MemberState(
            principal_id=principal,
            roles=roles,
            workspaces=tuple(workspaces),
            joined_at=at,
            **fields,
        )
        await self.put(MEMBERS, principal, member)

    async def subscribes(self, principal: str, *, key: DeviceKey | None = None) -> str:
        """A device of the principal, which a push service reaches."""
        device_id, now = new_id("dev", clock.now()), clock.now()
        endpoint = f"{self.outside.url}/push/{device_id}"
        text = Subscription.model_validate(self.browser.subscription(endpoint)).model_dump_json()
        device = Registration(
            device_id=device_id,
            principal=principal,
            platform="web",
            has_push=True,
            key=key,
            confirmed_at=now if key else None,
            registered_at=now,
            subscription=await sealed(self.tenant, principal, text, now),
        )
        await self.put(DEVICES, device_id, device)
        await self.registered(device)
        return device_id

    async def registered(self, device: Registration) -> None:
        """The event of a device that is kept."""
        event = DeviceRegistered.model_validate(device.model_dump())
        await self.happens(event, f"device/{device.device_id}", source="mobile-api")

    async def channel(self, means: str, *, by: str = "gov", **claims: Any) -> Any:
        address = f"{self.outside.url}/{means}"
        return await self.sent(
            "POST", "/channels", {"means": means, "address": address}, by=by, **claims
        )

    async def happens(
        self, data: BaseModel, subject: str, *, source: str, workspace: str = "", id: str = ""
    ) -> Envelope:
        now = clock.now()
        id = id or new_id("evt", now)
        event = Envelope(
            id=id,
            type=data.event_type,  # type: ignore[attr-defined]
            source=f"//assent/{source}",
            subject=subject,
            time=now,
            tenantid=self.tenant,
            actorid=f"service:{source}",
            correlationid=id,
            causationid=id,
            sequence=1,
            workspaceid=workspace,
            data=data.model_dump_json(),
            received_at=now,
        )
        await HANDLERS[event.type](event)
        return event

    async def asks(
        self, *, roles: Sequence[str] = ("governor",), workspace: str = "", left: timedelta = DAY
    ) -> str:
        """An approval that waits, and the notice of it."""
        approval_id, now = new_id("apr", clock.now()), clock.now()
        approval = waiting(approval_id, now, now + left)
        await self.put("approvals", approval_id, approval)
        notice = NotificationRequested(
            notification_id=new_id("ntf", now),
            kind="approval_pending",
            roles=tuple(roles),
            principals=(),
            subject=f"approval/{approval_id}",
            approval_id=approval_id,
            useful_until=approval.deadline_at,
        )
        await self.happens(
            notice, f"notice/{approval_id}", source="mobile-api", workspace=workspace
        )
        return approval_id

    async def changes(self, approval_id: str, **fields: Any) -> None:
        document = await self.store.get("approvals", approval_id)
        assert document is not None
        state = ApprovalState.model_validate_json(document.data["state"])
        await self.put("approvals", approval_id, state.but(**fields))

    async def deliveries(self) -> list[Delivery]:
        """All of the tenant, oldest first."""
        found = [
            DELIVERIES.state_in(each.data)
            async for each in self.store.find_all(DELIVERIES.collection)
        ]
        return sorted(found, key=lambda each: (each.created_at, each.kind == "last_call"))

    async def fire(self, delivery: Delivery, *, later: timedelta = timedelta()) -> Delivery:
        """The delivery after its timer fired, when it is due or so much later."""
        assert delivery.due_at is not None
        due = delivery.due_at
        subject = DELIVERIES.subject(delivery.delivery_id)
        timer = Timer(DELIVERY_DUE, subject, due)
        event = timer_event("notifications", self.tenant, timer, max(due, clock.now()) + later)
        await HANDLERS[DELIVERY_DUE](event)
        return await self.read(delivery)

    async def read(self, delivery: Delivery) -> Delivery:
        document = await self.store.get(DELIVERIES.collection, delivery.delivery_id)
        assert document is not None
        return DELIVERIES.state_in(document.data)


def waiting(approval_id: str, at: datetime, deadline: datetime) -> ApprovalState:
    """An approval that waits for a governor."""
    return ApprovalState(
        approval_id=approval_id,
        kind="execution",
        risk="high",
        status="pending",
        summary="Nobody else may read this sentence",
        subject=Subject(type="agent", id="agt_1", name="clinic-writer"),
        requested_by="ada",
        authors=("ada",),
        requested_at=at,
        deadline_at=deadline,
        on_timeout="deny",
        decision_hash="sha256:" + "0" * 64,
        evidence_hash="sha256:" + "0" * 64,
        assessment_hash="sha256:" + "0" * 64,
        rule=Rule(kind="any", of=()),
        version=1,
    )
