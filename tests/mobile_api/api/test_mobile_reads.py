"""What the phone reads: from the projection, of its own tenant."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.routing import APIRoute

from events import agents, approvals, precedents
from mobile_api.api import ROUTER
from mobile_api.rules.counters import SHARDS
from shared.kit import clock
from shared.kit.canonical import content_hash
from tests.mobile_api.phones import Phone
from tests.mobile_api.stories import (
    START,
    agent,
    approval,
    case_of,
    decided,
    id_of,
    precedent,
    vetoed,
    window,
)
from tests.mobile_api.worlds import happen, recorded

MISSED = "assent.lookup.missed.v1"
APPROVAL = id_of("apr", 1)

READS = [
    *("/dashboard", "/approvals", f"/approvals/{APPROVAL}", f"/approvals/{APPROVAL}/timeline"),
    *("/seeds", "/agents", "/violations"),
]
WRITES = [
    "/seeds",
    f"/seeds/{id_of('pre', 1)}/activate",
    f"/seeds/{id_of('pre', 1)}/suspend",
    "/sync",
    "/devices",
]


@pytest.mark.parametrize("path", [*READS, *WRITES])
async def test_nobody_gets_in_without_a_token(phone: Phone, path: str) -> None:
    method = "GET" if path in READS else "POST"
    answer = await phone.client.request(method, f"/v1/mobile{path}")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")


@pytest.mark.parametrize("path", [*READS, *WRITES])
async def test_a_scope_of_something_else_opens_nothing(phone: Phone, path: str) -> None:
    stranger = phone.with_scopes("agents:write")
    answer = await (stranger.get(path) if path in READS else stranger.post(path, b"{"))
    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


def test_every_call_of_the_contract_is_there_and_no_other() -> None:
    paths = {route.path for route in ROUTER.routes if isinstance(route, APIRoute)}
    assert {path.removeprefix("/v1/mobile") for path in paths} == {
        "/console",
        "/console/{path:path}",
        "/explorer",
        "/explorer/{path:path}",
        "/dashboard",
        "/approvals",
        "/approvals/{approval_id}",
        "/approvals/{approval_id}/timeline",
        "/seeds",
        "/seeds/{seed_id}",
        "/seeds/{seed_id}/activate",
        "/seeds/{seed_id}/suspend",
        "/agents",
        "/agents/{agent_id}",
        "/violations",
        "/devices",
        "/devices/options",
        "/devices/{device_id}",
        "/devices/{device_id}/confirm",
        "/sync",
    }


async def test_a_page_of_the_console_opens_with_what_its_address_fills_in(phone: Phone) -> None:
    for path in ("plan?referral=0123456789ABCDEF", "knowledge?question=Who%20decides%3F"):
        answer = await phone.client.get(f"/console/{path}")
        assert (answer.status_code, answer.headers["content-type"][:9]) == (200, "text/html")
    assert (await phone.client.get("/explorer/?question=x")).status_code == 422


async def test_a_new_tenant_sees_an_empty_dashboard(phone: Phone) -> None:
    answer = await phone.get("/dashboard")
    assert answer.status_code == 200
    assert answer.json() == {
        "active_agents": 0,
        "pending_approvals": 0,
        "open_veto_windows": 0,
        "recent_vetoes": [],
        "budget": {"spent_usd_micros": 0, "limit_usd_micros": 100_000_000, "state": "active"},
        "health": {
            "status": "healthy",
            "functions": [],
        },
        "as_of": None,
    }


async def test_the_dashboard_says_what_waits_and_what_is_overdue(phone: Phone) -> None:
    now = clock.now()
    tomorrow, earlier = now + timedelta(hours=24), now - timedelta(hours=1)
    await happen(
        phone.tenant,
        approval(approvals.ApprovalRequested, 1, deadline_at=earlier),
        approval(approvals.ApprovalRequested, 2, deadline_at=tomorrow),
        approval(approvals.ApprovalAutoApproved, 3, **window(tomorrow)),
        approval(approvals.ApprovalVetoed, 4, 2, case=case_of(4), **vetoed(earlier)),
        approval(approvals.ApprovalApproved, 5, 2, case=case_of(5), **decided(earlier)),
        approval(approvals.ApprovalApproved, 6, 2, case=case_of(6), **decided(now)),
        agent(number=7),
    )
    seen = (await phone.get("/dashboard")).json()
    assert (seen["active_agents"], seen["pending_approvals"]) == (1, 1)
    assert seen["open_veto_windows"] == 1
    assert [card["id"] for card in seen["recent_vetoes"]] == [id_of("apr", 4)]
    assert seen["as_of"] == "2026-11-20T12:00:00.000Z"
    stuck = {each["name"]: each["stuck"] for each in seen["health"]["functions"]}
    assert stuck == {"agents": 2, "approvals": 1}
    assert seen["health"]["status"] == "degraded"


async def test_a_dashboard_costs_the_same_however_long_the_history(phone: Phone) -> None:
    await happen(phone.tenant, *(agent(number=n) for n in range(1, 20)))
    assert (await phone.get("/dashboard")).headers["assent-cost"] == f"firestore-reads={SHARDS + 2}"
    await happen(phone.tenant, approval(approvals.ApprovalRequested, 1))
    before = (await phone.get("/dashboard")).headers["assent-cost"]
    await happen(
        phone.tenant,
        *(agent(number=n) for n in range(20, 80)),
        *(approval(approvals.ApprovalRequested, n) for n in range(2, 40)),
    )
    assert (await phone.get("/dashboard")).headers["assent-cost"] == before


async def test_an_unchanged_dashboard_is_not_sent_again(phone: Phone) -> None:
    first = await phone.get("/dashboard")
    assert first.headers["cache-control"] == "private, no-cache"
    etag = first.headers["etag"]
    assert not etag.startswith("W/")
    for condition in (etag, f'"other", W/{etag}', "*"):
        again = await phone.get("/dashboard", If_None_Match=condition)
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == etag
    await happen(phone.tenant, agent())
    changed = await phone.get("/dashboard", If_None_Match=etag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


async def test_cards_lie_in_three_buckets_newest_first(phone: Phone) -> None:
    tomorrow = clock.now() + timedelta(hours=24)
    waiting: dict[str, Any] = {"deadline_at": tomorrow}
    await happen(
        phone.tenant,
        *(
            approval(
                approvals.ApprovalRequested, n, requested_at=START + timedelta(seconds=n), **waiting
            )
            for n in (1, 2, 3)
        ),
        approval(approvals.ApprovalDeferred, 4, deferred_until=START, **waiting),
        approval(approvals.ApprovalEscalated, 5, **waiting),
        approval(approvals.ApprovalAutoApproved, 6, **window(tomorrow)),
        approval(approvals.ApprovalRejected, 7, **decided()),
    )
    pages = {
        bucket: [
            card["id"] for card in (await phone.get(f"/approvals?status={bucket}")).json()["items"]
        ]
        for bucket in ("pending", "veto_open", "decided")
    }
    assert pages["pending"] == [id_of("apr", n) for n in (3, 2, 1, 5, 4)]
    assert (pages["veto_open"], pages["decided"]) == ([id_of("apr", 6)], [id_of("apr", 7)])
    assert len((await phone.get("/approvals")).json()["items"]) == 7


async def test_a_list_goes_on_where_its_cursor_says(phone: Phone) -> None:
    tomorrow = clock.now() + timedelta(hours=24)
    await happen(
        phone.tenant,
        *(approval(approvals.ApprovalRequested, n, deadline_at=tomorrow) for n in range(1, 6)),
    )
    seen: list[str] = []
    cursor = ""
    while True:
        page = (await phone.get(f"/approvals?status=pending&limit=2{cursor}")).json()
        seen += [card["id"] for card in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [id_of("apr", n) for n in (5, 4, 3, 2, 1)]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=x", "limit"),
        ("status=open", "status"),
        ("cursor=%00", "cursor"),
        ("cursor=bm90IG91cnM", "cursor"),
        ("cursor=" + "a" * 2000, "cursor"),
    ],
)
async def test_a_bad_query_is_named(phone: Phone, query: str, field: str) -> None:
    answer = await phone.get(f"/approvals?{query}")
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == [field]


async def test_a_card_shows_exactly_what_is_hashed(phone: Phone) -> None:
    await happen(
        phone.tenant,
        approval(approvals.ApprovalRequested),
        approval(approvals.ApprovalApproved, 1, 2, **decided()),
    )
    card = (await phone.get(f"/approvals/{APPROVAL}")).json()
    assert content_hash(card["content"]) == card["decision_hash"]
    assert card["evidence"] == [[[1], "two"], {"three": 3.5}]
    assert [entry["event"] for entry in card["timeline"]] == ["requested", "approved"]
    assert (card["version"], card["decided_by"], card["veto"]) == (2, "gala", None)


async def test_another_tenant_finds_nothing_and_the_attempt_is_recorded(phone: Phone) -> None:
    await happen(
        phone.tenant,
        approval(approvals.ApprovalRequested),
        agent(),
        precedent(precedents.PrecedentActivated),
    )
    intruder = phone.at(f"{phone.tenant}-intruder")
    for path in (
        f"/approvals/{APPROVAL}",
        f"/approvals/{APPROVAL}/timeline",
        f"/agents/{id_of('agt', 1)}",
        f"/seeds/{id_of('pre', 1)}",
    ):
        assert (await phone.get(path)).status_code == 200
        answer = await intruder.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    for path in ("/approvals", "/agents", "/seeds", "/violations"):
        assert (await intruder.get(path)).json()["items"] == []
    assert 1 <= len(await recorded(intruder.tenant, MISSED)) <= 4
    assert await recorded(phone.tenant, MISSED) == []


@pytest.mark.parametrize("id", ["apr_x", "agt_1", "..", "%2e%2e%2fevents", "a" * 3000])
async def test_an_id_of_no_shape_is_not_looked_for(phone: Phone, id: str) -> None:
    answer = await phone.get(f"/approvals/{id}")
    assert answer.status_code == 404
    assert "firestore" not in answer.headers["assent-cost"]


async def test_agents_are_listed_by_name_with_their_open_case(phone: Phone) -> None:
    await happen(
        phone.tenant,
        agent(number=2),
        approval(approvals.ApprovalRequested, 1, case=case_of(1)),
    )
    first, second = (await phone.get("/agents")).json()["items"]
    assert (first["name"], first["status"], first["case_id"]) == (
        "writer-1",
        "certified",
        id_of("cas", 1),
    )
    assert (second["status"], second["case_id"]) == ("active", None)
    assert second["spend"]["limit_usd_micros"] == 7_000_000
    assert (await phone.get(f"/agents/{id_of('agt', 2)}")).json() == second


async def test_violations_come_with_their_evidence(phone: Phone) -> None:
    await happen(phone.tenant, agent(agents.AgentViolationReported))
    (violation,) = (await phone.get("/violations")).json()["items"]
    assert (violation["rule"], violation["evidence"]) == ("scope.drift", ["y"])
    assert violation["subject"] == {"type": "agent", "id": id_of("agt", 1), "name": "writer-1"}


async def test_a_precedent_shows_what_it_did(phone: Phone) -> None:
    await happen(
        phone.tenant,
        precedent(precedents.PrecedentVetoed, 1, 2, veto_count=1),
        approval(approvals.ApprovalAutoApproved, 1, **window()),
        approval(approvals.ApprovalVetoed, 2, 2, **window(), **vetoed()),
        approval(approvals.ApprovalRequested, 3),
    )
    (seed,) = (await phone.get("/seeds")).json()["items"]
    assert (seed["match_count"], seed["match_rate"]) == (2, 0.6667)
    assert (seed["veto_count"], seed["veto_rate"]) == (1, 0.5)
    assert seed["conditions"] == [{"field": "content.industry", "op": "eq", "value": "healthcare"}]
    assert (await phone.get(f"/seeds/{id_of('pre', 1)}")).json() == seed
