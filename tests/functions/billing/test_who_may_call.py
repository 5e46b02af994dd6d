"""Who may call billing: tokens of its own scopes, and Stripe."""

from typing import Any

from infra.observability.metrics import BILLING, LATE_NOTICES
from tests.functions.billing.worlds import ORDER, World
from tests.infra.observability.log_filters import matches
from tests.infra.observability.logged import listening


async def test_a_token_for_billing_alone_reads_or_buys_and_does_nothing_else(world: World) -> None:
    reads, writes = ("billing:read",), ("billing:write",)
    shown = await world.sent("GET", "/subscription", roles=(), scopes=reads)
    assert [each["meter"] for each in shown["quotas"]][-1] == "seats"
    assert (await world.sent("GET", "/invoices", scopes=reads))["items"] == []
    assert (await world.sent("POST", "/billing/checkout", ORDER, scopes=writes))["url"]
    for method, path, scopes in (
        ("POST", "/billing/checkout", reads),
        ("GET", "/invoices", writes),
        ("GET", "/invoices", ("usage:read",)),
    ):
        refused = await world.send(method, path, ORDER if method == "POST" else None, scopes=scopes)
        assert (refused.status_code, refused.json()["code"]) == (403, "scope_missing")
    # The scope is no role: only an admin buys, and sees invoices.
    for claims in ({"roles": ()}, {"roles": ("governor",)}):
        refused = await world.send("GET", "/invoices", scopes=reads, **claims)
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_whoever_does_not_sign_is_a_stranger_whatever_they_send(world: World) -> None:
    await world.buys()
    [event, *_] = await world.events()
    before = await world.kept()
    # What a stranger sends is refused as a stranger's, whatever its shape is.
    unread = (b"", b"{", b"\xff", b'{"id": "evt_1", "id": "evt_2"}', b"[" + b"1," * 50_000 + b"1]")
    shaped: tuple[Any, ...] = (
        {},
        {"id": "evt_1"},
        {**event, "data": 7},
        {**event, "id": "…"},
        [event],
        7,
    )
    for odd in (*shaped, *unread):
        answer = await world.notice(odd, secret="whsec_other")
        assert (answer.status_code, answer.json()["code"]) == (400, "notice_refused"), odd
        with listening() as logged:
            answer = await world.notice(odd)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), odd
        assert any(matches(LATE_NOTICES.filter, each) for each in logged.entries(BILLING))
    assert await world.kept() == before
