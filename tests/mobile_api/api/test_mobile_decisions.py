"""Decisions are put to their owner, in the governor's own name, and its words come back."""

from typing import Any
from uuid import uuid4

import pytest

import mobile_api.approvals
from events import approvals, precedents
from mobile_api.rules.cards import card_of
from mobile_api.rules.seeds import seed_of
from shared.kit.errors import (
    AlreadyDecided,
    ApprovalExpired,
    AssentError,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    SeparationOfDuties,
    StaleDecisionHash,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    VetoWindowClosed,
)
from tests.mobile_api.phones import Phone
from tests.mobile_api.standin import OwnerStandIn
from tests.mobile_api.stories import approval, decided, id_of, precedent
from tests.mobile_api.worlds import happen, recorded

APPROVAL = id_of("apr", 1)
SEED = id_of("pre", 1)
_STATE = approval(approvals.ApprovalApproved, 1, 2, **decided())
CARD = card_of(_STATE.payload(approvals.ApprovalApproved)).model_dump(mode="json")
_SEED_STATE = precedent(precedents.PrecedentActivated)
SEED_VIEW = seed_of(_SEED_STATE.payload(precedents.PrecedentActivated)).model_dump(mode="json")


def _body(action: str = "approve", **fields: Any) -> dict[str, Any]:
    extra: dict[str, dict[str, Any]] = {
        "approve": {},
        "request-changes": {"note": "Name the editor."},
        "veto": {"reason_category": "safety", "explanation": "Not this one."},
    }
    decision = {"decision_hash": "ab" * 32, "client_decision_id": str(uuid4())}
    return {**decision, **extra[action], **fields}


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mobile_api.approvals, "FIRST_PAUSE_SECONDS", 0.001)


@pytest.mark.parametrize(
    ("action", "path", "added"),
    [
        ("approve", f"/v1/approvals/{APPROVAL}/decisions", {"decision": "approve"}),
        ("request-changes", f"/v1/approvals/{APPROVAL}/decisions", {"decision": "request_changes"}),
        ("veto", "/v1/vetoes", {"approval_id": APPROVAL}),
    ],
)
async def test_a_decision_is_put_in_the_governors_own_name(
    phone: Phone, owner: OwnerStandIn, action: str, path: str, added: dict[str, str]
) -> None:
    owner.will({**CARD, "content": {"not": "shown"}})
    body = _body(action)
    answer = await phone.post(f"/approvals/{APPROVAL}/{action}", body)
    assert (answer.status_code, answer.json()) == (200, CARD)
    (asked,) = owner.asked
    assert (asked.path, asked.body) == (path, body | added)
    assert asked.headers["authorization"] == f"Bearer {phone.token}"
    assert answer.headers["correlation-id"] in asked.headers["traceparent"]


@pytest.mark.parametrize(
    "refusal",
    [
        Forbidden("the rule names nobody like you"),
        SeparationOfDuties("you asked for it"),
        NotFound(),
        Invalid(FieldError("note", "must say what should change")),
        AlreadyDecided("rejected before"),
        ApprovalExpired(),
        VetoWindowClosed(),
        StaleDecisionHash("the content changed"),
        Unauthenticated("the token has expired"),
    ],
)
async def test_a_refusal_comes_back_word_for_word(
    phone: Phone, owner: OwnerStandIn, refusal: AssentError
) -> None:
    owner.will(refusal)
    answer = await phone.post(f"/approvals/{APPROVAL}/approve", _body())
    problem = answer.json()
    assert answer.status_code == problem["status"] == refusal.http_status
    assert (problem["code"], problem["title"]) == (refusal.code, refusal.title)
    assert problem["detail"] == refusal.detail
    assert problem["errors"] == [
        {"field": each.field, "message": each.message} for each in refusal.errors
    ]
    assert answer.headers["content-type"] == "application/problem+json"
    assert len(owner.asked) == 1


async def test_too_many_requests_says_when_to_come_back(phone: Phone, owner: OwnerStandIn) -> None:
    owner.will(TooManyRequests("slowly", retry_after=7))
    answer = await phone.post(f"/approvals/{APPROVAL}/approve", _body())
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


@pytest.mark.parametrize("trouble", ["hang up", 502, 503, Unavailable("the store is away")])
async def test_trouble_on_the_way_is_tried_again_with_the_same_id(
    phone: Phone, owner: OwnerStandIn, trouble: Any
) -> None:
    owner.will(trouble, trouble, CARD)
    assert (await phone.post(f"/approvals/{APPROVAL}/approve", _body())).status_code == 200
    assert len(owner.asked) == 3
    assert len({asked.body["client_decision_id"] for asked in owner.asked}) == 1


@pytest.mark.parametrize("trouble", ["hang up", 500, 503, 404, 302, {"no": "card"}, [], 204])
async def test_an_owner_that_makes_no_sense_is_unavailable(
    phone: Phone, owner: OwnerStandIn, trouble: Any
) -> None:
    owner.will(trouble)
    answer = await phone.post(f"/approvals/{APPROVAL}/approve", _body())
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_an_owner_that_is_silent_is_unavailable_in_bounded_time(
    phone: Phone, owner: OwnerStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mobile_api.approvals, "WITHIN_SECONDS", 0.2)
    owner.will(3.0)
    answer = await phone.post(f"/approvals/{APPROVAL}/approve", _body())
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_a_bad_body_about_nothing_is_not_found_first(
    phone: Phone, owner: OwnerStandIn
) -> None:
    answer = await phone.post(f"/approvals/{APPROVAL}/approve", {})
    assert answer.status_code == 404
    assert len(await recorded(phone.tenant, "assent.lookup.missed.v1")) == 1
    assert owner.asked == []


