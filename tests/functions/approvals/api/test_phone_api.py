"""What a governor decides on a phone: three calls, each answered with the phone's card."""

import json
import uuid
from typing import Any

import pytest

from events.approvals import Card
from shared.messaging.log import EVENT_LOG
from shared.storage.firestore import TenantStore
from tests.functions.approvals.api.conftest import Program
from tests.functions.approvals.api.test_approvals_api import SEED, ask, governor, refused

MISSING = "apr_01KAGQ0000000000000000000A"
ACTIONS = ("approve", "request-changes", "veto")
SCOPES = ("governance:write", "veto:execute")
STATUS_AFTER = {"approve": "approved", "request-changes": "changes_requested", "veto": "rejected"}
EXTRA: dict[str, dict[str, Any]] = {
    "approve": {},
    "request-changes": {"note": "Name the editor."},
    "veto": {"reason_category": "safety", "explanation": "Not this one."},
}


def phone(program: Program, principal: str = "gala") -> Program:
    return governor(program, principal).with_scopes(*SCOPES)


def path(approval_id: str, action: str) -> str:
    return f"/v1/mobile/approvals/{approval_id}/{action}"


def body(card: Any, action: str, **fields: Any) -> dict[str, Any]:
    decision = {
        "decision_hash": card["decision_hash"],
        "client_decision_id": str(uuid.uuid4()),
    }
    return {**decision, **EXTRA[action], **fields}


async def misses(tenant: str) -> int:
    where = [("type", "==", "assent.lookup.missed.v1")]
    return await TenantStore(tenant).count(EVENT_LOG, where=where)


@pytest.mark.parametrize("action", ACTIONS)
async def test_a_decision_is_answered_with_the_card(program: Program, action: str) -> None:
    asked = await ask(program)
    answer = await phone(program).post(path(asked["id"], action), body(asked, action))
    card = answer.json()
    assert (answer.status_code, card["status"]) == (200, STATUS_AFTER[action])
    assert card.keys() == Card.model_fields.keys() - {"workspace_id"}  # It is in none.
    assert (card["id"], card["decided_by"], card["version"]) == (asked["id"], "gala", 2)
    shown = (await program.get(f"/v1/approvals/{asked['id']}")).json()
    assert card == {name: shown[name] for name in card}


@pytest.mark.parametrize(("action", "field"), [("approve", "note"), ("veto", "attachments")])
async def test_what_need_not_be_said_may_be_null(program: Program, action: str, field: str) -> None:
    asked = await ask(program)
    decision = body(asked, action)
    first = await phone(program).post(path(asked["id"], action), {**decision, field: None})
    again = await phone(program).post(path(asked["id"], action), decision)
    assert (first.status_code, again.content) == (200, first.content)


@pytest.mark.parametrize("action", ACTIONS)
async def test_the_same_decision_again_answers_the_same(program: Program, action: str) -> None:
    asked = await ask(program)
    decision = body(asked, action)
    first = await phone(program).post(path(asked["id"], action), decision)
    again = await phone(program).post(
        path(asked["id"], action), json.dumps(decision, indent=2).encode()
    )
    assert (again.status_code, again.content) == (200, first.content)
    other = {**decision, "decision_hash": "0" * 64}
    refused(
        await phone(program).post(path(asked["id"], action), other), 422, "idempotency_key_reused"
    )
    later = body(asked, "approve", note="After all.")
    goran = phone(program, "goran")
    refused(await goran.post(path(asked["id"], "approve"), later), 409, "already_decided")


async def test_a_decision_is_one_over_both_calls_that_take_it(program: Program) -> None:
    asked = await ask(program)
    decision = body(asked, "approve", note="Go ahead.")
    taken = await phone(program).post(path(asked["id"], "approve"), decision)
    again = await phone(program).post(
        f"/v1/approvals/{asked['id']}/decisions", {**decision, "decision": "approve"}
    )
    assert again.status_code == 200
    assert taken.json() == {name: again.json()[name] for name in taken.json()}


async def test_a_veto_inside_its_window_reverses_what_a_precedent_assented_to(
    program: Program,
) -> None:
    example = await ask(program)
    await phone(program).post(path(example["id"], "approve"), body(example, "approve"))
    posted = {**SEED, "example_approval_id": example["id"]}
    seed = (await governor(program).post("/v1/precedent-seeds", posted)).json()
    await governor(program).post(f"/v1/precedent-seeds/{seed['seed_id']}/activate")
    asked = await ask(program)
    assert asked["status"] == "auto_approved"
    answer = await phone(program).post(path(asked["id"], "veto"), body(asked, "veto"))
    assert (answer.status_code, answer.json()["status"]) == (200, "vetoed")


