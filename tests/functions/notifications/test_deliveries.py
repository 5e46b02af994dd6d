"""What becomes of a notice: whom it reaches, once, and what each try leaves."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook

from events.budgets import BudgetReached
from events.deliveries import DeliveryAcknowledged
from events.devices import DeviceKey
from events.members import WorkspaceRoles
from functions.notifications.reactions import HANDLERS
from functions.notifications.rules.delivery import LEASE, PAUSES, PREFIX, begin
from functions.notifications.service import send
from functions.notifications.service.deliveries import statement_of
from shared.devices.device import COLLECTION
from shared.devices.reading import read_device
from shared.kit import clock
from shared.kit.device_signatures import ACKNOWLEDGEMENT
from shared.kit.ids import new_id
from tests.device_keys import DeviceKey as SoftwareKey
from tests.functions.notifications.worlds import World


async def test_a_device_shows_what_waits_and_no_text_of_the_tenant(world: World) -> None:
    await world.joins("gov", "governor")
    await world.subscribes("gov")
    approval_id = await world.asks()
    first, last = await world.deliveries()
    assert (first.kind, last.kind, first.means) == ("approval_pending", "last_call", "push")
    sent = await world.fire(first)
    assert sent.status == "delivered", sent
    ((_, headers, _),) = world.outside.got
    (shown,) = world.outside.pushed(world.browser)
    notification = shown["notification"]
    assert shown["web_push"] == 8030
    assert notification["title"] == "Approval waits: clinic-writer"
    assert notification["navigate"] == f"https://issuer.test/console/approvals/{approval_id}"
    assert notification["body"].startswith("Its risk is high. Decide by ")
    assert "Nobody else" not in str(shown)
    assert 86_000 < int(headers["ttl"]) <= 86_400
    assert len(headers["topic"]) == 32
    assert last.due_at is not None
    assert last.useful_until is not None
    assert last.useful_until - last.due_at == timedelta(hours=1)
    # Its timer again, from a task that Cloud Tasks delivers twice.
    await asyncio.gather(*(send.send(world.tenant, first.delivery_id, clock.now()) for _ in "ab"))
    assert len(world.outside.got) == 1
    # Somebody decides: the last call is moot.
    await world.changes(approval_id, status="approved")
    assert (await world.fire(last)).status == "moot"
    assert len(world.outside.got) == 1


async def test_one_event_is_one_delivery_for_each_place_of_whom_it_concerns(world: World) -> None:
    await world.joins("gov", "governor")
    await world.joins("dev", "developer")
    await world.joins("left", "governor", removed_at=clock.now())
    await world.joins("far", workspaces=[WorkspaceRoles(workspace_id="wsp_b", roles=("governor",))])
    await world.joins(
        "near", workspaces=[WorkspaceRoles(workspace_id="wsp_a", roles=("governor",))]
    )
    for principal in ("gov", "dev", "left", "far", "near", "stranger"):
        await world.channel("webhook", by=principal)
    # Told of the other workspace alone.
    await world.channel("slack", workspace="wsp_b")
    event = BudgetReached(scope="tenant", period="2026-11", limit_usd_micros=1, threshold=95)
    happened = await world.happens(event, "budget/tenant", source="runs", workspace="wsp_a")
    # Pub/Sub delivers it again, later.
    await HANDLERS[happened.type](happened.but(received_at=clock.now()))
    assert sorted(each.principal for each in await world.deliveries()) == ["gov", "near"]
    # Whoever leaves before it is sent is not told.
    (delivery,) = [each for each in await world.deliveries() if each.principal == "near"]
    await world.joins("near", "governor", removed_at=clock.now())
    assert (await world.fire(delivery)).status == "moot"
    assert world.outside.got == []


async def test_a_webhook_is_signed_and_slack_gets_a_link(world: World) -> None:
    await world.joins("gov", "governor")
    hook = await world.channel("webhook")
    await world.channel("slack")
    listed = await world.sent("GET", "/channels")
    assert hook["secret"].startswith("whsec_")
    assert "secret" not in listed["items"][0]
    assert listed["items"][1]["shown"].startswith("127.0.0.1:")
    await world.asks()
    for each in await world.deliveries():
        if each.kind == "approval_pending":
            assert (await world.fire(each)).status == "delivered"
    posts = {path: (headers, body) for path, headers, body in world.outside.got}
    headers, body = posts["/webhook"]
    said = Webhook(hook["secret"]).verify(body, headers)
    assert said["data"]["title"] == "Approval waits: clinic-writer"
    assert said["data"]["risk"] == "high"
    assert headers["webhook-id"] == said["data"]["delivery_id"]
    blocks = json.loads(posts["/slack"][1])["blocks"]
    assert [each["type"] for each in blocks] == ["header", "section", "actions"]
    assert blocks[2]["elements"][0]["url"].startswith("https://issuer.test/console/approvals/apr_")
    assert "Nobody else" not in str(posts)


async def test_what_is_gone_is_forgotten_and_what_is_busy_tried_again(world: World) -> None:
    await world.joins("gov", "governor")
    device_id = await world.subscribes("gov")
    await world.asks()
    delivery, _ = await world.deliveries()
    world.outside.answers.extend([503, 429, 410])
    busy = await world.fire(delivery)
    assert (busy.status, busy.attempts[-1].outcome) == ("waiting", "not_sent")
    assert busy.due_at is not None
    assert busy.due_at - busy.attempts[-1].at == PAUSES[0]
    limited = await world.fire(busy)
    assert limited.due_at is not None
    assert limited.due_at - limited.attempts[-1].at >= timedelta(seconds=119)
    gone = await world.fire(limited)
    assert (gone.status, gone.attempts[-1].outcome) == ("failed", "gone")
    await world.asks()
    assert len(await world.deliveries()) == 2
    # Its owner sends the same subscription again.
    device = await read_device(world.store, device_id)
    assert device is not None
    await world.registered(device)
    await world.asks()
    assert [each.device_id for each in await world.deliveries()] == [device_id] * 4
    # Slack says so of a webhook in its own words.
    await world.channel("slack")
    await world.asks()
    (told,) = [
        each
        for each in await world.deliveries()
        if each.means == "slack" and each.kind != "last_call"
    ]
    world.outside.answers.append(404)
    assert (await world.fire(told)).attempts[-1].detail == "Slack answered 404 no_service"
    assert (await world.sent("GET", "/channels"))["items"][0]["ended_at"] is not None


async def test_a_crash_between_sending_and_noting_sends_twice_at_most_and_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await world.joins("gov", "governor")
    await world.channel("webhook")
    await world.asks()
    delivery, _ = await world.deliveries()

    async def dies(*_: Any) -> None:
        raise asyncio.CancelledError

    monkeypatch.setattr(send, "_save", dies)
    for copies in (1, 2):
        with pytest.raises(asyncio.CancelledError):
            await world.fire(delivery, later=timedelta(minutes=copies))
        delivery = await world.read(delivery)
        assert (delivery.status, len(world.outside.got)) == ("sending", copies)
    monkeypatch.undo()
    over = await world.fire(delivery, later=LEASE)
    assert (over.status, over.unknown, over.due_at) == ("doubtful", 2, None)
    first, second = (headers["webhook-id"] for _, headers, _ in world.outside.got)
    assert first == second == delivery.delivery_id
    # Its owner may have it sent again.
    again = await world.sent("POST", f"/deliveries/{delivery.delivery_id}/resend")
    assert again["status"] == "waiting"
    assert (await world.fire(await world.read(delivery))).status == "delivered"


async def test_a_devices_events_may_come_in_any_order(world: World) -> None:
    await world.joins("gov", "governor")
    device_id = await world.subscribes("gov")
    device = await read_device(world.store, device_id)
    assert device is not None
    # Its key was registered before its subscription; that event is delivered last.
    await world.registered(device.but(has_push=False, subscription=""))
    await world.asks()
    assert [each.device_id for each in await world.deliveries()] == [device_id] * 2
    gone = device.but(has_push=False, subscription="", removed_at=clock.now())
    await world.put(COLLECTION, device_id, gone)
    await world.registered(device)
    await world.asks()
    assert len(await world.deliveries()) == 2


async def test_an_answer_that_never_comes_leaves_a_doubt(world: World) -> None:
    await world.joins("gov", "governor")
    await world.channel("webhook")
    await world.asks()
    delivery, _ = await world.deliveries()
    world.outside.answers.extend([None, None])
    once = await world.fire(delivery)
    assert (once.status, once.attempts[-1].outcome) == ("waiting", "unknown")
    assert (await world.fire(once)).status == "doubtful"


async def test_the_device_that_had_it_acknowledges_once(world: World) -> None:
    await world.joins("gov", "governor")
    key, other = SoftwareKey(), SoftwareKey()
    device_id = await world.subscribes("gov", key=DeviceKey(x=key.jwk["x"], y=key.jwk["y"]))
    approval_id = await world.asks()
    delivery, _ = await world.deliveries()
    delivery = await world.fire(delivery)
    path = f"/deliveries/{delivery.delivery_id}/acknowledge"
    statement = statement_of(world.tenant, delivery.delivery_id)

    async def tried(signer: SoftwareKey, kid: str, said: dict[str, object], typ: str) -> int:
        body = {"signature": signer.sign(said, typ, kid)}
        # A page that only reads passes it on: the key has signed it.
        answer = await world.send("POST", path, body, scopes=("governance:read",))
        return answer.status_code

    right = (device_id, statement, ACKNOWLEDGEMENT)
    assert await tried(other, *right) == 403
    assert await tried(key, "dev_other", *right[1:]) == 403
    assert await tried(key, *right[:2], "decision+jws") == 403
    elsewhere = statement_of("another", delivery.delivery_id)
    assert await tried(key, device_id, elsewhere, ACKNOWLEDGEMENT) == 403
    assert (await world.read(delivery)).acknowledged_at is None
    assert await tried(key, *right) == await tried(key, *right) == 200
    (published,) = [
        each
        for each in await world.topic.take(1)
        if each.attributes["ce-type"] == DeliveryAcknowledged.event_type
    ]
    said = DeliveryAcknowledged.model_validate_json(published.data)
    assert (said.device_id, said.principal) == (device_id, "gov")
    assert said.approval_id == approval_id
    # Nobody else sees it, and nobody else's device has it.
    assert (await world.send("POST", path, {"signature": "a.b.c"}, by="eve")).status_code == 404
    resent = f"/deliveries/{delivery.delivery_id}/resend"
    assert (await world.send("POST", resent, by="eve")).status_code == 404
    assert (await world.sent("GET", "/deliveries", by="eve"))["items"] == []
    assert (
        await world.send("POST", f"/deliveries/{new_id(PREFIX, clock.now())}/resend")
    ).status_code == 404


async def test_the_last_call_moves_with_its_deadline(world: World) -> None:
    await world.joins("gov", "governor")
    await world.channel("webhook")
    approval_id = await world.asks()
    _, last = await world.deliveries()
    assert last.due_at is not None
    later = last.useful_until + timedelta(hours=5) if last.useful_until else None
    await world.changes(approval_id, deadline_at=later)
    moved = await world.fire(last)
    assert (moved.status, moved.useful_until) == ("waiting", later)
    assert moved.due_at == last.due_at + timedelta(hours=5)
    assert (await world.fire(moved)).status == "delivered"
    assert json.loads(world.outside.got[0][2])["data"]["kind"] == "last_call"
    assert begin(moved, "x", clock.now()) == ()
