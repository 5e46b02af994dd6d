"""What a governor reads is what is decided: in words, in contents, in lists, and afterwards.

More of it: `test_log_entries.py` (forged entries of the log), and `signed.py` of the chaos checker
(each signature says what its event says)."""

import json
from typing import Any

import pytest
from google.cloud.firestore import DELETE_FIELD, Client

from emulators.running import RunningPlatform
from mobile_api.service.rebuild import rebuild
from shared.kit import clock
from shared.kit.canonical import canonical_json, content_hash
from tests.attacks.asking import HOUR, MINUTE, ask, decide, refused, request
from tests.contracts.http.calls import (
    OF_CAPABILITIES,
    WIRES,
    WITH_BODY,
    assert_problem,
    call,
    strangers,
)
from tests.journeys.world import GRACE_SECONDS, VETO_WINDOW_SECONDS, World

pytestmark = pytest.mark.platform

# More than fitted into one document when a card held its own timeline.
DEFERRALS = 80
LONGEST_NOTE = "x" * 4_000
# Each of its items answers for itself: test_interfaces.py.
SYNC = "/v1/mobile/sync"
# Turned around, with something invisible, with another alphabet's letter, struck out, in squares,
# with a letter of a script of few, as flags of no region, in wide letters.
ODD_TEXTS = (
    *(
        "pay \u202e000,1$",
        "pay\u200b",
        "p\u0430yment",
        "do no\u0336t\u0336 pay",
        "\U0001f13f\U0001f130",
    ),
    *("pa\ua576", "\U0001f1f5\U0001f1e6\U0001f1fe", "\uff50\uff41\uff59"),
)
OUT_OF_SIGHT = "\n" * 100
BUCKETS = ("pending", "veto_open", "decided")


@pytest.mark.by_day(10)
@pytest.mark.parametrize(
    ("method", "path"),
    # What is said to a model may be any text, and is shown to nobody who decides.
    [
        each
        for each in WITH_BODY
        if each[1] != SYNC and each not in OF_CAPABILITIES and not each[1].startswith(WIRES)
    ],
)
def test_no_call_takes_text_that_people_misread(
    running: RunningPlatform, method: str, path: str
) -> None:
    token = strangers(running)
    for odd in ODD_TEXTS:
        for body in ({"note": odd}, {odd: 1}):
            answer = call(running, token, method, path, json=body)
            assert_problem(answer, 422, "invalid")
            assert "U+" in answer.text, answer.text


def test_nothing_is_pushed_out_of_sight_of_who_decides(world: World) -> None:
    for blank in (OUT_OF_SIGHT, " " * 1_000, "\u3000" * 100, "\t" * 21, "\r\n" * 5):
        for body in (
            request(summary=f"Pay 5 dollars{blank}and sell the clinic"),
            request(content={"code": f"pay(5){blank}sell()"}),
            request(content={f"pay{blank}": 1}),
        ):
            answer = world.author.send("POST", "/v1/approvals", json=body)
            assert (answer.status_code, answer.json()["code"]) == (422, "invalid"), answer.text
            assert "in a row" in answer.json()["detail"]
    code = "def pay():\n    if due:\n" + " " * 76 + "send()\n\n\nclass Case:\n\tpass\n"
    assert ask(world.author, content={"code": code})["status"] == "pending"


def test_a_content_that_was_swapped_in_the_database_is_neither_shown_nor_deployed(
    world: World, firestore: Client
) -> None:
    case = world.submit("writer")
    card = world.card(case)
    spec_hash = world.agent(case)["spec_hash"]
    contents = firestore.collection(f"tenants/{world.tenant}/contents")
    for hash in (card["decision_hash"], spec_hash):
        swapped = {"body": '{"purpose": "harmless"}', "packed": DELETE_FIELD}
        contents.document(hash).update(swapped)
    for path in ("/v1/mobile/approvals", "/v1/approvals"):
        answer = world.governor.send("GET", f"{path}/{card['id']}")
        refused(answer, 409, "content_invalid")
    assert world.decide("approve", card).status_code in (200, 409)
    world.settle()
    assert world.governor.get("/v1/mobile/dashboard")["active_agents"] == 0


def test_an_approval_of_another_content_than_the_cases_deploys_nothing(
    world: World, firestore: Client
) -> None:
    case = world.submit("writer")
    card = world.card(case)
    harmless = {"purpose": "harmless"}
    tenant = f"tenants/{world.tenant}"
    body = {"body": canonical_json(harmless).decode(), "size": 22}
    firestore.document(f"{tenant}/contents/{content_hash(harmless)}").set(body)
    approval = firestore.document(f"{tenant}/approvals/{card['id']}")
    state = json.loads((approval.get().to_dict() or {})["state"])
    approval.update({"state": json.dumps({**state, "decision_hash": content_hash(harmless)})})
    refused(world.decide("approve", card), 412, "stale_decision_hash")
    shown = world.governor.get(f"/v1/approvals/{card['id']}")
    assert shown["content"] == harmless
    assert world.decide("approve", shown).json()["status"] == "approved"
    world.settle()
    assert world.statuses(case) == ("certified", "ethics_cleared")
    (violation,) = world.governor.get("/v1/mobile/violations")["items"]
    assert violation["rule"] == "signed_decisions"


