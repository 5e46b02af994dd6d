"""Calls to the owner: made in the governor's own name, and its refusals come back unchanged."""

from typing import Any

import pytest

import mobile_api.approvals
from events.precedents import PrecedentActivated, seed_of
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
    TierLimitReached,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    VetoWindowClosed,
)
from tests.mobile_api.phones import Phone
from tests.mobile_api.standin import OwnerStandIn
from tests.mobile_api.stories import id_of, precedent

ACTIVATE = f"/seeds/{id_of('pre', 1)}/activate"
SEED = seed_of(precedent(PrecedentActivated).payload(PrecedentActivated)).model_dump(mode="json")


@pytest.fixture(autouse=True)
def _short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mobile_api.approvals, "FIRST_PAUSE_SECONDS", 0.001)


async def test_a_call_is_made_in_the_governors_own_name(phone: Phone, owner: OwnerStandIn) -> None:
    owner.will({**SEED, "more": {"not": "shown"}})
    answer = await phone.post(ACTIVATE)
    assert (answer.status_code, answer.json()) == (200, SEED)
    (asked,) = owner.asked
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
    answer = await phone.post(ACTIVATE)
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
    answer = await phone.post(ACTIVATE)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


async def test_a_tier_that_is_used_up_is_told_with_the_one_that_allows_more(
    phone: Phone, owner: OwnerStandIn
) -> None:
    owner.will(TierLimitReached("used up", retry_after=7, upgrade_to="pro"))
    answer = await phone.post(ACTIVATE)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    problem = answer.json()
    assert (problem["code"], problem["upgrade_to"]) == ("tier_limit_reached", "pro")


@pytest.mark.parametrize("trouble", ["hang up", 502, 503, Unavailable("the store is away")])
async def test_trouble_on_the_way_is_tried_again_with_the_same_key(
    phone: Phone, owner: OwnerStandIn, trouble: Any
) -> None:
    owner.will(trouble, trouble, SEED)
    assert (await phone.post(ACTIVATE)).status_code == 200
    assert len(owner.asked) == 3
    assert len({asked.headers["idempotency-key"] for asked in owner.asked}) == 1


@pytest.mark.parametrize("trouble", ["hang up", 500, 503, 404, 302, {"no": "seed"}, {}, [], 204])
async def test_an_owner_that_makes_no_sense_is_unavailable(
    phone: Phone, owner: OwnerStandIn, trouble: Any
) -> None:
    owner.will(trouble)
    answer = await phone.post(ACTIVATE)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")


async def test_an_owner_that_is_silent_is_unavailable_in_bounded_time(
    phone: Phone, owner: OwnerStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mobile_api.approvals, "WITHIN_SECONDS", 0.2)
    owner.will(3.0)
    answer = await phone.post(ACTIVATE)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
