"""The core API over HTTP: shapes, scopes, the order of refusals, and what hostile bodies meet."""

import json
import uuid
from typing import Any

import httpx
import pytest

from shared.kit.canonical import content_hash
from tests.functions.approvals.api.conftest import Program
from tests.functions.approvals.builders import CONTENT, RATIONALE
from tests.shared.plain_words import assert_no_words_of_python

ASKED = {
    "kind": "execution",
    "subject": {"type": "job", "id": "job-7", "name": "reindex-articles"},
    "summary": "Rebuild the index of patient articles",
    "content": CONTENT,
    "evidence": ["ghostrun 12", {"rows": 1200}, ["nested", ["twice"]]],
    "rollback_plan": "Restore the previous index from its snapshot.",
}
SEED = {
    "title": "Reindex patient articles",
    "domain": "GOV",
    "kind": "execution",
    "max_risk": "medium",
    "conditions": [{"field": "content.action", "op": "eq", "value": "reindex"}],
    "rationale": RATIONALE,
}
MISSING_APPROVAL = "apr_01KAGQ0000000000000000000Z"
MISSING_SEED = "pre_01KAGQ0000000000000000000A"


def governor(program: Program, principal: str = "gala") -> Program:
    return program.of(principal, "governor")


async def ask(program: Program, **fields: Any) -> Any:
    answer = await program.post("/v1/approvals", {**ASKED, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def deciding(card: Any, decision: str = "approve", **fields: Any) -> dict[str, Any]:
    return {
        "decision": decision,
        "decision_hash": card["decision_hash"],
        "client_decision_id": str(uuid.uuid4()),
        **fields,
    }


def vetoing(card: Any, **fields: Any) -> dict[str, Any]:
    return {
        "approval_id": card["id"],
        "decision_hash": card["decision_hash"],
        "client_decision_id": str(uuid.uuid4()),
        "reason_category": "safety",
        "explanation": "Not while the clinic is open.",
        **fields,
    }


async def decide(program: Program, card: Any, decision: str = "approve", **fields: Any) -> Any:
    body = deciding(card, decision, **fields)
    return await program.post(f"/v1/approvals/{card['id']}/decisions", body)


def refused(answer: httpx.Response, status: int, code: str, *fields: str) -> None:
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert [error["field"] for error in problem["errors"]] == list(fields), problem


async def test_a_request_is_shown_with_exactly_what_is_hashed(program: Program) -> None:
    card = await ask(program)
    shown = await program.get(f"/v1/approvals/{card['id']}")
    detail = shown.json()
    assert detail["decision_hash"] == content_hash(detail["content"]) == content_hash(CONTENT)
    assert (card["status"], card["risk"], card["on_timeout"]) == ("pending", "medium", "deny")
    assert card["rule"] == {
        "kind": "any",
        "m": None,
        "of": [{"role": "governor", "principal": None}],
    }
    assert detail["evidence"] == ASKED["evidence"]
    assert (detail["rollback_plan"], detail["erased_at"]) == (ASKED["rollback_plan"], None)
    assert detail["risk_reasons"][0] == "something happens (medium)"
    assert (shown.status_code, {**detail, **card}) == (200, detail)
    (listed,) = (await program.get("/v1/approvals", status="pending")).json()["items"]
    assert {**card, **listed} == card
    assert not listed.keys() & {"content", "evidence", "rollback_plan", "matches"}


async def test_the_same_key_asks_once(program: Program) -> None:
    first = await program.post("/v1/approvals", ASKED, idempotency_key="k1")
    again = await program.post("/v1/approvals", ASKED, idempotency_key="k1")
    assert first.json() == again.json()
    other = await program.post("/v1/approvals", {**ASKED, "kind": "artifact"}, idempotency_key="k1")
    refused(other, 422, "idempotency_key_reused")


async def test_a_decision_answers_the_card_and_repeats_word_for_word(program: Program) -> None:
    card = await ask(program)
    body = deciding(card, note="Go ahead.")
    path = f"/v1/approvals/{card['id']}/decisions"
    first = await governor(program).post(path, body)
    assert (first.status_code, first.json()["status"]) == (200, "approved")
    again = await governor(program).post(path, json.dumps(body, indent=2).encode())
    assert again.content == first.content
    refused(await decide(governor(program, "goran"), card), 409, "already_decided")


async def test_refusals_over_http_come_in_order(program: Program) -> None:
    card = await ask(program)
    path = f"/v1/approvals/{card['id']}/decisions"
    nonsense = {"decision": "approve", "note": 7}
    stale = deciding({**card, "decision_hash": "0" * 64})
    fields = ("decision_hash", "client_decision_id", "note")
    reader = governor(program).with_scopes("approvals:read")
    refused(await reader.post(path, nonsense), 403, "scope_missing")
    text = await governor(program).post(path, nonsense, Content_Type="text/plain")
    refused(text, 415, "unsupported_media_type")
    stranger = governor(program).at("another-tenant")
    for anybody in (stranger, governor(program, "amira"), program.of("noor"), governor(program)):
        refused(await anybody.post(path, nonsense), 422, "invalid", *fields)
    refused(await stranger.post(path, stale), 404, "not_found")
    silent = deciding(card, "request_changes", note=" ")
    own = await governor(program, "amira").post(path, deciding(card, until="2020-01-01T00:00:00Z"))
    refused(own, 403, "separation_of_duties")
    refused(await program.of("noor").post(path, silent), 403, "forbidden")
    refused(await governor(program).post(path, silent), 422, "invalid", "note")
    refused(await governor(program).post(path, stale), 412, "stale_decision_hash")
    used = deciding(card)
    await governor(program).post(path, used)
    refused(await governor(program).post(path, stale), 409, "already_decided")
    missing = path.replace(card["id"], MISSING_APPROVAL)
    refused(await program.of("noor").post(missing, used), 422, "idempotency_key_reused")


async def test_refusals_of_a_veto_come_in_the_same_order(program: Program) -> None:
    card = await ask(program)
    silent = {"approval_id": card["id"], "explanation": 7}
    wrong = ("decision_hash", "client_decision_id", "reason_category", "explanation")
    stranger = governor(program).at("another-tenant")
    for anybody in (stranger, governor(program, "amira"), governor(program)):
        refused(await anybody.post("/v1/vetoes", silent), 422, "invalid", *wrong)
    unnamed = await governor(program).post("/v1/vetoes", vetoing({**card, "id": 7}))
    refused(unnamed, 422, "invalid", "approval_id")
    refused(await stranger.post("/v1/vetoes", vetoing(card)), 404, "not_found")
    nobody = await program.of("noor").post("/v1/vetoes", vetoing(card, explanation=" "))
    refused(nobody, 403, "forbidden")
    blank = await governor(program).post("/v1/vetoes", vetoing(card, explanation=" "))
    refused(blank, 422, "invalid", "explanation")


async def test_no_token_is_refused_before_anything_is_looked_at(program: Program) -> None:
    for method, path in [
        ("GET", "/v1/approvals"),
        ("GET", "/v1/approvals/apr_1"),
        ("POST", "/v1/approvals"),
        ("POST", "/v1/approvals/apr_1/decisions"),
        ("POST", "/v1/approvals/apr_1/review"),
        ("POST", "/v1/vetoes"),
        ("POST", "/v1/mobile/approvals/apr_1/approve"),
        ("POST", "/v1/mobile/approvals/apr_1/request-changes"),
        ("POST", "/v1/mobile/approvals/apr_1/veto"),
        ("GET", "/v1/precedent-seeds"),
        ("POST", "/v1/precedent-seeds"),
        ("GET", "/v1/precedent-seeds/pre_1"),
        ("POST", "/v1/precedent-seeds/pre_1/activate"),
        ("POST", "/v1/precedent-seeds/pre_1/suspend"),
    ]:
        refused(await program.client.request(method, path), 401, "unauthenticated")
        unscoped = program.with_scopes("agents:read")
        call = unscoped.get(path) if method == "GET" else unscoped.post(path, {})
        refused(await call, 403, "scope_missing")


async def test_the_phones_scopes_are_taken_and_only_for_what_they_say(program: Program) -> None:
    card = await ask(program)
    phone = governor(program).with_scopes("governance:read")
    assert (await phone.get(f"/v1/approvals/{card['id']}")).status_code == 200
    refused(await decide(phone, card), 403, "scope_missing")
    refused(await phone.post("/v1/vetoes", vetoing(card)), 403, "scope_missing")
    writer = governor(program).with_scopes("governance:write")
    refused(await writer.post("/v1/vetoes", vetoing(card)), 403, "scope_missing")
    vetoer = governor(program).with_scopes("veto:execute")
    refused(await decide(vetoer, card), 403, "scope_missing")
    vetoed = await vetoer.post("/v1/vetoes", vetoing(card))
    assert (vetoed.status_code, vetoed.json()["status"]) == (200, "rejected")
    assert vetoed.json()["veto_reason"]["category"] == "safety"


async def test_a_precedent_from_its_posting_to_its_veto(program: Program) -> None:
    example = await ask(program)
    await decide(governor(program), example)
    posted = await governor(program).post(
        "/v1/precedent-seeds", {**SEED, "example_approval_id": example["id"]}
    )
    seed = posted.json()
    assert (posted.status_code, seed["status"]) == (201, "approved")
    assert {finding["verdict"] for finding in seed["findings"]} == {"pass"}
    path = f"/v1/precedent-seeds/{seed['seed_id']}"
    refused(await program.post(f"{path}/activate"), 403, "forbidden")
    key = {"idempotency_key": "once"}
    active = await governor(program).post(f"{path}/activate", **key)
    assert (active.status_code, active.json()["status"]) == (200, "active")
    assert (await governor(program).post(f"{path}/activate", **key)).json() == active.json()
    refused(await governor(program).post(f"{path}/activate"), 409, "version_conflict")
    matched = await ask(program)
    assert matched["status"] == "auto_approved"
    detail = (await program.get(f"/v1/approvals/{matched['id']}")).json()
    assert detail["matches"][0]["satisfied"][0] == 'content.action eq "reindex"'
    vetoed = await governor(program).post("/v1/vetoes", vetoing(matched))
    assert vetoed.json()["status"] == "vetoed"
    shown = (await program.get(path)).json()
    assert (shown["match_count"], shown["veto_count"], shown["veto_rate"]) == (1, 1, 1.0)
    suspended = await governor(program).post(f"{path}/suspend")
    assert suspended.json()["status"] == "suspended"
    assert len((await program.get("/v1/precedent-seeds")).json()["items"]) == 1


@pytest.mark.parametrize("verb", ["activate", "suspend"])
async def test_what_is_missing_is_not_found_before_a_missing_role_is_refused(
    program: Program, verb: str
) -> None:
    example = await ask(program)
    await decide(governor(program), example)
    seed = {**SEED, "example_approval_id": example["id"]}
    posted = (await governor(program).post("/v1/precedent-seeds", seed)).json()
    path = f"/v1/precedent-seeds/{posted['seed_id']}/{verb}"
    refused(await program.at("another-tenant").post(path), 404, "not_found")
    refused(await program.post(f"/v1/precedent-seeds/{MISSING_SEED}/{verb}"), 404, "not_found")
    refused(await program.post(path), 403, "forbidden")


async def test_a_broken_glass_is_reviewed_over_the_api(program: Program) -> None:
    card = await ask(program)
    broken = (await decide(governor(program), card, "break_glass", grounds="outage")).json()
    assert broken["break_glass"] == {"grounds": "outage", "skipped": []}
    path = f"/v1/approvals/{card['id']}/review"
    body = {"verdict": "overturned", "note": "There was no outage."}
    refused(await governor(program).post(path, body), 403, "separation_of_duties")
    other = governor(program, "goran")
    refused(await other.post(path, {"verdict": "maybe"}), 422, "invalid", "verdict", "note")
    reviewed = await other.post(path, body, idempotency_key="r1")
    assert reviewed.json()["review"]["status"] == "overturned"
    again = await other.post(path, body, idempotency_key="r1")
    assert again.json() == reviewed.json()


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ({"kind": "wish"}, "kind"),
        ({"content": []}, "content"),
        ({"content": {"n": 9007199254740993}}, "content"),
        ({"surprise": 1}, "surprise"),
        ({"subject": {"type": "", "id": "x"}}, "subject.type"),
        ({"deadline_seconds": 899}, "deadline_seconds"),
        ({"deadline_seconds": "60"}, "deadline_seconds"),
        ({"rule": {"kind": "m_of_n", "of": [{"role": "governor"}]}}, "rule.m"),
        ({"rule": {"kind": "any", "of": []}}, "rule.of"),
        ({"summary": ""}, "summary"),
        ({"evidence": [1] * 51}, "evidence"),
    ],
)
async def test_a_bad_request_names_its_field(
    program: Program, fields: dict[str, Any], named: str
) -> None:
    refused(await program.post("/v1/approvals", {**ASKED, **fields}), 422, "invalid", named)