@pytest.mark.nightly
def test_a_card_stays_right_however_often_it_was_deferred(
    world: World, running: RunningPlatform
) -> None:
    card = ask(world.author, kind="constitutional")
    for _ in range(DEFERRALS):
        answer = decide(world.governor, card, "defer", until=card["deadline_at"], note=LONGEST_NOTE)
        assert answer.status_code == 200, answer.text
    assert decide(world.governor, card).json()["status"] == "approved"
    world.settle()
    shown = world.governor.get(f"/v1/mobile/approvals/{card['id']}")
    assert (shown["status"], shown["version"]) == ("approved", DEFERRALS + 2)
    entries, cursor = list(shown["timeline"]), shown["timeline_cursor"]
    while cursor is not None:
        path = f"/v1/mobile/approvals/{card['id']}/timeline"
        page = world.governor.get(path, cursor=cursor)
        entries, cursor = [*page["items"], *entries], page["next_cursor"]
    assert len(entries) == DEFERRALS + 2
    rebuilt = running.run(rebuild(world.tenant, now=clock.now()))
    assert rebuilt.digest_before == rebuilt.digest_after


def test_every_list_count_and_card_agrees_while_nobody_has_acted_on_the_clock(
    world: World,
) -> None:
    world.activate_precedent()
    assented = world.card(world.submit("writer"))["id"]
    assert _buckets(world, assented) == ("auto_approved", {"veto_open"})
    world.platform.advance(VETO_WINDOW_SECONDS - 45 * MINUTE)
    asked = ask(world.author, kind="artifact")["id"]
    world.settle()
    assert _buckets(world, asked) == ("pending", {"pending"})
    # Past both moments; the timers fire a minute later.
    world.platform.advance(30 * MINUTE + 1)
    assert _buckets(world, asked) == ("expired", {"decided"})
    assert _buckets(world, assented) == ("auto_approved", {"veto_open"})
    world.platform.advance(15 * MINUTE)
    assert _buckets(world, assented) == ("confirmed", {"decided"})
    dashboard = world.governor.get("/v1/mobile/dashboard")
    assert (dashboard["pending_approvals"], dashboard["open_veto_windows"]) == (0, 0)
    card = world.governor.get(f"/v1/mobile/approvals/{assented}")
    refused(world.veto(card), 410, "veto_window_closed")
    told = [e["type"] for e in world.events() if e["subject"] == f"approval/{assented}"]
    assert "assent.approval.confirmed.v1" not in told
    world.platform.advance(GRACE_SECONDS)
    assert _buckets(world, assented) == ("confirmed", {"decided"})


@pytest.mark.by_day(1)
@pytest.mark.parametrize("seconds", [30 * MINUTE + 1, HOUR])
def test_a_rejection_after_silence_is_refused_and_leaves_a_trace(
    world: World, seconds: int
) -> None:
    entry = {
        "kind": "artifact",
        "rule": {"kind": "any", "of": [{"role": "governor"}]},
        "silence_approves": ["author"],
    }
    policy = {"entries": [entry], "reason": "Drafts wait for nobody."}
    proposed = world.author.send("PUT", "/v1/approvals/policy", json=policy)
    assert decide(world.governor, proposed.json()).status_code == 200
    card = ask(world.author, kind="artifact")
    world.platform.advance(seconds)
    for _ in range(2):
        late = decide(world.governor, card, "reject", note="Not this one.")
        refused(late, 410, "approval_expired")
        assert "silence has approved" in late.json()["detail"]
    world.platform.advance(2 * MINUTE)
    world.settle()
    shown = world.governor.get(f"/v1/approvals/{card['id']}")
    assert (shown["status"], shown["capacity"]) == ("approved", "silence")
    (trace,) = shown["late"]
    assert (trace["principal"], trace["decision"], trace["note"]) == (
        "gala",
        "reject",
        "Not this one.",
    )
    phone = world.governor.get(f"/v1/mobile/approvals/{card['id']}")
    assert phone["status"] == "approved"
    assert "decided_late" in json.dumps(phone["timeline"])


def _buckets(world: World, id: str) -> tuple[str, set[str]]:
    """The card's one status by both APIs, and the lists in which it is."""
    found: list[Any] = []
    for path in ("/v1/mobile/approvals", "/v1/approvals"):
        status = world.governor.get(f"{path}/{id}")["status"]
        lists = {
            bucket: {card["id"]: card for card in _all(world, path, bucket)} for bucket in BUCKETS
        }
        listed = {bucket for bucket, cards in lists.items() if id in cards}
        assert {lists[bucket][id]["status"] for bucket in listed} <= {status}
        found.append((status, listed))
    assert found[0] == found[1]
    return found[0][0], found[0][1]


def _all(world: World, path: str, bucket: str) -> list[dict[str, Any]]:
    return list(world.governor.get(path, status=bucket, limit=100)["items"])


@pytest.mark.by_day(1)
@pytest.mark.parametrize("verb", ["approve", "reject"])
def test_a_request_that_names_an_agent_says_nothing_about_the_agent(
    world: World, verb: str
) -> None:
    live, waits = world.live("writer"), world.submit("other-writer")
    before = _agents(world)
    for case in (live, waits):
        agent = world.agent(case)
        subject = {"type": "worker", "id": agent["agent_id"], "name": agent["name"]}
        card = ask(world.author, kind="constitutional", subject=subject, content=agent["spec"])
        assert (card["case"], card["stage"]) == (None, None)
        assert decide(world.governor, card, verb).status_code == 200
    world.settle()
    assert _agents(world) == before
    world.platform.advance(HOUR)
    world.settle()
    assert world.governor.get("/v1/mobile/dashboard")["health"]["status"] == "healthy"


def _agents(world: World) -> list[list[dict[str, Any]]]:
    """What the core and the phone say of each agent."""
    names = ("agent_id", "name", "status", "version", "case_id")
    return [
        sorted(
            ({name: each[name] for name in names} for each in world.governor.get(path)["items"]),
            key=lambda each: str(each["agent_id"]),
        )
        for path in ("/v1/agents", "/v1/mobile/agents")
    ]
