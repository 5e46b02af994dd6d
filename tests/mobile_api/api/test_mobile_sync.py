"""An offline queue: in order, each for itself, nothing twice and nothing overtaken."""

import json
from typing import Any
from uuid import uuid4

import pytest

import mobile_api.approvals
from events import approvals
from mobile_api.rules.cards import card_of
from mobile_api.service import sync
from shared.kit.errors import AlreadyDecided, FieldError, Invalid, ScopeMissing, TooManyRequests
from tests.mobile_api.phones import Phone
from tests.mobile_api.standin import OwnerStandIn
from tests.mobile_api.stories import approval, decided, id_of
from tests.shared.plain_words import assert_no_words_of_python

_APPROVED = approval(approvals.ApprovalApproved, 1, 2, **decided())
CARD = card_of(_APPROVED.payload(approvals.ApprovalApproved)).model_dump(mode="json")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mobile_api.approvals, "FIRST_PAUSE_SECONDS", 0.001)


def _item(number: int, action: str = "approve", **fields: Any) -> dict[str, Any]:
    decision = {"decision_hash": "ab" * 32, "client_decision_id": str(uuid4())}
    named = {"approval_id": id_of("apr", number), "action": action}
    if action == "veto":
        decision |= {"reason_category": "other", "explanation": "Because."}
    return {**named, **decision, **fields}


async def _sync(phone: Phone, *items: Any) -> list[dict[str, Any]]:
    # Python's JSON writes a lone surrogate as an escape, as a browser's does.
    answer = await phone.post("/sync", json.dumps({"decisions": items}).encode())
    assert answer.status_code == 200, answer.text
    results: list[dict[str, Any]] = answer.json()["results"]
    return results


async def test_decisions_are_put_in_the_queues_order(phone: Phone, owner: OwnerStandIn) -> None:
    owner.will(CARD)
    items = [_item(3), _item(1, "veto"), _item(2)]
    results = await _sync(phone, *items)
    assert [asked.body["client_decision_id"] for asked in owner.asked] == [
        item["client_decision_id"] for item in items
    ]
    assert [result["client_decision_id"] for result in results] == [
        item["client_decision_id"] for item in items
    ]
    assert all((result["status"], result["card"]) == (200, CARD) for result in results)


@pytest.mark.parametrize("action", ["approve", "request-changes", "veto"])
async def test_a_decision_is_put_to_the_owner_in_the_governors_own_name(
    phone: Phone, owner: OwnerStandIn, action: str
) -> None:
    owner.will({**CARD, "content": {"not": "shown"}})
    item = _item(1, action)
    (result,) = await _sync(phone, item)
    assert (result["status"], result["card"]) == (200, CARD)
    (asked,) = owner.asked
    assert asked.path == f"/v1/mobile/approvals/{id_of('apr', 1)}/{action}"
    assert asked.headers["authorization"] == f"Bearer {phone.token}"
    assert asked.body == {
        name: value for name, value in item.items() if name not in ("approval_id", "action")
    }


@pytest.mark.parametrize("fields", [{"note": 1}, {"decision": "break_glass"}, {"note": ""}])
async def test_what_an_item_says_is_its_owners_to_judge(
    phone: Phone, owner: OwnerStandIn, fields: dict[str, Any]
) -> None:
    owner.will(Invalid(FieldError("note", "must say what should change")))
    (refused,) = await _sync(phone, _item(1, **fields))
    assert (refused["status"], refused["problem"]["code"]) == (422, "invalid")
    assert refused["problem"]["errors"] == [
        {"field": "note", "message": "must say what should change"}
    ]
    assert fields.items() <= owner.asked[0].body.items()


async def test_one_that_fails_does_not_stop_the_rest(phone: Phone, owner: OwnerStandIn) -> None:
    owner.will(AlreadyDecided("rejected before"), CARD)
    first, second = await _sync(phone, _item(1), _item(1))
    assert (first["status"], first["problem"]["code"]) == (409, "already_decided")
    assert "card" not in first
    assert second["status"] == 200


@pytest.mark.parametrize(
    ("item", "status", "field"),
    [
        ({}, 422, "approval_id"),
        ({"approval_id": 7, "client_decision_id": 8}, 422, "approval_id"),
        (_item(1, action="reject"), 422, "action"),
        ({**_item(1), "action": ["approve"]}, 422, "action"),
        (1, 422, "body"),
        (None, 422, "body"),
        ([_item(1)], 422, "body"),
        ({**_item(1), "note": "half an emoji \ud83d"}, 422, "body"),
        ({**_item(1), "client_decision_id": "\ud83d"}, 422, "body"),
        ({**_item(1), "\udfff": 1}, 422, "body"),
        ({**_item(1), "note": float("nan")}, 422, "body"),
        ({**_item(1), "note": [float("inf")]}, 422, "body"),
        ({**_item(1), "approval_id": "apr_x"}, 404, None),
        ({**_item(1), "approval_id": "../vetoes"}, 404, None),
    ],
)
async def test_a_bad_item_spoils_only_itself(
    phone: Phone, owner: OwnerStandIn, item: dict[str, Any], status: int, field: str | None
) -> None:
    owner.will(CARD)
    bad, good = await _sync(phone, item, _item(2))
    assert (bad["status"], good["status"]) == (status, 200)
    assert [each["field"] for each in bad["problem"]["errors"]] == ([field] if field else [])
    assert len(owner.asked) == 1


