"""Tokens of members, keys and devices: what they allow, and when none is given."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.api_keys import ApiKeyRevoked, ApiKeyRotated
from events.members import WorkspaceRoles
from events.sessions import DeviceGrantDecided
from functions.identity.rules import api_key, device_grant, service_principal
from functions.identity.rules.access import claims_of, in_tenant, without_tenant
from functions.identity.rules.api_key import OVERLAP, ApiKey, KeyBody, WrittenKey
from functions.identity.rules.device_grant import DeviceGrant, Pace
from functions.identity.rules.refusals import GrantRefused
from functions.identity.rules.roles import OWN, SCOPES, known, scopes_of
from functions.identity.rules.secrets import device_code, form_token, grant_of, is_form_token
from functions.identity.rules.session import REPEATED_WITHIN, Session, start
from functions.identity.rules.tenant import Member, Tenant, TenantBody, found, join
from functions.identity.rules.workspace import Workspace
from shared.kit.control import Control, Revocation
from shared.kit.digests import load_key_ring, new_key_ring
from shared.kit.errors import Forbidden, Invalid, NotFound, VersionConflict
from shared.kit.ids import new_id

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
KEYS = load_key_ring(new_key_ring("identity"))
TENANT_ID, KEY_ID = new_id("ten", NOON), new_id("key", NOON)


def _place(**changed: Any) -> tuple[Tenant, Member]:
    tenant, member, _ = found(TENANT_ID, TenantBody(name="Clinic", slug="clinic"), "user_1", NOON)
    assert isinstance(tenant.state, Tenant)
    assert isinstance(member.state, Member)
    return tenant.state, member.state.model_copy(update=changed)


def _session(scope: str = "") -> Session:
    return start(
        "ses_1", "user_1", NOON, client="device", provider="google", device="cli", scope=scope
    ).state


def _error(refused: pytest.ExceptionInfo[GrantRefused]) -> tuple[str, str | None]:
    return refused.value.error, refused.value.reason


def test_a_member_gets_the_scopes_of_its_roles() -> None:
    grant = in_tenant(TENANT_ID, *_place(), scope="", at=NOON, session=_session())
    assert grant.roles == ("governor", "tenant_admin")
    assert set(grant.scope.split()) == scopes_of(grant.roles) | OWN


def test_a_token_is_narrowed_and_never_widened() -> None:
    tenant, member = _place(roles=("analyst",))
    narrow = in_tenant(TENANT_ID, tenant, member, scope="agents:read", at=NOON, session=_session())
    assert narrow.scope == "agents:read"
    with pytest.raises(GrantRefused) as refused:
        in_tenant(TENANT_ID, tenant, member, scope="governance:write", at=NOON, session=_session())
    assert _error(refused) == ("invalid_scope", None)


def test_a_devices_session_has_no_more_than_the_person_allowed() -> None:
    session = _session("agents:read governance:write")
    grant = in_tenant(TENANT_ID, *_place(roles=("analyst",)), scope="", at=NOON, session=session)
    assert grant.scope == "agents:read"
    with pytest.raises(GrantRefused):
        in_tenant(TENANT_ID, *_place(), scope="agents:write", at=NOON, session=session)
    assert without_tenant(session, "").scope == ""
    assert without_tenant(_session(), "").scope == "identity:read identity:write"


@pytest.mark.parametrize("status", ["suspended", "closing", "closed"])
def test_a_tenant_that_is_not_open_gives_no_token(status: str) -> None:
    tenant, member = _place(roles=("governor", "deputy"))
    closed = tenant.model_copy(update={"status": status})
    with pytest.raises(GrantRefused) as refused:
        in_tenant(TENANT_ID, closed, member, scope="", at=NOON, session=_session())
    assert _error(refused) == ("access_denied", None)


@pytest.mark.parametrize("status", ["suspended", "closing"])
def test_the_admins_of_a_stopped_tenant_get_tokens_to_read_and_export(status: str) -> None:
    tenant, admin = _place(version=3)
    stopped = tenant.model_copy(update={"status": status})
    grant = in_tenant(TENANT_ID, stopped, admin, scope="", at=NOON, session=_session())
    assert "tenant_admin" in grant.roles
    claims = claims_of(grant, issuer="i", audience="a", token_id="t", at=NOON)
    assert claims["member_version"] == 3
    closed = tenant.model_copy(update={"status": "closed"})
    with pytest.raises(GrantRefused):
        in_tenant(TENANT_ID, closed, admin, scope="", at=NOON, session=_session())


def test_whoever_left_and_whoever_never_was_there_hear_the_same() -> None:
    tenant, gone = _place(removed_at=NOON)
    texts = set()
    for place in ((tenant, gone), (tenant, None), (None, None)):
        with pytest.raises(GrantRefused) as refused:
            in_tenant(TENANT_ID, *place, scope="", at=NOON, session=_session())
        texts.add(refused.value.detail)
    assert len(texts) == 1


def test_a_token_lives_for_fifteen_minutes() -> None:
    grant = in_tenant(TENANT_ID, *_place(), scope="", at=NOON, session=_session())
    claims = claims_of(grant, issuer="https://i", audience="assent", token_id="t", at=NOON)
    assert claims["exp"] - claims["iat"] == 900
    assert (claims["sub"], claims["tenant"], claims["sid"]) == ("user_1", TENANT_ID, "ses_1")
    alone = without_tenant(_session(), "")
    assert "tenant" not in claims_of(alone, issuer="i", audience="a", token_id="t", at=NOON)


def _key(**changed: Any) -> ApiKey:
    body = KeyBody(name="CI", scopes=("agents:read",), expires_at=NOON + timedelta(days=30))
    made = api_key.make(KEY_ID, body, "secret", _place()[1], SCOPES, NOON).state
    return made.model_copy(update=changed)


def _written(secret: str = "secret") -> WrittenKey:
    return WrittenKey(TENANT_ID, KEY_ID, secret)


def _key_error(key: ApiKey | None, written: WrittenKey, at: datetime = NOON) -> Any:
    tenant, member = _place()
    with pytest.raises(GrantRefused) as refused:
        api_key.grant(written, key, member, tenant, at)
    return _error(refused)


def test_a_key_acts_as_its_maker_with_its_scopes_and_no_role() -> None:
    tenant, member = _place()
    grant = api_key.grant(_written(), _key(), member, tenant, NOON)
    assert (grant.principal, grant.roles, grant.scope) == ("user_1", (), "agents:read")
    assert grant.client_id == KEY_ID


def test_a_key_is_read_as_it_was_written() -> None:
    assert WrittenKey.read(_written().text) == _written()
    for text in (
        "",
        "ak_",
        "ak_a.b.c",
        _written().text + "." + "x",
        _written().text[3:],
        "ak_" * 99,
    ):
        assert WrittenKey.read(text) is None


def test_a_key_that_is_not_taken_is_refused_with_its_reason() -> None:
    assert _key_error(None, _written()) == ("invalid_client", "unverified")
    assert _key_error(_key(), _written("guess")) == ("invalid_client", "unverified")
    assert _key_error(_key(revoked_at=NOON), _written()) == ("invalid_client", "revoked")
    late = NOON + timedelta(days=30)
    assert _key_error(_key(), _written(), late) == ("invalid_client", "expired")


def test_a_key_ends_with_its_makers_place_and_shrinks_with_its_roles() -> None:
    tenant, member = _place()
    gone = member.model_copy(update={"removed_at": NOON})
    places: list[tuple[Member | None, Tenant | None]] = [
        (gone, tenant),
        (None, tenant),
        (member, None),
    ]
    for maker, place in places:
        with pytest.raises(GrantRefused) as refused:
            api_key.grant(_written(), _key(), maker, place, NOON)
        assert _error(refused) == ("invalid_client", "revoked")
    demoted = member.model_copy(update={"roles": ("end_user",)})
    key = _key(scopes=("agents:read", "agents:write"))
    assert api_key.grant(_written(), key, demoted, tenant, NOON).scope == "agents:read"


def test_a_rotated_key_takes_the_earlier_secret_for_a_day() -> None:
    step = api_key.rotate(_key(), "newer", "user_1", SCOPES, NOON)
    assert step.event is ApiKeyRotated
    tenant, member = _place()
    assert api_key.grant(_written("newer"), step.state, member, tenant, NOON)
    just_in_time = NOON + OVERLAP - timedelta(milliseconds=1)
    assert api_key.grant(_written(), step.state, member, tenant, just_in_time)
    assert _key_error(step.state, _written(), NOON + OVERLAP) == ("invalid_client", "unverified")
    with pytest.raises(Forbidden):
        api_key.rotate(_key(), "newer", "user_2", SCOPES, NOON)


def test_a_key_is_revoked_once_and_not_rotated_afterwards() -> None:
    control, step = api_key.revoke(_key(), Control(), "user_2", NOON)
    assert isinstance(control.state, Control)
    assert isinstance(step.state, ApiKey)
    assert control.state.revoked == {KEY_ID: Revocation(at=NOON)}
    assert (step.event, step.state.revoked_by) == (ApiKeyRevoked, "user_2")
    assert api_key.revoke(step.state, Control(), "user_1", NOON) == ()
    with pytest.raises(VersionConflict):
        api_key.rotate(step.state, "newer", "user_1", SCOPES, NOON)


def test_a_key_is_made_by_those_who_may_with_scopes_of_theirs() -> None:
    member = _place()[1]

    def make(roles: tuple[str, ...], *scopes: str, days: int = 30) -> ApiKey:
        body = KeyBody(name="CI", scopes=scopes, expires_at=NOON + timedelta(days=days))
        maker = member.model_copy(update={"roles": roles})
        return api_key.make(KEY_ID, body, "secret", maker, SCOPES, NOON).state

    assert make(("developer",), "agents:write").scopes == ("agents:write",)
    body = KeyBody(name="CI", scopes=("agents:read",), expires_at=NOON)
    with pytest.raises(Forbidden):
        api_key.make(KEY_ID, body, "s", None, SCOPES, NOON)
    for scope in ("governance:write", "identity:write", "nonsense"):
        with pytest.raises(Invalid):
            make(("developer",), scope)
    for days in (0, 367):
        with pytest.raises(Invalid):
            make(("developer",), "agents:read", days=days)


@pytest.mark.parametrize("status", ["suspended", "closing", "closed"])
def test_a_key_of_a_tenant_that_is_not_open_is_refused_with_its_status(status: str) -> None:
    tenant, member = _place()
    with pytest.raises(GrantRefused) as refused:
        api_key.grant(
            _written(), _key(), member, tenant.model_copy(update={"status": status}), NOON
        )
    assert _error(refused) == ("access_denied", f"tenant_{status}")


def test_a_token_gives_no_key_that_has_more_scopes_than_itself() -> None:
    admin = _place()[1]
    ends = NOON + timedelta(days=30)
    body = KeyBody(name="CI", scopes=("agents:read",), expires_at=ends)
    of_service = KeyBody(name="CI", scopes=("agents:read",), expires_at=ends, roles=("developer",))
    made, first = service_principal.make("service_1", KEY_ID, of_service, "s", SCOPES, NOON)
    assert isinstance(made.state, Member)
    assert isinstance(first.state, ApiKey)
    service, its_key = made.state, first.state
    narrow = ("identity:write", "agents:write")
    for gives in (
        lambda given: api_key.make(KEY_ID, body, "s", admin, given, NOON),
        lambda given: api_key.rotate(_key(), "newer", "user_1", given, NOON),
        lambda given: service_principal.make("service_2", KEY_ID, of_service, "s", given, NOON),
        lambda given: service_principal.add_key(KEY_ID, body, "s", service, given, NOON),
        lambda given: api_key.rotate(its_key, "newer", "service_1", given, NOON),
    ):
        assert gives((*narrow, "agents:read"))
        with pytest.raises(Forbidden, match="does not have agents:read"):
            gives(narrow)


def test_a_key_of_a_workspace_has_what_its_maker_has_there_while_it_is_in_use() -> None:
    places = (WorkspaceRoles(workspace_id="wsp_1", roles=("developer",)),)
    tenant, member = _place(roles=("analyst",), workspaces=places)
    body = KeyBody(name="CI", scopes=("agents:write",), expires_at=NOON + timedelta(days=30))
    for workspace_id in (None, "wsp_2"):
        with pytest.raises(Invalid):
            api_key.make(KEY_ID, body, "secret", member, SCOPES, NOON, workspace_id)
    made = api_key.make(KEY_ID, body, "secret", member, SCOPES, NOON, "wsp_1").state
    key = made.model_copy(update={"workspace_id": "wsp_1"})
    workspace = Workspace(workspace_id="wsp_1", name="Ward", created_by="user_1", created_at=NOON)
    grant = api_key.grant(_written(), key, member, tenant, NOON, workspace)
    assert (grant.workspace_id, grant.roles, grant.scope) == ("wsp_1", (), "agents:write")
    claims = claims_of(grant, issuer="i", audience="a", token_id="t", at=NOON)
    assert claims["workspace"] == "wsp_1"
    lost = member.model_copy(update={"workspaces": ()})
    assert api_key.grant(_written(), key, lost, tenant, NOON, workspace).scope == ""
    for gone in (None, workspace.model_copy(update={"archived_at": NOON})):
        with pytest.raises(GrantRefused) as refused:
            api_key.grant(_written(), key, member, tenant, NOON, gone)
        assert _error(refused) == ("invalid_client", "revoked")
        assert refused.value.workspace_id == "wsp_1"


def test_a_service_of_a_workspace_has_its_roles_there_only() -> None:
    ends = NOON + timedelta(days=30)
    body = KeyBody(name="CI", scopes=("agents:read",), expires_at=ends, roles=("operator",))
    steps = service_principal.make("service_1", KEY_ID, body, "secret", SCOPES, NOON, "wsp_1")
    service, made = (each.state for each in steps)
    assert isinstance(service, Member)
    assert isinstance(made, ApiKey)
    workspace = Workspace(workspace_id="wsp_1", name="Ward", created_by="user_1", created_at=NOON)
    key = made.model_copy(update={"workspace_id": "wsp_1"})
    grant = api_key.grant(_written(), key, service, _place()[0], NOON, workspace)
    assert (grant.workspace_id, grant.roles) == ("wsp_1", ("operator",))
    again = KeyBody(name="CI", scopes=("agents:read",), expires_at=ends)
    for elsewhere in (None, "wsp_2"):
        with pytest.raises(Invalid, match="is no service"):
            service_principal.add_key(KEY_ID, again, "s", service, SCOPES, NOON, elsewhere)


def test_what_was_made_for_an_earlier_place_stays_ended_after_the_next_invitation() -> None:
    tenant, member = _place(removed_at=NOON + timedelta(hours=1))
    back = NOON + timedelta(hours=2)
    again = join(tenant, member, "user_1", ("tenant_admin", "governor"), None, back)[-1].state
    assert isinstance(again, Member)
    with pytest.raises(GrantRefused) as refused:
        api_key.grant(_written(), _key(), again, tenant, back)
    assert _error(refused) == ("invalid_client", "revoked")
    newer = _key(created_at=back)
    assert api_key.grant(_written(), newer, again, tenant, back).scope == "agents:read"
    for client in ("device", "client", "browser"):
        session = _session().model_copy(update={"client": client, "tenant_id": TENANT_ID})
        assert in_tenant(TENANT_ID, tenant, _place()[1], scope="", session=session, at=back)
        with pytest.raises(GrantRefused):
            in_tenant(TENANT_ID, tenant, again, scope="", session=session, at=back)
    since = {"started_at": NOON + timedelta(minutes=90)}
    signed_in = _session().model_copy(update=since)
    assert in_tenant(TENANT_ID, tenant, again, scope="", session=signed_in, at=back)
    program = _session().model_copy(update={**since, "client": "client"})
    with pytest.raises(GrantRefused, match="let it in again"):
        in_tenant(TENANT_ID, tenant, again, scope="", session=program, at=back)


def _asked() -> DeviceGrant:
    return device_grant.request("BCDFGHJK", "dgr_1", "cli", "agents:read", NOON).state


def test_a_device_is_allowed_once_by_one_person() -> None:
    (step,) = device_grant.decide(_asked(), "user_1", True, NOON)
    assert step.event is DeviceGrantDecided
    assert device_grant.decide(step.state, "user_1", True, NOON) == ()
    for person, is_allowed in (("user_1", False), ("user_2", True)):
        with pytest.raises(VersionConflict):
            device_grant.decide(step.state, person, is_allowed, NOON)


def test_nobody_decides_about_an_unknown_or_an_old_code() -> None:
    with pytest.raises(NotFound):
        device_grant.decide(None, "user_1", True, NOON)
    with pytest.raises(NotFound):
        device_grant.decide(_asked(), "user_1", True, NOON + device_grant.LIFE)


def _redeem_error(grant: DeviceGrant | None, at: datetime = NOON) -> Any:
    with pytest.raises(GrantRefused) as refused:
        device_grant.check_redeemable(grant, at)
    return _error(refused)


def test_a_device_hears_what_became_of_its_request() -> None:
    assert _redeem_error(None) == ("invalid_grant", "unverified")
    assert _redeem_error(_asked()) == ("authorization_pending", None)
    assert _redeem_error(_asked(), NOON + device_grant.LIFE) == ("expired_token", None)
    (denied,) = device_grant.decide(_asked(), "user_1", False, NOON)
    assert _redeem_error(denied.state) == ("access_denied", None)


def test_a_redeemed_code_answers_again_for_thirty_seconds_only() -> None:
    (allowed,) = device_grant.decide(_asked(), "user_1", True, NOON)
    used = device_grant.redeem(allowed.state, "ses_1", NOON).state
    assert device_grant.check_redeemable(used, NOON + REPEATED_WITHIN) == used
    late = NOON + REPEATED_WITHIN + timedelta(milliseconds=1)
    assert _redeem_error(used, late) == ("invalid_grant", "replayed")


def test_a_typed_code_is_read_however_it_is_spaced() -> None:
    for typed in ("BCDF-GHJK", "bcdf ghjk", " b c d f g h j k "):
        assert device_grant.read_user_code(typed) == "BCDFGHJK"
    for typed in ("", "BCDF", "BCDF-GHJKL", "AEIO-UAEI", "ВCDF-GHJK"):
        assert device_grant.read_user_code(typed) == ""
    assert device_grant.read_user_code(device_grant.shown(device_grant.new_user_code()))


def test_codes_and_forms_are_told_apart_from_forged_ones() -> None:
    code = device_code("BCDFGHJK", KEYS)
    assert grant_of(code, KEYS) == "BCDFGHJK"
    assert grant_of(code.replace("BCDF", "BCDG"), KEYS) is None
    form = form_token("ses_1", "BCDFGHJK", KEYS)
    assert is_form_token(form, "ses_1", "BCDFGHJK", KEYS)
    assert not is_form_token(form, "ses_2", "BCDFGHJK", KEYS)
    assert not is_form_token(form, "ses_1", "BCDFGHJL", KEYS)
    assert not is_form_token(code, "ses_1", "BCDFGHJK", KEYS)


def test_a_device_asks_for_scopes_that_exist() -> None:
    assert known("agents:read") == "agents:read"
    assert "governance:write" not in known("")
    with pytest.raises(GrantRefused) as refused:
        known("root")
    assert _error(refused) == ("invalid_scope", None)


def test_a_device_that_does_not_wait_is_slowed() -> None:
    pace = Pace(NOON)
    assert not pace.is_too_fast(NOON + timedelta(seconds=4))
    assert pace.then(NOON + timedelta(seconds=5)).interval == timedelta(seconds=5)
    hasty = NOON + timedelta(seconds=3)
    assert pace.is_too_fast(hasty)
    slower = pace.then(hasty)
    assert slower.is_too_fast(hasty + timedelta(seconds=8))
    assert not slower.is_too_fast(hasty + timedelta(seconds=10))
    for _ in range(100):
        slower = slower.then(hasty)
    assert slower.interval == timedelta(minutes=1)


def test_a_key_keeps_its_own_limit_in_its_tokens_and_over_a_rotation() -> None:
    ends = NOON + timedelta(days=30)
    body = KeyBody(name="CI", scopes=("agents:read",), expires_at=ends, requests_per_minute=9)
    tenant, member = _place()
    key = api_key.make(KEY_ID, body, "secret", member, SCOPES, NOON).state
    newer = api_key.rotate(key, "newer", member.principal_id, SCOPES, NOON).state
    told: dict[str, Any] = {
        "issuer": "https://assent.test",
        "audience": "assent",
        "token_id": "tok_1",
        "at": NOON,
    }
    for written, of_key, limit in (
        (_written(), key, 9),
        (_written("newer"), newer, 9),
        (_written(), _key(), None),
    ):
        grant = api_key.grant(written, of_key, member, tenant, NOON)
        assert claims_of(grant, **told).get("requests_per_minute") == limit


@pytest.mark.parametrize("per_minute", [0, 2, 1_001])
def test_a_key_has_no_limit_without_a_burst_or_beyond_all_tiers(per_minute: int) -> None:
    ends = NOON + timedelta(days=30)
    with pytest.raises(ValueError, match="requests_per_minute"):
        KeyBody(name="CI", scopes=("a",), expires_at=ends, requests_per_minute=per_minute)
