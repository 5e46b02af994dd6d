"""A schedule acts only while whoever made it may."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from events.api_keys import ApiKeyState
from events.members import MemberState, WorkspaceRoles
from events.tenants import WorkspaceState
from functions.runs.rules.maker import Maker, why_not_anymore
from functions.runs.rules.schedule import Schedule

AT = datetime(2026, 11, 26, 9, 30, tzinfo=UTC)
BEFORE = AT - timedelta(days=1)
SCHEDULE = Schedule(
    schedule_id="sch_1",
    capsule="count-stock",
    inputs_hash="0" * 64,
    cron="0 * * * *",
    status="active",
    created_by="ada",
    roles=("operator",),
    created_at=AT,
)
WARD = WorkspaceState(workspace_id="wsp_1", created_by="ada", created_at=BEFORE)


def _member(**fields: Any) -> MemberState:
    given = {"principal_id": "ada", "roles": ("operator",), "joined_at": BEFORE, **fields}
    return MemberState(**given)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({}, None),
        ({"removed_at": AT}, "ada does not belong to the tenant any more"),
        ({"joined_at": AT + timedelta(days=1)}, "ada left the tenant since they made it"),
        ({"roles": ("analyst",)}, "ada has the role operator no more"),
    ],
)
def test_it_acts_while_its_maker_is_there_with_their_roles(
    changed: dict[str, Any], why: str | None
) -> None:
    assert why_not_anymore(SCHEDULE, Maker(_member(**changed)), AT) == why


def test_nobody_has_no_schedule() -> None:
    assert why_not_anymore(SCHEDULE, Maker(None), AT) is not None


def test_roles_of_a_workspace_count_in_it_until_it_is_archived() -> None:
    places = (WorkspaceRoles(workspace_id="wsp_1", roles=("operator",)),)
    member, inside = _member(roles=(), workspaces=places), SCHEDULE.but(workspace_id="wsp_1")
    assert why_not_anymore(inside, Maker(member, WARD), AT) is None
    assert why_not_anymore(SCHEDULE, Maker(member), AT) is not None
    archived = WARD.but(archived_at=AT)
    for gone in (archived, None):
        assert why_not_anymore(inside, Maker(member, gone), AT) == "its workspace is archived"


def test_a_deputys_schedule_ends_with_the_time_that_they_stand_in() -> None:
    schedule = SCHEDULE.but(roles=("deputy", "operator"))
    maker = Maker(_member(deputy_from=AT, deputy_until=AT + timedelta(hours=1)))
    assert why_not_anymore(schedule, maker, AT) is None
    assert why_not_anymore(schedule, maker, AT + timedelta(hours=1)) is not None


def test_what_a_key_made_ends_with_the_key() -> None:
    schedule = SCHEDULE.but(roles=(), key_id="key_1")
    key = ApiKeyState(
        key_id="key_1",
        principal_id="ada",
        scopes=("runs:write",),
        created_at=BEFORE,
        expires_at=AT + timedelta(days=1),
    )
    assert why_not_anymore(schedule, Maker(_member(), None, key), AT) is None
    for over in (None, key.but(revoked_at=AT), key.but(expires_at=AT)):
        assert why_not_anymore(schedule, Maker(_member(), None, over), AT) is not None
