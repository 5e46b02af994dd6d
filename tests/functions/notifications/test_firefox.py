"""A real browser: Firefox subscribes, and the console's worker shows what is pushed to it."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from shared.devices.device import COLLECTION, Registration, Subscription
from shared.kit import clock
from shared.kit.ids import new_id
from shared.storage.subject_keys import sealed
from tests.functions.notifications.firefox import FIREFOX, firefox, served
from tests.functions.notifications.worlds import World

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.repeats,
    pytest.mark.skipif(FIREFOX is None, reason="no Firefox; apt-get install firefox-esr"),
]
SUBSCRIBE = """(async () => {
  await navigator.serviceWorker.register('/console/worker.js', {scope: '/console/'});
  const worker = await navigator.serviceWorker.ready;
  const options = {userVisibleOnly: true, applicationServerKey: 'KEY'};
  return (await worker.pushManager.subscribe(options)).toJSON();
})()"""
SHOWN = """(async () => {
  const worker = await navigator.serviceWorker.ready;
  while (!(await worker.getNotifications()).length) await new Promise((go) => setTimeout(go, 200));
  const shown = await worker.getNotifications();
  return shown.map(({title, body, tag, data}) => ({title, body, tag, data}));
})()"""


async def test_firefox_shows_what_waits(world: World, tmp_path: Path) -> None:
    await world.joins("gov", "governor")
    key = (await world.sent("GET", "/preferences"))["push_key"]
    async with served() as service, firefox(service, tmp_path / "profile") as browser:
        subscription = await browser.run(SUBSCRIBE.replace("KEY", key))
        await _subscribed(world, subscription)
        approval_id = await world.asks()
        first, _ = await world.deliveries()
        sent = await world.fire(first)
        assert sent.status == "delivered", sent
        async with asyncio.timeout(75):
            shown = await browser.run(SHOWN)
    (notification,) = shown
    assert notification["title"] == "Approval waits: clinic-writer"
    assert notification["tag"] == f"approval/{approval_id}"
    assert notification["data"]["navigate"].endswith(f"/console/approvals/{approval_id}")
    assert notification["data"]["told"] == {
        "tenant_id": world.tenant,
        "delivery_id": first.delivery_id,
    }


async def _subscribed(world: World, subscription: dict[str, Any]) -> None:
    """As `mobile-api` would keep it, but for an address of this machine."""
    device_id, now = new_id("dev", clock.now()), clock.now()
    text = Subscription.model_validate(subscription).model_dump_json()
    device = Registration(
        device_id=device_id,
        principal="gov",
        platform="web",
        has_push=True,
        registered_at=now,
        subscription=await sealed(world.tenant, "gov", text, now),
    )
    await world.put(COLLECTION, device_id, device)
    await world.registered(device)
