"""Precedents: a body of another shape goes no further, all else is their owner's to judge."""

from typing import Any

import pytest

from shared.kit.errors import FieldError, Invalid
from tests.mobile_api.phones import Phone
from tests.mobile_api.standin import OwnerStandIn
from tests.mobile_api.stories import id_of
from tests.mobile_api.test_mobile_approvals import SEED as SHOWN

SEED = id_of("pre", 1)
BODY: dict[str, Any] = {
    "title": "Low-risk patient education",
    "domain": "GEN",
    "kind": "constitutional",
    "max_risk": "low",
    "conditions": [{"field": "content.industry", "op": "eq", "value": "healthcare"}],
    "rationale": "Because it can always be taken back.",
    "example_approval_id": id_of("apr", 1),
}


async def test_a_precedent_is_judged_by_its_owner_as_it_was_sent(
    phone: Phone, owner: OwnerStandIn
) -> None:
    owner.will("hang up", SHOWN)
    answer = await phone.post("/seeds", BODY)
    assert (answer.status_code, answer.json()) == (201, SHOWN)
    assert {asked.path for asked in owner.asked} == {"/v1/precedent-seeds"}
    assert owner.asked[0].body == BODY
    assert len({asked.headers["idempotency-key"] for asked in owner.asked}) == 1


async def test_empty_texts_are_judged_by_the_owner(phone: Phone, owner: OwnerStandIn) -> None:
    owner.will(Invalid(FieldError("title", "must have 1 to 200 characters")))
    assert (await phone.post("/seeds", {**BODY, "title": ""})).status_code == 422
    assert owner.asked[0].body["title"] == ""


async def test_a_precedents_key_is_passed_on(phone: Phone, owner: OwnerStandIn) -> None:
    owner.will(SHOWN)
    await phone.post("/seeds", BODY, Idempotency_Key="mine")
    assert owner.asked[0].headers["idempotency-key"] == "mine"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"title": None}, "title"),
        ({"kind": "mood"}, "kind"),
        ({"author": "goran"}, "author"),
        ({"conditions": [{"field": "content.x", "op": "like"}]}, "conditions.0.op"),
    ],
)
async def test_a_body_that_says_more_or_less_than_the_call_is_refused(
    phone: Phone, owner: OwnerStandIn, fields: dict[str, Any], field: str
) -> None:
    answer = await phone.post("/seeds", {**BODY, **fields})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)
    assert owner.asked == []


@pytest.mark.parametrize(
    ("raw", "media_type", "status"),
    [
        (b"", "application/json", 422),
        (b"{", "application/json", 400),
        (b"null", "application/json", 422),
        (b'{"title": "\\ud800"}', "application/json", 422),
        (b"[" * 100_000, "application/json", 422),
        (b"title: ab", "application/yaml", 415),
        (b'"' + b"a" * 1_000_001 + b'"', "application/json", 413),
    ],
)
async def test_a_body_that_is_no_precedent_is_refused(
    phone: Phone, owner: OwnerStandIn, raw: bytes, media_type: str, status: int
) -> None:
    answer = await phone.post("/seeds", raw, Content_Type=media_type)
    assert answer.status_code == status
    assert owner.asked == []


@pytest.mark.parametrize("verb", ["activate", "suspend"])
async def test_a_precedent_is_activated_and_suspended(
    phone: Phone, owner: OwnerStandIn, verb: str
) -> None:
    owner.will(SHOWN)
    answer = await phone.post(f"/seeds/{SEED}/{verb}")
    assert (answer.status_code, answer.json()) == (200, SHOWN)
    assert owner.asked[0].path == f"/v1/precedent-seeds/{SEED}/{verb}"


@pytest.mark.parametrize("id", ["pre_x", "..%2f..%2fvetoes", id_of("apr", 1)])
async def test_a_precedent_of_no_shape_is_not_asked_for(
    phone: Phone, owner: OwnerStandIn, id: str
) -> None:
    assert (await phone.post(f"/seeds/{id}/activate")).status_code == 404
    assert owner.asked == []
