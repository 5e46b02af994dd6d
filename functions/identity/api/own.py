"""What a principal sees and ends of its own."""

from typing import Any

from functions.identity.service import impersonations, sessions, tenants
from functions.identity.views.sessions import SessionPage, SessionView
from functions.identity.views.tenants import Me
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

_OF_PRINCIPALS: Any = {
    "prefix": "/v1",
    "tag": "own",
    "read": ("identity:read",),
    "write": ("identity:write",),
    "tenantless": True,
    "within": ("own_affairs",),
}
_SHOWN = Router(narrows=True, **_OF_PRINCIPALS)
# A session is for every tenant of its principal: no token for one workspace ends it.
_ENDED = Router(**_OF_PRINCIPALS)


@_SHOWN.get("/me")
@does("me.read", within=("read_own",))
async def show_me(caller: Caller) -> Me:
    """Shows who the caller is, and what the token allows."""
    return await tenants.show_me(caller)


@_SHOWN.get("/auth/sessions")
@does(within=("read_own",))
@beyond_quota
async def list_sessions(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> SessionPage:
    """Lists the caller's sessions, newest first; to support and to a token for a workspace those of
    its tenant only."""
    return await sessions.list_sessions(caller, limit, cursor)


@_ENDED.delete("/auth/sessions/{session_id}")
@beyond_quota
async def revoke_session(caller: Caller, session_id: str) -> SessionView:
    """Ends a session of the caller's, also one in which support acts as the caller: it gives no
    further token."""
    view = await sessions.revoke_session(caller, session_id)
    if view.impersonator is not None:
        await impersonations.end(caller, session_id)
    return view


ROUTER = Router.joining(_SHOWN, _ENDED)
