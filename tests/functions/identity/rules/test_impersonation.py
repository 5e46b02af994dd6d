"""Support acts as a member for half an hour, where the tenant lets it, and nobody else does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from events.impersonations import ImpersonationEnded, ImpersonationStarted, SupportAccessChanged
from functions.identity.rules import session, tenant
from functions.identity.rules.impersonation import (
    LIFE,
    Impersonation,
    ImpersonationBody,
    SupportAccess,
    allow,
    check_may_end,
    continues,
    end,
    is_known_to,
    start,
)
from functions.identity.rules.refusals import ImpersonationRefused
from functions.identity.rules.session import Session
from functions.identity.rules.tenant import Member, Tenant, TenantBody
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Caller
from shared.kit.errors import Forbidden

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
BODY = ImpersonationBody(tenant_id="ten_1", principal="user_1", reason="they see no card")
ADMIN = replace(Caller.acting("root", PLATFORM_TENANT, NOON), roles=frozenset({"platform_admin"}))
DENIES = SupportAccess(allowed=False, changed_by="user_1", changed_at=NOON)


def _founded() -> tuple[Tenant, Member]:
    begun, founder, _ = tenant.found(
        "ten_1", TenantBody(name="Clinic", slug="clinic"), "user_1", NOON
    )
    assert isinstance(begun.state, Tenant)
    assert isinstance(founder.state, Member)
    return begun.state, founder.state


def _begun() -> Impersonation:
    (step,) = start("ses_1", BODY, ADMIN, *_founded(), None)
    assert step.event is ImpersonationStarted
    return step.state


def _session() -> Session:
    begun = session.start(
        "ses_1", "user_1", NOON, client="support", provider="support", device=""
    ).state
    return begun.but(impersonator="root", tenant_id="ten_1")


def _in_tenant(principal: str, tenant_id: str, *roles: str) -> Caller:
    return replace(Caller.acting(principal, tenant_id, NOON), roles=frozenset(roles))


def test_it_lasts_half_an_hour_and_says_who_why_and_as_whom() -> None:
    begun = _begun()
    assert (begun.impersonator, begun.principal_id) == ("root", "user_1")
    assert begun.reason == BODY.reason
    assert begun.expires_at == NOON + timedelta(minutes=30)


def test_a_tenant_that_lets_support_in_again_is_open_to_it() -> None:
    allowed = DENIES.but(allowed=True)
    assert len(start("ses_1", BODY, ADMIN, *_founded(), allowed)) == 1


@pytest.mark.parametrize(
    ("caller", "reason"),
    [
        (replace(ADMIN, impersonator="somebody"), "impersonated"),
        (replace(ADMIN, tenant_id="ten_1"), "not_permitted"),
        (replace(ADMIN, roles=frozenset({"tenant_admin"})), "not_permitted"),
    ],
)
def test_only_a_platform_admin_who_acts_as_nobody_begins_one(caller: Caller, reason: str) -> None:
    with pytest.raises(ImpersonationRefused) as refusal:
        start("ses_1", BODY, caller, *_founded(), None)
    assert refusal.value.reason == reason


def test_a_tenant_that_forbids_it_says_whom_to_ask() -> None:
    with pytest.raises(ImpersonationRefused, match="ask its admin") as refusal:
        start("ses_1", BODY, ADMIN, *_founded(), DENIES)
    assert refusal.value.reason == "support_forbidden"


def test_nobodys_place_and_a_tenant_that_is_not_open_are_refused_in_the_same_words() -> None:
    begun, founder = _founded()
    refused: list[tuple[Tenant | None, Member | None]] = [
        (None, founder),
        (begun.but(status="suspended"), founder),
        (begun, None),
        (begun, founder.but(removed_at=NOON)),
    ]
    said = set()
    for known, member in refused:
        with pytest.raises(ImpersonationRefused) as refusal:
            start("ses_1", BODY, ADMIN, known, member, None)
        said.add((refusal.value.reason, refusal.value.detail))
    assert len(said) == 1


def test_it_ends_once() -> None:
    (ended,) = end(_begun(), "user_1", NOON)
    assert (ended.event, ended.state.ended_by) == (ImpersonationEnded, "user_1")
    assert end(ended.state, "root", NOON) == ()


def test_it_gives_tokens_until_it_is_over_or_the_tenant_forbids_it() -> None:
    begun = _begun()
    last = NOON + LIFE - timedelta(seconds=1)
    assert continues(begun, None, last)
    assert continues(begun, DENIES.but(allowed=True), last)
    assert not continues(begun, None, NOON + LIFE)
    assert not continues(begun, DENIES, last)
    assert not continues(begun.but(ended_at=NOON), None, last)
    assert not continues(None, None, last)


def test_the_tenant_knows_of_it_and_nobody_elsewhere() -> None:
    known = _session()
    assert is_known_to(_in_tenant("root", PLATFORM_TENANT), known)
    assert is_known_to(_in_tenant("user_1", "ten_2"), known)
    assert is_known_to(_in_tenant("user_9", "ten_1"), known)
    assert not is_known_to(_in_tenant("user_9", "ten_2"), known)
    assert not is_known_to(_in_tenant("user_1", "ten_1"), known.but(impersonator=None))
    assert not is_known_to(_in_tenant("user_1", "ten_1"), known.but(tenant_id=None))


def test_who_acts_whom_they_act_as_and_an_admin_may_end_it() -> None:
    known = _session()
    check_may_end(known, _in_tenant("root", PLATFORM_TENANT))
    check_may_end(known, _in_tenant("user_1", "ten_1"))
    check_may_end(known, _in_tenant("user_9", "ten_1", "tenant_admin"))
    with pytest.raises(Forbidden, match="an admin of the tenant"):
        check_may_end(known, _in_tenant("user_9", "ten_1", "governor"))


def test_what_the_tenant_says_of_support_changes_once() -> None:
    assert allow(None, True, "user_1", NOON) == ()
    (denied,) = allow(None, False, "user_1", NOON)
    assert (denied.event, denied.state) == (SupportAccessChanged, DENIES)
    assert allow(denied.state, False, "user_2", NOON) == ()
    (allowed,) = allow(denied.state, True, "user_2", NOON)
    assert allowed.state.changed_by == "user_2"
