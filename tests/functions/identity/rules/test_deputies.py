"""Deputies with dates: from when until when a member has the role, and who is named."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from events.members import MemberDeputyChanged
from functions.identity.rules.access import claims_of, in_tenant
from functions.identity.rules.deputy import LONGEST, name
from functions.identity.rules.session import start
from functions.identity.rules.tenant import (
    Member,
    MemberChange,
    Tenant,
    TenantBody,
    change_roles,
    check_current,
    found,
)
from shared.kit.callers import Actor
from shared.kit.control import Control
from shared.kit.errors import Forbidden, Invalid, VersionConflict

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
GALA, OTTO = "user_1", "user_2"


def _tenant() -> Tenant:
    tenant, *_ = found("ten_1", TenantBody(name="Clinic", slug="clinic"), GALA, NOON)
    assert isinstance(tenant.state, Tenant)
    return tenant.state


def _otto(**fields: Any) -> Member:
    usual: dict[str, Any] = {"principal_id": OTTO, "roles": ("analyst",), "joined_at": NOON}
    return Member(**{**usual, **fields})


def _named(member: Member, at: datetime = NOON, **dates: datetime | None) -> Member:
    _, changed = name(Control(), member, MemberChange(**dates), GALA, at)
    assert changed.event is MemberDeputyChanged
    assert isinstance(changed.state, Member)
    return changed.state


def _wrong(**dates: datetime) -> str:
    with pytest.raises(Invalid) as refused:
        name(Control(), _otto(), MemberChange(**dates), GALA, NOON)
    return refused.value.errors[0].field


def _claims(member: Member, at: datetime) -> dict[str, Any]:
    session = start("ses_1", OTTO, NOON, client="browser", provider="google", device="").state
    grant = in_tenant("ten_1", _tenant(), member, scope="", session=session, at=at)
    return dict(claims_of(grant, issuer="i", audience="a", token_id="t", at=at))


def test_a_member_is_deputy_from_one_moment_until_another() -> None:
    otto = _named(_otto(), deputy_from=NOON + HOUR, deputy_until=NOON + 3 * HOUR)
    said = (otto.deputy_from, otto.deputy_until, otto.deputy_by)
    assert said == (NOON + HOUR, NOON + 3 * HOUR, GALA)
    second = timedelta(seconds=1)
    seen = [_claims(otto, NOON + after)["roles"] for after in (HOUR - second, HOUR, 3 * HOUR)]
    assert seen == [["analyst"], ["analyst", "deputy"], ["analyst"]]
    assert "veto:execute" in _claims(otto, NOON + HOUR)["scope"]
    assert "veto:execute" not in _claims(otto, NOON + 3 * HOUR)["scope"]


def test_no_token_outlives_the_time_of_a_deputy() -> None:
    otto = _named(_otto(), deputy_until=NOON + HOUR)
    assert otto.deputy_from == NOON
    for before in (20 * 60, 15 * 60, 60, 1):
        claims = _claims(otto, NOON + HOUR - timedelta(seconds=before))
        assert "deputy" in claims["roles"]
        assert claims["exp"] - claims["iat"] == min(before, 900)
    late = _claims(otto, NOON + HOUR - timedelta(milliseconds=400))
    assert datetime.fromtimestamp(late["exp"], UTC) <= NOON + HOUR


def test_what_is_changed_refuses_earlier_tokens() -> None:
    otto = _named(_otto(), deputy_until=NOON + 3 * HOUR)
    shorter = _named(otto, deputy_from=NOON, deputy_until=NOON + HOUR)
    ended = _named(shorter, deputy_until=None)
    assert [each.version for each in (otto, shorter, ended)] == [1, 2, 3]
    assert (ended.deputy_from, ended.deputy_until, ended.deputy_by) == (None, None, None)
    assert _claims(ended, NOON)["roles"] == ["analyst"]
    revoked, _ = name(Control(), otto, MemberChange(deputy_until=None), GALA, NOON)
    assert isinstance(revoked.state, Control)
    assert list(revoked.state.revoked) == [OTTO]


def test_the_same_dates_again_change_nothing() -> None:
    dates = {"deputy_from": NOON + HOUR, "deputy_until": NOON + 3 * HOUR}
    otto = _named(_otto(), **dates)
    assert name(Control(), otto, MemberChange(**dates), GALA, NOON + 2 * HOUR) == ()
    assert name(Control(), _otto(), MemberChange(deputy_until=None), GALA, NOON) == ()


def test_dates_that_no_delegation_can_have_are_refused() -> None:
    assert _wrong(deputy_until=NOON) == "deputy_until"
    assert _wrong(deputy_from=NOON + HOUR, deputy_until=NOON + HOUR) == "deputy_until"
    assert _wrong(deputy_from=NOON - HOUR, deputy_until=NOON + HOUR) == "deputy_from"
    assert _wrong(deputy_until=NOON + LONGEST + HOUR) == "deputy_until"


@pytest.mark.parametrize(
    "fields",
    [
        {"roles": ("governor",)},
        {"roles": ("analyst", "deputy")},
        {"kind": "service", "roles": ("operator",)},
    ],
)
def test_who_decides_anyway_or_never_is_not_named(fields: dict[str, Any]) -> None:
    with pytest.raises(VersionConflict):
        name(Control(), _otto(**fields), MemberChange(deputy_until=NOON + HOUR), GALA, NOON)


def test_other_roles_leave_the_dates() -> None:
    otto = _named(_otto(), deputy_until=NOON + HOUR)
    *_, changed = change_roles(_tenant(), Control(), otto, ("operator",), NOON)
    assert isinstance(changed.state, Member)
    assert changed.state.roles_at(NOON) == ("deputy", "operator")


def test_a_deputys_token_counts_while_they_are_one() -> None:
    otto, actor = _named(_otto(), deputy_until=NOON + HOUR), Actor(OTTO, frozenset({"deputy"}))
    check_current(actor, otto, NOON)
    with pytest.raises(Forbidden, match="deputy"):
        check_current(actor, otto, NOON + HOUR)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"roles": ["analyst"], "deputy_until": None},
        {"deputy_from": "2026-11-20T12:00:00Z"},
        {"deputy_from": "2026-11-20T12:00:00Z", "deputy_until": None},
        {"deputy_until": None, "workspace_id": "wsp_1"},
        {"deputy_until": "tomorrow"},
    ],
)
def test_a_change_is_of_roles_or_of_dates(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MemberChange.model_validate(body)