def bombs() -> dict[str, bytes]:
    plain = json.dumps(ASKED).encode()
    deep = b'{"a":' * 50_000 + b"1" + b"}" * 50_000
    level = b'{"a":' * 100 + b"1" + b"}" * 100
    return {
        "nothing": b"",
        "no JSON": b"{",
        "a list": b"[]",
        "nested fifty thousand deep": plain.replace(b'"action"', b'"x":' + deep + b',"action"'),
        "nested a hundred deep": plain.replace(b'"action"', b'"x":' + level + b',"action"'),
        "a lone surrogate": plain.replace(b"reindex-articles", b"\\ud800"),
        "not a number": plain.replace(b"1200", b"NaN"),
        "no UTF-8": plain.replace(b"reindex-articles", b"\xff\xfe"),
        "a huge number": plain.replace(b"1200", b"1e999"),
        "a long number": plain.replace(b"1200", b"9" * 5000),
    }


@pytest.mark.parametrize("name", bombs())
async def test_hostile_bodies_are_refused_with_a_clear_error(program: Program, name: str) -> None:
    answer = await program.post("/v1/approvals", bombs()[name])
    assert answer.status_code == (400 if name in ("no JSON", "no UTF-8") else 422), answer.text
    assert answer.json()["errors"]
    assert_no_words_of_python(answer.text)


