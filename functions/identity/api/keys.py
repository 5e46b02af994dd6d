"""API keys."""

from functions.identity.rules.api_key import KeyBody
from functions.identity.rules.entity_types import API_KEY
from functions.identity.service import keys
from functions.identity.views.keys import KeyPage, KeyView, NewKey
from shared.kit.callers import Caller
from shared.runtime.acts import does
from shared.runtime.idempotency import Key
from shared.runtime.routes import Cursor, Limit, Router
from shared.runtime.tier_limits import beyond_quota

ROUTER = Router(
    prefix="/v1/api-keys",
    tag="api-keys",
    read=("identity:read",),
    write=("identity:write",),
    narrows=True,
)


@ROUTER.get("")
@beyond_quota
async def list_keys(caller: Caller, limit: Limit = 25, cursor: Cursor = None) -> KeyPage:
    """Lists the tenant's keys without their secrets, newest first; with a token for a workspace,
    the keys of that one."""
    return await keys.list_keys(caller, limit, cursor)


@ROUTER.post("", status_code=201)
@does(within=("make_keys",), deed="making a key")
async def make_key(caller: Caller, body: KeyBody) -> NewKey:
    """Makes a key that acts as the caller, with some of its scopes and no role; with a token for a
    workspace, a key that opens nothing outside of it."""
    return await keys.make_key(caller, body)


@ROUTER.post("/{key_id}/rotate")
@does(about=API_KEY, within=("govern",), deed="rotating a key")
@beyond_quota
async def rotate_key(caller: Caller, key_id: str) -> NewKey:
    """Gives a key another secret; the earlier one is taken for 24 hours."""
    return await keys.rotate_key(caller, key_id)


@ROUTER.delete("/{key_id}")
@does(about=API_KEY, within=("govern",), deed="revoking this key")
@beyond_quota
async def revoke_key(caller: Caller, key: Key, key_id: str) -> KeyView:
    """Revokes a key; its maker may, and an admin."""
    return await keys.revoke_key(caller, key, key_id)