@pytest.mark.parametrize(
    "text",
    [
        *('"note": 1, "note": 1', '"a": {"b": [{"c": 1, "c": 1}]}', '"n": 1e999', '"n": -Infinity'),
        f'"n": {"9" * 4_301}',
        f'"n": [-{"9" * 100_000}]',
        r'"note": "half an emoji \ud83d"',
        '"n": ' + "[" * 5_000 + "]" * 5_000,
        '"n": ' + '{"a":' * 10_000 + "1" + "}" * 10_000,
        '"n": ' + "[" * 101 + "]" * 101,
    ],
    ids=lambda text: text[:20],
)
async def test_an_item_that_no_other_body_may_hold_spoils_only_itself(
    phone: Phone, owner: OwnerStandIn, text: str
) -> None:
    owner.will(CARD)
    first, last = _item(1), _item(2)
    bad = f"{{{json.dumps(_item(3))[1:-1]}, {text}}}"
    body = f'{{"decisions": [{json.dumps(first)}, {bad}, {json.dumps(last)}]}}'
    answer = await phone.post("/sync", body.encode())
    assert [each["status"] for each in answer.json()["results"]] == [200, 422, 200]
    assert_no_words_of_python(answer.text)
    assert [asked.body["client_decision_id"] for asked in owner.asked] == [
        each["client_decision_id"] for each in (first, last)
    ]


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (r'{"note": "\u00zz"}', "needs four hexadecimal digits at line 2, column"),
        (r'{"note": "\x41"}', "a backslash in a text begins no escape"),
        ('{"note": "a line\nbreak"}', "needs an escape at line 2, column 17"),
        ('{"note": }', "a value is missing at line 2, column 10"),
        ('{"note": "open}', "comma"),
    ],
)
async def test_a_queue_that_is_no_json_is_refused_whole_with_the_place(
    phone: Phone, owner: OwnerStandIn, bad: str, words: str
) -> None:
    body = f'{{"decisions": [{json.dumps(_item(1))},\n{bad}, {json.dumps(_item(2))}]}}'
    answer = await phone.post("/sync", body.encode())
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "malformed_request")
    assert words in problem["detail"]
    assert_no_words_of_python(answer.text)
    assert owner.asked == []


async def test_each_item_needs_the_scope_of_its_action(phone: Phone, owner: OwnerStandIn) -> None:
    owner.will(ScopeMissing("this call needs the scope governance:write"), CARD)
    vetoer = phone.with_scopes("veto:execute")
    refused, vetoed = await _sync(vetoer, _item(1), _item(1, "veto"))
    assert (refused["status"], refused["problem"]["code"]) == (403, "scope_missing")
    assert refused["problem"]["detail"] == "this call needs the scope governance:write"
    assert vetoed["status"] == 200
    assert {asked.headers["authorization"] for asked in owner.asked} == {f"Bearer {vetoer.token}"}


async def test_nothing_overtakes_a_decision_that_is_not_settled(
    phone: Phone, owner: OwnerStandIn
) -> None:
    owner.will(*["hang up"] * mobile_api.approvals.ATTEMPTS, CARD)
    lost, held, other = await _sync(phone, _item(1), _item(1, "veto"), _item(2))
    assert (lost["status"], held["status"], other["status"]) == (503, 503, 200)
    assert "earlier decision" in held["problem"]["detail"]
    assert not any(asked.path.endswith("/veto") for asked in owner.asked)


async def test_a_decision_to_be_sent_later_holds_back_those_that_follow_it(
    phone: Phone, owner: OwnerStandIn
) -> None:
    owner.will(TooManyRequests("slowly", retry_after=7), CARD)
    slowed, held, other = await _sync(phone, _item(1), _item(1, "veto"), _item(2))
    assert (slowed["status"], held["status"], other["status"]) == (429, 503, 200)
    assert (slowed["retry_after"], held["retry_after"]) == (7, None)


async def test_an_answer_gets_out_before_the_functions_time_is_up(
    phone: Phone, owner: OwnerStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "WITHIN_SECONDS", 0.8)
    owner.will(2.0)
    results = await _sync(phone, *(_item(n) for n in range(1, 20)))
    assert {result["status"] for result in results} == {503}
    assert len(owner.asked) <= 2


async def test_an_empty_queue_is_no_mistake(phone: Phone) -> None:
    assert await _sync(phone) == []


@pytest.mark.parametrize(
    "body", [{}, {"decisions": [{}] * 51}, {"decisions": 1}, {"decisions": [], "more": 1}, []]
)
async def test_a_queue_of_another_shape_is_refused_whole(phone: Phone, body: Any) -> None:
    assert (await phone.post("/sync", body)).status_code == 422


async def test_text_that_is_not_plain_spoils_only_its_own_item(
    phone: Phone, owner: OwnerStandIn
) -> None:
    refusal = Invalid(FieldError("note", "has the character U+202E (RIGHT-TO-LEFT OVERRIDE)"))
    owner.will(refusal, CARD)
    refused, taken = await _sync(phone, _item(1, note="\u202e"), _item(2))
    assert (refused["status"], refused["problem"]["code"]) == (422, "invalid")
    assert taken["status"] == 200
