"""Whoever made a schedule, where `identity` keeps them."""

from events.api_keys import ApiKeyState
from events.members import MemberState
from events.tenants import WorkspaceState
from functions.runs.rules.maker import Maker
from functions.runs.rules.schedule import Schedule
from shared.kit.callers import Caller
from shared.kit.control import COLLECTION, ID
from shared.kit.ids import is_id
from shared.storage.firestore import TenantStore
from shared.storage.states import state_in

# `identity` alone writes them.
MEMBERS, WORKSPACES, KEYS = "members", "workspaces", "api_keys"


def key_of(caller: Caller) -> str | None:
    """The API key that the caller's token follows from, if it does."""
    id = caller.session_id
    return id if id is not None and is_id("key", id) else None


async def find_maker(store: TenantStore, schedule: Schedule) -> Maker | None:
    """Who made the schedule; None in a tenant that did not sign up here: its tokens alone say who
    is there. One round trip. Raises Unavailable."""
    control, member, workspace, key = await store.get_many(
        [
            (COLLECTION, ID),
            (MEMBERS, schedule.created_by),
            (WORKSPACES, schedule.workspace_id or "none"),
            (KEYS, schedule.key_id or "none"),
        ]
    )
    if control is None:
        return None
    return Maker(
        state_in(member, MemberState),
        state_in(workspace, WorkspaceState),
        state_in(key, ApiKeyState),
    )