@pytest.mark.parametrize("action", ACTIONS)
async def test_refusals_come_in_order(program: Program, action: str) -> None:
    asked = await ask(program)
    nonsense = b"{"
    unknown = await program.client.post(path(asked["id"], action), content=nonsense)
    refused(unknown, 401, "unauthenticated")
    reader = governor(program).with_scopes("governance:read")
    refused(await reader.post(path(MISSING, action), nonsense), 403, "scope_missing")
    yaml = {"Content_Type": "application/yaml"}
    refused(
        await phone(program).post(path(MISSING, action), nonsense, **yaml),
        415,
        "unsupported_media_type",
    )
    unread = await phone(program).post(path(MISSING, action), nonsense)
    refused(unread, 400, "malformed_request", "body")
    assert await misses(program.tenant) == 0
    decision = body(asked, action)
    refused(await phone(program).post(path(MISSING, action), decision), 404, "not_found")
    assert await misses(program.tenant) == 1
    stranger = phone(program).at(f"{program.tenant}-other")
    refused(await stranger.post(path(asked["id"], action), decision), 404, "not_found")
    if action == "approve":
        own = await phone(program, "amira").post(path(asked["id"], action), decision)
        refused(own, 403, "separation_of_duties")
    nobody = program.of("noor").with_scopes(*SCOPES)
    refused(await nobody.post(path(asked["id"], action), decision), 403, "forbidden")
    stale = {**decision, "decision_hash": "0" * 64}
    refused(await phone(program).post(path(asked["id"], action), stale), 412, "stale_decision_hash")


async def test_each_action_needs_its_own_scope(program: Program) -> None:
    asked = await ask(program)
    writer = governor(program).with_scopes("governance:write", "approvals:write")
    vetoing = body(asked, "veto")
    refused(await writer.post(path(asked["id"], "veto"), vetoing), 403, "scope_missing")
    vetoer = governor(program).with_scopes("veto:execute", "approvals:write")
    for action in ("approve", "request-changes"):
        call = vetoer.post(path(asked["id"], action), body(asked, action))
        refused(await call, 403, "scope_missing")


@pytest.mark.parametrize(
    ("action", "fields", "field"),
    [
        ("approve", {"decision": "break_glass"}, "decision"),
        ("approve", {"note": 1}, "note"),
        ("approve", {"client_decision_id": "not-a-uuid"}, "client_decision_id"),
        ("approve", {"approval_id": MISSING}, "approval_id"),
        ("request-changes", {"note": None}, "note"),
        ("veto", {"reason_category": "mood"}, "reason_category"),
        ("veto", {"attachments": "one"}, "attachments"),
    ],
)
async def test_a_body_that_says_more_or_less_than_the_call_is_refused(
    program: Program, action: str, fields: dict[str, Any], field: str
) -> None:
    asked = await ask(program)
    answer = await phone(program).post(path(asked["id"], action), body(asked, action, **fields))
    refused(answer, 422, "invalid", field)
    assert (await program.get(f"/v1/approvals/{asked['id']}")).json()["status"] == "pending"


@pytest.mark.parametrize(
    ("raw", "status"),
    [
        (b"", 422),
        (b"null", 422),
        (b'{"note": "\\ud800"}', 422),
        (b'{"note": "one", "note": "two"}', 422),
        (b"[" * 100_000, 422),
    ],
)
async def test_a_body_that_is_no_decision_is_refused(
    program: Program, raw: bytes, status: int
) -> None:
    answer = await phone(program).post(path(MISSING, "approve"), raw)
    assert answer.status_code == status


async def test_what_must_change_is_said(program: Program) -> None:
    asked = await ask(program)
    empty = body(asked, "request-changes", note=" ")
    answer = await phone(program).post(path(asked["id"], "request-changes"), empty)
    refused(answer, 422, "invalid", "note")
    untouched = body(asked, "veto", explanation="")
    answer = await phone(program).post(path(asked["id"], "veto"), untouched)
    refused(answer, 422, "invalid", "explanation")
