"""What is revoked or suspended is refused within twenty seconds, without a read per call."""

import asyncio
import time
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from shared.aggregates.runner import Runner
from shared.kit.bookkeeping import PLATFORM_TENANT, CredentialRefused
from shared.kit.callers import Caller
from shared.kit.control import (
    COLLECTION,
    ENDED_SESSIONS,
    ID,
    Control,
    EndedSessions,
    Revocation,
    place_of_ended,
)
from shared.kit.errors import Unavailable
from shared.messaging.envelope import Envelope
from shared.messaging.log import EVENT_LOG, logged_event
from shared.runtime import control as runtime_control
from shared.runtime import reactions, tenant_status
from shared.runtime.app import create_api
from shared.runtime.control import Controls
from shared.runtime.reactions import create_reactions
from shared.runtime.remembered import KEPT_SECONDS, RENEWED_AFTER_SECONDS
from shared.runtime.routes import Router
from shared.storage.batches import Batch
from shared.storage.firestore import TenantStore
from tests.shared.cloud import Cloud
from tests.shared.control import write_control
from tests.shared.runtime.asking import claims, client
from tests.shared.runtime.issuer import Issuer

pytestmark = pytest.mark.platform
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
_TAKES: dict[str, Any] = {
    "read": ("things:read",),
    "write": ("things:write",),
    "action": "me.read",
    "within": ("read_own",),
}
router = Router(**_TAKES)
own = Router(tenantless=True, **_TAKES)
stopped = Router(in_stopped=True, **_TAKES)


@router.get("/v1/things")
async def read(caller: Caller) -> dict[str, str]:
    return {"tenant": caller.tenant_id, "tier": caller.control.tier}


@router.post("/v1/things")
async def write(caller: Caller) -> dict[str, str]:
    return {"tenant": caller.tenant_id}


@own.post("/v1/own")
async def act(caller: Caller) -> dict[str, str]:
    return {"principal": caller.principal}


@stopped.post("/v1/export")
async def export(caller: Caller) -> dict[str, str]:
    return {"tenant": caller.tenant_id}


ROUTER = Router.joining(router, own, stopped)


class Clock:
    """Shows what a test says."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def tenant() -> str:
    return f"tenant-{uuid.uuid4().hex[:12]}"


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock of this process's knowledge of tenants."""
    shown = Clock()
    known = _of(Controls(shown))
    monkeypatch.setattr(tenant_status, "controls", known)
    monkeypatch.setattr(reactions, "controls", known)
    return shown


def _of(known: Controls) -> object:
    return lambda: known


@pytest.fixture
async def api(
    issuer: Issuer, cloud: Cloud, noun: str, clock: Clock
) -> AsyncIterator[httpx.AsyncClient]:
    await cloud.mailbox(noun)
    cloud.mend()
    async with client(create_api(function=noun, router=ROUTER, run=Runner(noun))) as asking:
        yield asking


async def _end(place: str, session_id: str) -> None:
    batch = Batch()
    ended = EndedSessions(place=place, ended={session_id: NOW})
    batch.put(ENDED_SESSIONS, place, {"state": ended.model_dump_json()})
    await TenantStore(PLATFORM_TENANT).commit(batch)


async def _refusals(tenant: str) -> list[CredentialRefused]:
    found = TenantStore(tenant).find_all(EVENT_LOG)
    return [logged_event(each.data, NOW).payload(CredentialRefused) async for each in found]


class Asker:
    """Somebody with one token."""

    def __init__(self, api: httpx.AsyncClient, token: str) -> None:
        self._api, self._token = api, token

    async def __call__(self, method: str, path: str = "/v1/things") -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {self._token}"}
        answer = await self._api.request(method, path, headers=headers)
        return answer.status_code, answer.json().get("code", "")


def _asker(api: httpx.AsyncClient, issuer: Issuer, **changes: object) -> Asker:
    return Asker(api, issuer.sign(claims(**changes)))


