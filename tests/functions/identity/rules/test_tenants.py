"""Tenants, members and invitations: nobody is left without an admin, and nothing is used twice."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.members import (
    InvitationAccepted,
    InvitationRevoked,
    MemberJoined,
    MemberRemoved,
    MemberRolesChanged,
    WorkspaceRoles,
)
from events.tenants import TenantCreated
from functions.identity.rules import tenant as tenants
from functions.identity.rules.invitation import (
    LIFE,
    Invitation,
    accept,
    check_stayed,
    invite,
    revoke,
)
from functions.identity.rules.principal import MOST_TENANTS, Principal, point_to
from functions.identity.rules.refusals import InvitationOver, InvitationRefused, NoInvitation
from functions.identity.rules.tenant import Member, Tenant, TenantBody, check_current
from shared.kit.bookkeeping import PLATFORM_TENANT
from shared.kit.callers import Actor
from shared.kit.control import Control, Revocation
from shared.kit.errors import Forbidden, VersionConflict
from shared.kit.transitions import Transition

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def _founded() -> tuple[Tenant, Member]:
    body = TenantBody(name="Clinic", slug="clinic")
    tenant, founder, _ = tenants.found("ten_1", body, "user_1", NOON)
    assert (tenant.event, founder.event) == (TenantCreated, MemberJoined)
    assert isinstance(tenant.state, Tenant)
    assert isinstance(founder.state, Member)
    return tenant.state, founder.state


def _with_second(*roles: str) -> tuple[Tenant, Member, Member]:
    tenant, founder = _founded()
    *counted, joined = tenants.join(tenant, None, "user_2", roles, "inv_1", NOON)
    assert joined.event is MemberJoined
    assert isinstance(joined.state, Member)
    for step in counted:
        assert isinstance(step.state, Tenant)
        tenant = step.state
    return tenant, founder, joined.state


def test_a_founder_is_admin_and_governor() -> None:
    tenant, founder = _founded()
    assert founder.roles == ("governor", "tenant_admin")
    assert (tenant.admins, tenant.governors, tenant.status) == (("user_1",), ("user_1",), "trial")


@pytest.mark.parametrize("roles", [("governor",), ("tenant_admin",), ("analyst",)])
def test_the_last_admin_and_the_last_governor_keep_their_role(roles: tuple[str, ...]) -> None:
    tenant, founder = _founded()
    with pytest.raises(VersionConflict, match="would have no"):
        tenants.change_roles(tenant, Control(), founder, roles, NOON)
    with pytest.raises(VersionConflict, match="would have no"):
        tenants.remove(tenant, Control(), founder, NOON)


def test_a_second_admin_and_governor_lets_the_first_go() -> None:
    tenant, founder, _ = _with_second("governor", "tenant_admin")
    counted, control, removed = tenants.remove(tenant, Control(), founder, NOON)
    assert removed.event is MemberRemoved
    assert isinstance(counted.state, Tenant)
    assert (counted.state.admins, counted.state.governors) == (("user_2",), ("user_2",))
    assert isinstance(control.state, Control)
    assert control.state.revoked == {"user_1": Revocation(at=NOON, version=1)}


def test_the_tenant_changes_with_each_admin_so_that_two_changes_at_once_collide() -> None:
    tenant, founder, second = _with_second("governor", "tenant_admin")
    for member in (founder, second):
        counted, _, changed = tenants.change_roles(tenant, Control(), member, ("analyst",), NOON)
        assert isinstance(counted.state, Tenant)
        assert changed.event is MemberRolesChanged


def test_the_same_roles_again_change_nothing() -> None:
    tenant, founder = _founded()
    assert (
        tenants.change_roles(tenant, Control(), founder, ("tenant_admin", "governor"), NOON) == ()
    )


def test_a_member_joins_once_and_may_come_back() -> None:
    tenant, _, second = _with_second("analyst")
    with pytest.raises(VersionConflict):
        tenants.join(tenant, second, "user_2", ("analyst",), "inv_2", NOON)
    *_, gone = tenants.remove(tenant, Control(), second, NOON)
    assert isinstance(gone.state, Member)
    assert tenants.remove(tenant, Control(), gone.state, NOON) == ()
    *_, back = tenants.join(tenant, gone.state, "user_2", ("developer",), "inv_2", NOON)
    assert isinstance(back.state, Member)
    assert (back.state.is_here, back.state.roles) == (True, ("developer",))
    assert back.state.version > second.version


def test_a_token_with_a_role_that_was_taken_away_administers_nothing() -> None:
    _, founder = _founded()
    admin = Actor("user_1", frozenset({"tenant_admin"}))
    check_current(admin, founder, NOON)
    demoted = founder.model_copy(update={"roles": ("governor",)})
    removed = founder.model_copy(update={"removed_at": NOON})
    for actor, member in (
        (admin, demoted),
        (admin, removed),
        (admin, None),
    ):
        with pytest.raises(Forbidden):
            check_current(actor, member, NOON)


def test_a_role_in_a_workspace_is_current_in_a_token_for_it_only() -> None:
    _, founder = _founded()
    places = (WorkspaceRoles(workspace_id="wsp_1", roles=("workspace_admin",)),)
    member = founder.model_copy(update={"workspaces": places})
    actor = Actor("user_1", frozenset({"tenant_admin", "workspace_admin"}))
    check_current(actor, member, NOON, "wsp_1")
    for place, workspace_id in ((member, None), (member, "wsp_2"), (founder, "wsp_1")):
        with pytest.raises(Forbidden, match="no longer have the role workspace_admin"):
            check_current(actor, place, NOON, workspace_id)


def _invitation() -> Invitation:
    return invite("inv_1", ("analyst",), "secret", "user_1", NOON).state


def _accept(
    invitation: Invitation | None, secret: str, principal: str, at: datetime = NOON, **tenant: str
) -> tuple[Transition[Invitation], ...]:
    return accept(invitation, secret, _founded()[0].model_copy(update=tenant), principal, at)


def test_an_invitation_is_used_once() -> None:
    (used,) = _accept(_invitation(), "secret", "user_2", NOON + LIFE)
    assert (used.event, used.state.accepted_by) == (InvitationAccepted, "user_2")
    assert _accept(used.state, "secret", "user_2") == ()


def test_an_invitation_that_is_not_taken_says_why_to_the_log_of_its_tenant() -> None:
    (used,) = _accept(_invitation(), "secret", "user_2")
    (revoked,) = revoke(_invitation())
    late = NOON + LIFE + timedelta(milliseconds=1)
    cases: list[tuple[Any, str, datetime, str, str, int]] = [
        (used.state, "secret", NOON, "trial", "replayed", 410),
        (revoked.state, "secret", NOON, "trial", "revoked", 410),
        (_invitation(), "secret", late, "trial", "expired", 410),
        (_invitation(), "guess", NOON, "trial", "unverified", 404),
        (used.state, "guess", NOON, "trial", "unverified", 404),
        (_invitation(), "secret", NOON, "suspended", "tenant_suspended", 404),
        (_invitation(), "secret", NOON, "closing", "tenant_closing", 404),
        (used.state, "secret", NOON, "closed", "tenant_closed", 404),
    ]
    for invitation, secret, at, status, reason, answer in cases:
        with pytest.raises(InvitationRefused) as refused:
            _accept(invitation, secret, "user_3", at, status=status)
        found = refused.value
        assert (found.reason, found.tenant_id, found.http_status) == (reason, "ten_1", answer)
    for member in (None, Member(principal_id="user_2", roles=("analyst",), joined_at=NOON)):
        with pytest.raises(InvitationRefused) as left:
            check_stayed(member, "inv_1", "ten_1")
        assert (left.value.reason, left.value.tenant_id) == ("replayed", "ten_1")
    with pytest.raises(NoInvitation) as nobodys:
        accept(None, "secret", _founded()[0], "user_3", NOON)
    assert (nobodys.value.reason, nobodys.value.tenant_id) == ("unverified", PLATFORM_TENANT)


def test_a_revoked_invitation_stays_so_and_an_accepted_one_is_not_revoked() -> None:
    (revoked,) = revoke(_invitation())
    assert revoked.event is InvitationRevoked
    assert revoke(revoked.state) == ()
    with pytest.raises(InvitationOver, match="accepted"):
        revoke(_accept(_invitation(), "secret", "user_2")[0].state)


def test_a_principal_points_to_each_tenant_once_and_to_a_hundred_at_most() -> None:
    principal = Principal(principal_id="u", kind="human", provider="google", created_at=NOON)
    (step,) = point_to(principal, "ten_1")
    assert isinstance(step.state, Principal)
    assert point_to(step.state, "ten_1") == ()
    full = principal.model_copy(update={"tenants": tuple(map(str, range(MOST_TENANTS)))})
    with pytest.raises(VersionConflict):
        point_to(full, "ten_1")
