"""Whether whoever made a schedule may still have it act."""

from datetime import datetime
from typing import NamedTuple

from events.api_keys import ApiKeyState
from events.members import MemberState
from events.tenants import WorkspaceState
from functions.runs.rules.schedule import Schedule


class Maker(NamedTuple):
    """What a schedule was made by and where, as `identity` keeps it now: the member, the workspace,
    and the API key."""

    member: MemberState | None
    workspace: WorkspaceState | None = None
    key: ApiKeyState | None = None


def why_not_anymore(schedule: Schedule, maker: Maker, at: datetime) -> str | None:
    """Why whoever made the schedule may not have it act any more; None where they may. A schedule
    that a key made ends with the key: who had it for a while keeps nothing."""
    member = maker.member
    if member is None or member.removed_at is not None:
        return f"{schedule.created_by} does not belong to the tenant any more"
    if member.joined_at > schedule.created_at:
        return f"{schedule.created_by} left the tenant since they made it"
    if gone := sorted(set(schedule.roles) - roles_of(member, schedule.workspace_id, at)):
        return f"{schedule.created_by} has the role {gone[0]} no more"
    if schedule.workspace_id is not None:
        place = maker.workspace
        if place is None or place.archived_at is not None:
            return "its workspace is archived"
    if schedule.key_id is not None:
        key = maker.key
        if key is None or key.revoked_at is not None or key.expires_at <= at:
            return "the key that made it was revoked or has expired"
    return None


def roles_of(member: MemberState, workspace_id: str | None, at: datetime) -> set[str]:
    """The roles that the member has at that time, in the tenant and in that workspace."""
    here = (each.roles for each in member.workspaces if each.workspace_id == workspace_id)
    since, until = member.deputy_from, member.deputy_until
    is_deputy = since is not None and until is not None and since <= at < until
    named = ("deputy",) if is_deputy else ()
    return {*member.roles, *(role for roles in here for role in roles), *named}