async def test_a_tenant_without_a_document_is_open(
    api: httpx.AsyncClient, issuer: Issuer, tenant: str
) -> None:
    ask = _asker(api, issuer, tenant=tenant)
    assert (await ask("GET"))[0] == (await ask("POST"))[0] == 200


async def test_a_suspended_tenant_is_refused_within_twenty_seconds(
    api: httpx.AsyncClient, issuer: Issuer, tenant: str, clock: Clock
) -> None:
    await write_control(TenantStore(tenant), Control())
    ask = _asker(api, issuer, tenant=tenant)
    assert (await ask("POST"))[0] == 200
    await write_control(TenantStore(tenant), Control(status="suspended"))
    clock.seconds += KEPT_SECONDS + 0.1
    assert await ask("POST") == await ask("GET") == (403, "tenant_suspended")
    (refused,) = {each.reason for each in await _refusals(tenant)}
    assert refused == "tenant_suspended"
    await write_control(TenantStore(tenant), Control())
    clock.seconds += KEPT_SECONDS + 0.1
    assert (await ask("POST"))[0] == 200


STOPPED = [
    ("suspended", "tenant_suspended"),
    ("closing", "tenant_closing"),
    ("closed", "tenant_closed"),
]


@pytest.mark.parametrize(("status", "code"), STOPPED)
async def test_of_a_tenant_that_is_not_open_its_admins_may_read(
    api: httpx.AsyncClient, issuer: Issuer, tenant: str, status: str, code: str
) -> None:
    await write_control(TenantStore(tenant), Control.model_validate({"status": status}))
    admin = _asker(api, issuer, tenant=tenant, roles=["tenant_admin"])
    assert await admin("POST") == (403, code)
    assert (await admin("GET"))[0] == (403 if status == "closed" else 200)
    governor = _asker(api, issuer, tenant=tenant)
    assert await governor("GET") == (403, code)
    assert (await governor("POST", "/v1/own"))[0] == 200
    assert await governor("POST", "/v1/export") == (403, code)
    assert (await admin("POST", "/v1/export"))[0] == (403 if status == "closed" else 200)


REVOKED = {
    "a key": ({"sid": "key_1"}, Control(revoked={"key_1": Revocation(at=NOW)})),
    "a place": (
        {"member_version": 1},
        Control(revoked={"ana": Revocation(at=NOW, version=2)}),
    ),
    "too many": (
        {"iat": int(NOW.timestamp())},
        Control(reissued_at=NOW),
    ),
}
TAKEN = {
    "another key": {"sid": "key_2"},
    "a newer place": {"member_version": 2},
    "a newer token": {"iat": int(NOW.timestamp()) + 1},
}


@pytest.mark.parametrize(
    ("refused", "said", "taken"),
    [(*each, other) for each, other in zip(REVOKED.values(), TAKEN.values(), strict=True)],
    ids=list(REVOKED),
)
async def test_what_was_revoked_is_refused_and_nothing_else(
    api: httpx.AsyncClient,
    issuer: Issuer,
    tenant: str,
    refused: dict[str, object],
    said: Control,
    taken: dict[str, object],
) -> None:
    await write_control(TenantStore(tenant), said)
    assert await _asker(api, issuer, tenant=tenant, **refused)("GET") == (401, "unauthenticated")
    (recorded,) = await _refusals(tenant)
    assert (recorded.reason, recorded.principal) == ("revoked", "ana")
    assert (await _asker(api, issuer, tenant=tenant, **taken)("GET"))[0] == 200


async def test_an_ended_session_is_refused_in_its_tenants_and_outside_of_them(
    api: httpx.AsyncClient, issuer: Issuer, tenant: str
) -> None:
    session = f"ses_{uuid.uuid4().hex}"
    for place in (tenant, PLATFORM_TENANT):
        await _end(place_of_ended(place, session), session)
    for of in (tenant, None):
        ended = _asker(api, issuer, tenant=of, sid=session)
        assert await ended("POST", "/v1/own") == (401, "unauthenticated")
        other = _asker(api, issuer, tenant=of, sid=f"ses_other{session[-1]}")
        assert (await other("POST", "/v1/own"))[0] == 200