async def test_a_body_over_a_megabyte_is_too_large(program: Program) -> None:
    refused(await program.post("/v1/approvals", b"x" * 1_000_001), 413, "payload_too_large")


@pytest.mark.parametrize("id", ["apr_1", "nonsense", "pre_01KAGQ0000000000000000000A"])
async def test_what_is_no_id_is_not_found(program: Program, id: str) -> None:
    refused(await program.get(f"/v1/approvals/{id}"), 404, "not_found")
    path = f"/v1/approvals/{id}/decisions"
    body = deciding({"decision_hash": "0" * 64})
    refused(await governor(program).post(path, body), 404, "not_found")


@pytest.mark.parametrize(
    ("query", "named"),
    [({"limit": 0}, "limit"), ({"limit": 101}, "limit"), ({"cursor": "x"}, "cursor")],
)
async def test_a_bad_page_names_its_parameter(
    program: Program, query: dict[str, Any], named: str
) -> None:
    for path in ("/v1/approvals", "/v1/precedent-seeds"):
        refused(await program.get(path, **query), 422, "invalid", named)
    bucket = await program.get("/v1/approvals", status="everything")
    refused(bucket, 422, "invalid", "status")


@pytest.mark.parametrize("character", ['"', "\U0001f9ff", "\nx", "\\"])
async def test_the_largest_content_is_kept_and_answered_again(
    program: Program, character: str
) -> None:
    each = len(json.dumps(character, ensure_ascii=False).encode()) - 2
    text = character * ((256 * 1024 - 16) // each)
    evidence = [character * ((64 * 1024 - 16) // each)]
    body = {**ASKED, "content": {"text": text}, "evidence": evidence}
    raw = json.dumps(body, ensure_ascii=False).encode()
    first = await program.post("/v1/approvals", raw, idempotency_key="large")
    assert first.status_code == 201, first.text
    again = await program.post("/v1/approvals", raw, idempotency_key="large")
    assert again.json() == first.json()
    assert (await decide(governor(program), first.json())).status_code == 200


async def test_unusual_plain_text_is_kept_as_it_came(program: Program) -> None:
    odd = {"note": "שלום ℝ é \U0001f9ff", "": "empty name", "a.b": 1, "__x__": 2}
    card = await ask(program, content=odd)
    shown = (await program.get(f"/v1/approvals/{card['id']}")).json()
    assert shown["content"] == odd
    assert shown["decision_hash"] == content_hash(odd)


async def test_the_policy_is_shown_and_a_change_is_an_approval(program: Program) -> None:
    shown = await program.get("/v1/approvals/policy")
    assert (shown.status_code, shown.json()["version"]) == (200, 0)
    assert {entry["kind"] for entry in shown.json()["entries"]} == {
        *("artifact", "communication", "execution", "financial", "constitutional")
    }
    two = {"kind": "all", "of": [{"role": "governor"}, {"role": "cfo"}]}
    entry = {"kind": "financial", "min_amount_usd_micros": 1_000_000_000, "rule": two}
    wanted = {"entries": [entry], "reason": "Large payments need the CFO."}
    proposed = await program.put("/v1/approvals/policy", wanted)
    card = proposed.json()
    assert (proposed.status_code, card["kind"], card["status"]) == (
        202,
        "constitutional",
        "pending",
    )
    detail = (await program.get(f"/v1/approvals/{card['id']}")).json()
    assert detail["content"]["entries"][-2]["rule"]["of"][0] == {
        "role": "governor",
        "principal": None,
    }
    decided = await decide(governor(program), card)
    assert decided.json()["status"] == "approved"
    assert (await program.get("/v1/approvals/policy")).json()["version"] == 1
    payment = {"kind": "financial", "effect": "pay", "amount_usd_micros": 2_000_000_000}
    asked = await ask(program, **payment)
    assert asked["missing"] == ["role:governor", "role:cfo"]
    assert (asked["amount_usd_micros"], asked["risk"]) == (2_000_000_000, "high")


async def test_a_policy_that_is_not_sound_is_refused_by_its_field(program: Program) -> None:
    bad = {"kind": "constitutional", "rule": {"kind": "any", "of": [{"role": "intern"}]}}
    answer = await program.put("/v1/approvals/policy", {"entries": [bad], "reason": "why not"})
    refused(answer, 422, "invalid", "entries.0.rule")
    reader = program.with_scopes("approvals:read")
    body = {"entries": [], "reason": "x"}
    refused(await reader.put("/v1/approvals/policy", body), 403, "scope_missing")


async def test_a_requester_who_names_an_accomplice_replaces_no_governor(program: Program) -> None:
    card = await ask(program, rule={"kind": "any", "of": [{"principal": "aldo"}]})
    voted = await decide(program.of("aldo"), card)
    assert (voted.status_code, voted.json()["status"]) == (200, "pending")
    assert voted.json()["missing"] == ["role:governor"]
    assert (await decide(governor(program), card, "reject")).json()["status"] == "rejected"


@pytest.mark.parametrize("name", ["deadline", "service:approvals", MISSING_SEED])
async def test_nobody_signs_in_under_a_name_of_assents_own(program: Program, name: str) -> None:
    refused(await program.of(name, "governor").get("/v1/approvals"), 401, "unauthenticated")
