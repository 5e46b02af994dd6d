"""What becomes of a notice: whom it reaches, once, and what each try leaves."""

from datetime import timedelta

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