async def test_steady_traffic_waits_for_no_read(cloud: Cloud, tenant: str) -> None:
    cloud.mend()
    shown = Clock()
    known = Controls(shown)
    await write_control(TenantStore(tenant), Control(tier="free"))
    await known.of(tenant)
    await write_control(TenantStore(tenant), Control(tier="team"))
    shown.seconds += RENEWED_AFTER_SECONDS + 0.1
    before = await known.of(tenant)
    assert before.control.tier == "free"
    for _ in range(1000):
        if (await known.of(tenant)).control.tier == "team":
            break
        await asyncio.sleep(0.01)
    assert (await known.of(tenant)).control.tier == "team"


async def test_what_cannot_be_read_is_believed_for_twenty_seconds(
    cloud: Cloud, tenant: str
) -> None:
    cloud.mend()
    shown = Clock()
    known = Controls(shown)
    await write_control(TenantStore(tenant), Control(tier="team"))
    await known.of(tenant)
    batch = Batch()
    batch.put(COLLECTION, ID, {"state": "{"})
    await TenantStore(tenant).commit(batch)
    shown.seconds += KEPT_SECONDS
    assert (await known.of(tenant)).control.tier == "team"
    shown.seconds += 0.1
    with pytest.raises(Unavailable, match="cannot be read"):
        await known.of(tenant)


async def test_many_calls_read_a_tenant_once(
    cloud: Cloud, tenant: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloud.mend()
    known = Controls(time.monotonic)
    asked = []
    read_known_tenant = runtime_control.read_known_tenant

    async def counting(*key: str) -> object:
        asked.append(key)
        return await read_known_tenant(*key)

    monkeypatch.setattr(runtime_control, "read_known_tenant", counting)
    await asyncio.gather(*(known.of(tenant) for _ in range(20)))
    assert len(asked) == 1


EVENT = "assent.thing.made.v1"


@pytest.mark.parametrize("in_stopped", [False, True])
async def test_no_event_of_a_stopped_tenant_is_handled_but_where_it_decides_nothing(
    cloud: Cloud, tenant: str, noun: str, clock: Clock, in_stopped: bool
) -> None:
    cloud.mend()
    await cloud.mailbox(noun)
    heard: list[Envelope] = []

    async def hear(event: Envelope) -> None:
        heard.append(event)

    run = Runner(noun, in_stopped=in_stopped)
    app = create_reactions(function=noun, handlers={EVENT: hear}, run=run)
    event = Envelope(
        id=f"evt_{uuid.uuid4().hex}",
        type=EVENT,
        source="//assent/things",
        subject="thing/1",
        time=NOW,
        tenantid=tenant,
        received_at=NOW,
    )
    answers = []
    async with client(app) as asking:
        for status in ("suspended", "closing", "active"):
            await write_control(TenantStore(tenant), Control.model_validate({"status": status}))
            clock.seconds += KEPT_SECONDS + 0.1
            sent = await asking.post("/events/things", headers=event.headers(), content=b"{}")
            answers.append(sent.status_code)
    assert answers == ([204, 204, 204] if in_stopped else [503, 503, 204])
    assert len(heard) == (3 if in_stopped else 1)


def test_a_flag_is_on_for_the_same_share_of_principals() -> None:
    def chosen(percent: int) -> set[int]:
        said = Control.model_validate({"flags": {"drafts": {"percent": percent}}})
        return {each for each in range(2000) if said.has_flag("drafts", f"user_{each}")}

    assert chosen(0) == set()
    assert chosen(100) == set(range(2000))
    assert chosen(10) < chosen(30)
    assert 500 < len(chosen(30)) < 700
    assert not Control().has_flag("drafts", "user_1")