@pytest.mark.parametrize(
    ("action", "body", "field"),
    [
        ("approve", {"decision": "break_glass"}, "decision"),
        ("approve", {"note": 1}, "note"),
        ("approve", {"client_decision_id": "not-a-uuid"}, "client_decision_id"),
        ("approve", {"approval_id": id_of("apr", 2)}, "approval_id"),
        ("request-changes", {"note": None}, "note"),
        ("veto", {"reason_category": "mood"}, "reason_category"),
        ("veto", {"attachments": "one"}, "attachments"),
    ],
)
async def test_a_body_that_says_more_or_less_than_the_call_is_refused(
    phone: Phone, owner: OwnerStandIn, action: str, body: dict[str, Any], field: str
) -> None:
    await happen(phone.tenant, approval(approvals.ApprovalRequested))
    owner.will(Invalid(FieldError("decision_hash", "Field required")))
    answer = await phone.post(f"/approvals/{APPROVAL}/{action}", _body(action, **body))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert not any("client_decision_id" in asked.body for asked in owner.asked)


@pytest.mark.parametrize("action", ["approve", "request-changes", "veto"])
@pytest.mark.parametrize("refusal", [Forbidden("not you"), SeparationOfDuties(), NotFound()])
async def test_the_faults_of_a_body_are_told_only_to_who_may_decide(
    phone: Phone, owner: OwnerStandIn, action: str, refusal: AssentError
) -> None:
    await happen(phone.tenant, approval(approvals.ApprovalRequested))
    owner.will(refusal)
    answer = await phone.post(f"/approvals/{APPROVAL}/{action}", {"zzz": 1})
    assert (answer.status_code, answer.json()["code"]) == (refusal.http_status, refusal.code)


@pytest.mark.parametrize(
    ("raw", "media_type", "status"),
    [
        (b"", "application/json", 422),
        (b"{", "application/json", 422),
        (b"null", "application/json", 422),
        (b'{"note": "\\ud800"}', "application/json", 422),
        (b"[" * 100_000, "application/json", 422),
        (b"decision_hash: ab", "application/yaml", 415),
        (b'"' + b"a" * 1_000_001 + b'"', "application/json", 413),
    ],
)
async def test_a_body_that_is_no_decision_is_refused(
    phone: Phone, owner: OwnerStandIn, raw: bytes, media_type: str, status: int
) -> None:
    await happen(phone.tenant, approval(approvals.ApprovalRequested))
    owner.will(Invalid(FieldError("decision_hash", "Field required")))
    answer = await phone.post(f"/approvals/{APPROVAL}/approve", raw, Content_Type=media_type)
    assert answer.status_code == status
    assert not any("client_decision_id" in asked.body for asked in owner.asked)


async def test_empty_texts_are_judged_by_the_owner(phone: Phone, owner: OwnerStandIn) -> None:
    owner.will(Invalid(FieldError("note", "must say what should change")))
    body = _body("request-changes", note="")
    answer = await phone.post(f"/approvals/{APPROVAL}/request-changes", body)
    assert answer.status_code == 422
    assert owner.asked[0].body["note"] == ""


async def test_a_precedent_is_judged_by_its_owner_as_it_was_sent(
    phone: Phone, owner: OwnerStandIn
) -> None:
    owner.will("hang up", {**SEED_VIEW, "author": "gala"})
    answer = await phone.post("/seeds", b'{"title": "x"}', Content_Type="application/json")
    assert (answer.status_code, answer.json()) == (201, SEED_VIEW)
    assert {asked.path for asked in owner.asked} == {"/v1/precedent-seeds"}
    assert owner.asked[0].raw == b'{"title": "x"}'
    assert len({asked.headers["idempotency-key"] for asked in owner.asked}) == 1


async def test_a_precedents_key_is_passed_on(phone: Phone, owner: OwnerStandIn) -> None:
    owner.will(SEED_VIEW)
    await phone.post("/seeds", {}, Idempotency_Key="mine")
    assert owner.asked[0].headers["idempotency-key"] == "mine"


@pytest.mark.parametrize("verb", ["activate", "suspend"])
async def test_a_precedent_is_activated_and_suspended(
    phone: Phone, owner: OwnerStandIn, verb: str
) -> None:
    owner.will(SEED_VIEW)
    answer = await phone.post(f"/seeds/{SEED}/{verb}")
    assert (answer.status_code, answer.json()) == (200, SEED_VIEW)
    assert owner.asked[0].path == f"/v1/precedent-seeds/{SEED}/{verb}"


@pytest.mark.parametrize("id", ["pre_x", "..%2f..%2fvetoes", APPROVAL])
async def test_a_precedent_of_no_shape_is_not_asked_for(
    phone: Phone, owner: OwnerStandIn, id: str
) -> None:
    assert (await phone.post(f"/seeds/{id}/activate")).status_code == 404
    assert owner.asked == []


async def test_an_answer_that_is_no_precedent_is_unavailable(
    phone: Phone, owner: OwnerStandIn
) -> None:
    owner.will({})
    assert (await phone.post(f"/seeds/{SEED}/activate")).status_code == 503
