"""Firestore behind the platform: reading its event log, and making it fail."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from google.api_core.exceptions import ServiceUnavailable
from google.auth.credentials import AnonymousCredentials
from google.cloud.firestore import SERVER_TIMESTAMP, AsyncClient

from emulators.client import PlatformRefused
from emulators.running import RunningPlatform

pytestmark = [pytest.mark.platform, pytest.mark.xdist_group("emulators-platform")]

Use = Callable[[AsyncClient], Awaitable[Any]]


def _with_firestore(platform: RunningPlatform, use: Use) -> Any:
    """Runs `use` in the platform's loop with Google's own client, as a function would."""

    async def run() -> Any:
        client = AsyncClient(project="assent-local", credentials=AnonymousCredentials())  # type: ignore[no-untyped-call]
        return await use(client)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FIRESTORE_EMULATOR_HOST", platform.env["FIRESTORE_EMULATOR_HOST"])
        return platform.run(run())


def _entry(event_id: str, *, position: int = 0, unpublished: bool = False) -> dict[str, Any]:
    return {
        "id": event_id,
        "type": "assent.note.written.v1" if position % 2 == 0 else "assent.note.kept.v1",
        "source": "//assent/notes",
        "subject": f"note/{position}",
        "time": "2026-11-20T12:00:00.000Z",
        "tenantid": "t",
        "sequence": position + 1,
        "traceparent": "",
        "data": json.dumps({"position": position}),
        "unpublished": unpublished,
        "committed_at": SERVER_TIMESTAMP,
        "position": position,
    }


async def _write(client: AsyncClient, tenant: str, *entries: dict[str, Any]) -> None:
    batch = client.batch()
    for entry in entries:
        batch.set(client.document(f"tenants/{tenant}/events/{entry['id']}"), entry)
    await batch.commit()


async def _delete(client: AsyncClient, tenant: str) -> None:
    async for document in client.collection(f"tenants/{tenant}/events").stream():
        await document.reference.delete()


@pytest.fixture(autouse=True)
def _clean(platform: RunningPlatform) -> Any:
    yield

    async def delete(client: AsyncClient) -> None:
        await asyncio.gather(_delete(client, "t1"), _delete(client, "t2"))

    _with_firestore(platform, delete)


def test_events_come_in_the_order_of_commit_across_tenants(platform: RunningPlatform) -> None:
    async def write(client: AsyncClient) -> None:
        await _write(client, "t2", _entry("evt_z", position=0), _entry("evt_a", position=1))
        await _write(client, "t1", _entry("evt_m", position=0))

    _with_firestore(platform, write)
    found = platform.client.events()
    assert [event["id"] for event in found] == ["evt_z", "evt_a", "evt_m"]
    assert found[1]["data"] == {"position": 1}
    assert found[1]["sequence"] == 2
    assert found[1]["datacontenttype"] == "application/json"
    assert "unpublished" not in found[1]


def test_events_are_filtered_and_continued(platform: RunningPlatform) -> None:
    async def write(client: AsyncClient) -> None:
        await _write(client, "t1", *(_entry(f"evt_{n}", position=n) for n in range(6)))

    _with_firestore(platform, write)
    get = platform.client.http.get
    first = get("/_platform/events?limit=4").json()["items"]
    assert [event["id"] for event in first] == ["evt_0", "evt_1", "evt_2", "evt_3"]
    rest = get("/_platform/events?after=evt_3").json()["items"]
    assert [event["id"] for event in rest] == ["evt_4", "evt_5"]
    kept = get("/_platform/events?type=assent.note.kept.v1&after=evt_1").json()["items"]
    assert [event["id"] for event in kept] == ["evt_3", "evt_5"]
    one = get("/_platform/events?subject=note/2").json()["items"]
    assert [event["id"] for event in one] == ["evt_2"]


def test_events_of_one_tenant_are_its_own(platform: RunningPlatform) -> None:
    async def write(client: AsyncClient) -> None:
        await _write(client, "t1", *(_entry(f"evt_{n}", position=n) for n in range(4)))
        await _write(client, "t2", _entry("evt_of_another", position=0))

    _with_firestore(platform, write)
    own = platform.client.events(tenant="t1")
    assert [event["id"] for event in own] == ["evt_0", "evt_1", "evt_2", "evt_3"]
    get = platform.client.http.get
    kept = get("/_platform/events?tenant=t1&type=assent.note.kept.v1&after=evt_1").json()["items"]
    assert [event["id"] for event in kept] == ["evt_3"]
    assert get("/_platform/events?tenant=t2&after=evt_1").status_code == 422
    assert get("/_platform/events?tenant=t1/t2").status_code == 422


def test_idle_waits_for_the_log_to_be_published(platform: RunningPlatform) -> None:
    entry = _entry("evt_1", unpublished=True)
    _with_firestore(platform, lambda client: _write(client, "t1", entry))
    with pytest.raises(PlatformRefused, match="unpublished: 1; a sweep publishes it"):
        platform.client.wait_until_idle(timeout=0.5)
    entry["unpublished"] = False
    _with_firestore(platform, lambda client: _write(client, "t1", entry))
    platform.client.wait_until_idle(timeout=5)


def test_an_outage_is_seen_by_googles_client_and_ends(platform: RunningPlatform) -> None:
    async def use(client: AsyncClient) -> list[str]:
        document = client.document("tenants/t1/events/evt_0")
        await document.set({"n": 0})
        await asyncio.to_thread(platform.client.fault, "firestore", "unavailable", count=2)
        refusals: list[str] = []
        # A busy machine cuts calls off as well, for as long as the client connects anew.
        while len(refusals) < 20:
            try:
                await document.get(retry=None)
                return refusals
            except ServiceUnavailable as error:
                refusals.append("injected" if "injected" in str(error) else "cut off")
        return refusals

    refusals = _with_firestore(platform, use)
    assert refusals.count("injected") == 2
    assert len(refusals) < 20


def test_a_short_outage_is_bridged_by_the_clients_own_retries(platform: RunningPlatform) -> None:
    async def use(client: AsyncClient) -> object:
        document = client.document("tenants/t1/events/evt_0")
        await asyncio.to_thread(platform.client.fault, "firestore", "unavailable", count=1)
        await document.set({"n": 1})
        return (await document.get()).get("n")

    assert _with_firestore(platform, use) == 1


def test_a_delay_slows_one_call_down(platform: RunningPlatform) -> None:
    async def use(client: AsyncClient) -> float:
        document = client.document("tenants/t1/events/evt_0")
        await document.get()
        await asyncio.to_thread(platform.client.fault, "firestore", "delay", seconds=0.6)
        loop = asyncio.get_running_loop()
        started = loop.time()
        await document.get()
        return loop.time() - started

    assert 0.6 <= _with_firestore(platform, use) < 3


def test_the_platform_itself_reads_the_log_during_an_outage(platform: RunningPlatform) -> None:
    platform.client.fault("firestore", "unavailable", count=100)
    assert platform.client.events() == []
    platform.client.disarm()
